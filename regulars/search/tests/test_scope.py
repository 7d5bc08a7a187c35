"""Who finds what: exactly what they may see, whatever they write."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.contacts.operations.tagging import set_contact_tags
from regulars.conversations.operations.handling import (
    assign_conversation,
    resolve_conversation,
    write_note,
)
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.search.kinds import scope
from regulars.search.tests.following import find, follow, texts
from tests.cast import ALICE, BORIS, CHAI, Cast


def test_a_stranger_finds_nothing_of_ours(cast: Cast) -> None:
    conversation = cast.hears(ALICE, "the umbrella", name="Alice")
    write_note(conversation, "umbrella", by=cast.actor(cast.agent))
    cast.stranger.hears(BORIS, "umbrella next door")
    follow()
    stranger = cast.stranger.actor(cast.stranger.owner)
    assert texts(stranger, "umbrella") == ["umbrella next door"]
    assert [find(stranger, "umbrella", kind).items for kind in ("note", "file")] == [[], []]
    assert find(stranger, "alice", "contact").items == []
    assert find(stranger, "5550101", "contact").items == []
    assert texts(cast.actor(cast.owner), "umbrella") == ["the umbrella"]


@pytest.mark.parametrize("few", [500, 0], ids=["looked through", "held against"])
def test_an_agent_finds_their_own_and_nobodys(cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int) -> None:
    monkeypatch.setattr(scope, "FEW", few)
    monkeypatch.setattr(scope, "FEW_ASKED_FOR", few)
    mine, theirs = cast.hears(ALICE, "umbrella of mine"), cast.hears(BORIS, "umbrella of theirs")
    cast.hears(CHAI, "umbrella of nobody", at=clock.now() - timedelta(hours=1))
    for conversation, member in ((mine, cast.agent), (theirs, cast.mate)):
        write_note(conversation, "umbrella", by=cast.actor(member))
        assign_conversation(conversation, to=member, by=cast.actor())
    follow()
    assert texts(cast.actor(cast.agent), "umbrella") == ["umbrella of mine", "umbrella of nobody"]
    assert texts(cast.actor(cast.mate), "umbrella") == ["umbrella of theirs", "umbrella of nobody"]
    assert len(texts(cast.actor(cast.agent), "umbrella", "note")) == 1
    assert len(texts(cast.actor(cast.owner), "umbrella")) == 3
    assert texts(cast.actor(cast.agent), "umbrella is:mine") == ["umbrella of mine"]
    assert texts(cast.actor(cast.agent), "umbrella is:unassigned") == ["umbrella of nobody"]


def test_numbers_and_people_are_for_who_may_see_contacts(cast: Cast) -> None:
    cast.hears(ALICE, "my number is 555 77 88", name="Alice")
    follow()
    token = cast.token_actor("admin", scopes=["conversations:read"])
    assert find(token, "5550101", "contact").items == []
    assert find(token, "alice", "contact").items == []
    assert texts(token, "5557788") == ["my number is 555 77 88"]  # what was said is for who sees the thread
    assert len(find(cast.token_actor("admin"), "5550101", "contact").items) == 1


def test_nobody_without_the_right_finds_messages(cast: Cast) -> None:
    cast.hears(ALICE, "umbrella")
    follow()
    assert texts(cast.token_actor("admin", scopes=["contacts:read"]), "umbrella") == []


def test_operators_narrow(cast: Cast) -> None:
    alice = cast.hears(ALICE, "umbrella", name="Alice Kim", at=clock.now() - timedelta(days=3))
    boris = cast.hears(BORIS, "umbrella", name="Борис", inbox=cast.second_inbox)
    cast.hears(CHAI, "umbrella https://lotus.example", group="G1", at=clock.now() - timedelta(days=1))
    set_conversation_tags(boris, ["late"], by=cast.actor())
    set_contact_tags(cast.alice, ["VIP"], by=cast.actor())
    resolve_conversation(alice, by=cast.actor())
    follow()
    owner = cast.actor(cast.owner)

    def found(written: str) -> list[object]:
        return [each.thing.conversation_id for each in find(owner, f"umbrella {written}").items]

    assert found("from:alice") == [alice.id]
    assert found('from:"alice kim"') == [alice.id]
    assert found("от:борис") == [boris.id]
    assert found("in:support") == [boris.id]
    assert found("tag:late") == [boris.id]
    assert found("tag:vip") == [alice.id]
    assert found("status:resolved") == [alice.id]
    assert len(found("status:open from:customer")) == 2
    assert found("before:2d") == [alice.id]
    assert len(found("after:2d")) == 2
    assert len(found("in:group")) == 1
    assert found("in:direct in:shop") == [alice.id]
    assert len(found("has:link")) == 1
    assert found("from:me") == []
    assert [each.thing.id for each in find(owner, "tag:vip", "contact").items] == [cast.alice.id]
    assert find(owner, "tag:vip from:me", "contact").items == []


@pytest.mark.parametrize(
    "written", ["from:nobodyatall", "in:nowhere", "tag:none", "has:dog", "before:soon", "is:"]
)
def test_a_wrong_value_is_refused_in_words(cast: Cast, written: str) -> None:
    with pytest.raises(Invalid) as refused:
        find(cast.actor(cast.owner), written)
    assert refused.value.detail
