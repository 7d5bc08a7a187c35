"""Cases are found by whoever sees them, by what is written of them, and narrowed as everything is."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.cases.operations.changing import CaseChanges, change_case
from regulars.cases.operations.commenting import comment_case
from regulars.cases.operations.merging import merge_case
from regulars.cases.operations.opening import NewCase, open_case
from regulars.conversations.operations.handling import assign_conversation, withdraw_note, write_note
from regulars.conversations.operations.removing import remove_contact
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.search.models import SearchEntry
from regulars.search.tests.following import find, follow
from regulars.workspaces.access import Actor
from tests.cast import ALICE, BORIS, Cast


def opened(cast: Cast, title: str, **more: Any) -> Any:
    return open_case(NewCase(title=title, **more), by=cast.actor(cast.owner))


def found(actor: Actor, written: str) -> list[int]:
    return [int(each.thing.text.split()[0].strip("#")) for each in find(actor, written, "case").items]


def test_a_case_is_found_by_number_words_and_comments(cast: Cast) -> None:
    lamp, cup = opened(cast, "Broken lamp", about="It fell"), opened(cast, "고장난 컵")
    comment_case(cup, "the carrier pays", by=cast.actor(cast.agent))
    follow()
    owner = cast.actor(cast.owner)
    asked = ("roken la", str(lamp), "fell", "컵", "carrier", "umbrella")
    assert [found(owner, each) for each in asked] == [
        [lamp.number],
        [lamp.number],
        [lamp.number],
        [cup.number],
        [cup.number],
        [],
    ]
    change_case(cup, CaseChanges(title="A whole cup"), by=owner)
    merge_case(lamp, into=cup, by=owner)
    follow()
    assert [found(owner, each) for each in ("컵", "whole", "lamp")] == [[], [cup.number], []]
    stranger = cast.stranger.actor(cast.stranger.owner)
    assert found(stranger, "whole") == []


def test_the_operators_narrow_cases(cast: Cast) -> None:
    thread, other = (
        cast.hears(ALICE, "hello", name="Alice Kim"),
        cast.hears(BORIS, "hi", inbox=cast.second_inbox),
    )
    set_conversation_tags(thread, ["late"], by=cast.actor())
    first = opened(cast, "one matter", conversations=(thread,), owner=cast.agent)
    second = opened(cast, "other matter", conversations=(other,), team=cast.team)
    third = open_case(NewCase(title="third matter"), by=cast.actor(cast.admin))
    change_case(third, CaseChanges(status="resolved", outcome="solved"), by=cast.actor(cast.owner))
    follow()
    owner = cast.actor(cast.owner)
    expected = {
        "from:me": [second, first],
        "from:alice": [first],
        "from:adele": [third],
        "from:customer": [second, first],
        "in:support": [second],
        f"in:{cast.team.name}": [second],
        "tag:late": [first],
        "status:resolved": [third],
        "status:open": [second, first],
        "status:snoozed": [],
        "is:unassigned": [third, second],
        "is:unread": [],
        "has:file": [],
        "after:today": [third, second, first],
        "before:today": [],
    }
    assert {each: found(owner, f"matter {each}") for each in expected} == {
        each: [case.number for case in cases] for each, cases in expected.items()
    }
    assert found(cast.actor(cast.agent), "matter is:mine") == [first.number]


def test_nobody_finds_a_case_that_they_do_not_see(cast: Cast) -> None:
    thread = cast.hears(ALICE, "hello")
    assign_conversation(thread, to=cast.mate, by=cast.actor())
    hidden = opened(cast, "secret matter", conversations=(thread,), owner=cast.mate)
    follow()
    assert found(cast.actor(cast.agent), "secret") == []
    assert found(cast.actor(cast.mate), "secret") == [hidden.number]
    assert found(cast.token_actor("admin", scopes=["conversations:read"]), "secret") == []


def test_a_case_that_is_forgotten_leaves_no_entry(cast: Cast) -> None:
    thread = cast.hears(ALICE, "hello")
    opened(cast, "about alice", conversations=(thread,))
    follow()
    assert thread.contact
    remove_contact(thread.contact, by=cast.actor(cast.owner))
    follow()
    assert not SearchEntry.objects.filter(kind="case").exists()


@pytest.mark.parametrize("written", ["umbrella", "umbrella from:me"])
def test_a_note_that_was_taken_back_is_not_found(cast: Cast, written: str) -> None:
    by = cast.actor(cast.agent)
    note = write_note(cast.hears(ALICE, "hello"), "umbrella", by=by)
    follow()
    assert len(find(by, written, "note").items) == 1
    withdraw_note(note, by=by)
    follow()
    assert find(by, written, "note").items == []
