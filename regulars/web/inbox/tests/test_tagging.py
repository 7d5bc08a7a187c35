"""Tags on the screens of the inbox: the picker, the list that is narrowed to one, the command box."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.contacts.events import ContactTagged
from regulars.contacts.operations.tagging import set_contact_tags
from regulars.conversations.events import ConversationTagged
from regulars.conversations.models import Conversation
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.kernel.events import Event
from regulars.tags.events import TagRenamed
from regulars.tags.models import Tag
from regulars.tags.operations import change_tag, tags_named
from regulars.web.inbox.live import draw_pieces
from regulars.web.live.topics import Eyes
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "hello")


@pytest.mark.parametrize("kind", ["contacts", "conversations"])
def test_the_picker_puts_on_makes_and_takes_off(
    cast: Cast, sign_in: SignIn, conversation: Conversation, kind: str
) -> None:
    (vip,) = tags_named(cast.workspace.id, ["VIP"], by=cast.actor())
    client = sign_in(cast.agent)
    path = f"/{kind}/{cast.alice.id if kind == 'contacts' else conversation.id}"
    put = client.post(f"{path}/tagging", {"tag": str(vip.id), "on": "yes"}, headers=FRAGMENT)
    toast = json.loads(put["X-Toast"])
    assert toast["text"] == "Tagged VIP"
    made = client.post(f"{path}/tagging", {"tag": "new word"}, headers=FRAGMENT).content.decode()
    assert made.count("data-tag=") == 2
    told = client.get(f"{path}/tags", headers=FRAGMENT).json()["tags"]
    assert [(tag["name"], tag["on"]) for tag in told] == [("new word", True), ("VIP", True)]
    client.post(toast["undo_url"], toast["undo_values"], headers=FRAGMENT)
    html = client.get(f"/conversations/{conversation.id}").content.decode()
    assert ("new word" in html, f'data-tag="{vip.id}"' in html) == (True, False)


def test_what_is_out_of_sight_is_not_tagged(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    client = sign_in(cast.stranger.owner)
    for path in (f"/contacts/{cast.alice.id}", f"/conversations/{conversation.id}"):
        assert client.get(f"{path}/tags").status_code == 404
        assert client.post(f"{path}/tagging", {"tag": "x"}, headers=FRAGMENT).status_code == 404
    assert Tag.objects.count() == 0


def test_a_list_narrows_to_a_tag_and_says_how_many(cast: Cast, sign_in: SignIn) -> None:
    both = [cast.hears(phone, "hello") for phone in (ALICE, BORIS)]
    set_conversation_tags(both[0], ["VIP", "late"], by=cast.actor())
    set_conversation_tags(both[1], ["late"], by=cast.actor())
    client = sign_in(cast.agent)
    lines = client.get("/inbox/open/tags", headers=FRAGMENT).context["lines"]
    assert [(line["tag"].name, line["count"]) for line in lines] == [("late", 2), ("VIP", 1)]
    vip = lines[1]["tag"]
    page = client.get(f"/inbox/open?tag={vip.id}")
    assert [row.id for row in page.context["rows"]] == [both[0].id]
    html = page.content.decode()
    assert [words in html for words in ("1 conversation", f'name="tag" value="{vip.id}"')] == [True, True]
    assert client.get(f"/inbox/resolved?tag={vip.id}").context["empty"] == {"reason": "tag"}
    assert client.get("/inbox/open?tag=nonsense").context["choice"].tag == ""
    found, person = client.get("/search/suggestions?q=vi").json()["items"]
    assert (person["group"], person["label"]) == ("person", "Alice")
    assert (found["group"], found["label"], found["url"]) == ("tag", "VIP", f"/inbox/open?tag={vip.id}")


def test_a_page_costs_the_same_however_many_tags(cast: Cast, sign_in: SignIn) -> None:
    first = cast.hears(ALICE, "hello")
    set_conversation_tags(first, ["a"], by=cast.actor())
    client = sign_in(cast.agent)
    paths = ("/inbox/open", f"/conversations/{first.id}", "/inbox/open/tags")

    def queries() -> list[int]:
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as captured:
                assert client.get(path, headers=FRAGMENT).status_code == 200
            counted.append(len(captured))
        return counted

    few = queries()
    for phone in (BORIS, "+12025550177"):
        set_conversation_tags(cast.hears(phone, "hello"), ["a", "b", "c"], by=cast.actor())
    set_conversation_tags(first, ["a", "b", "c", "d"], by=cast.actor())
    set_contact_tags(cast.alice, ["a", "b", "c"], by=cast.actor())
    assert queries() == few


def test_open_screens_hear_of_tags(cast: Cast, conversation: Conversation) -> None:
    tag = tags_named(cast.workspace.id, ["VIP"], by=cast.actor())[0]
    set_conversation_tags(conversation, ["VIP"], by=cast.actor())
    change_tag(tag, {"name": "Vip"}, by=cast.actor())
    by = cast.actor().doer
    eyes = Eyes(frozenset({cast.workspace.id}), ("en",), frozenset({conversation.id}))

    def pieces(*happened: Event) -> list[str]:
        drawn = draw_pieces(happened, eyes)
        return [f"{each.name} {each.facts.get('is_retagged', '')}".strip() for each in drawn]

    where = (cast.workspace.id, conversation.id)
    tagged = draw_pieces([ConversationTagged(*where, by, tag.id, "VIP")], eyes)
    assert tagged[0].facts["facts"]["tags"] == [str(tag.id)]
    assert "Vip" in tagged[0].html["en"]
    assert pieces(ContactTagged(cast.workspace.id, cast.alice.id, tag.id, "VIP", "", by)) == [
        "row",
        "thread True",
        "panel",
    ]
    assert pieces(TagRenamed(cast.workspace.id, tag.id, "VIP", "Vip", by)) == ["tags"]
