"""Search over REST."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from regulars.api.tests.client import Api
from regulars.conversations.operations.handling import write_note
from regulars.search.tests.following import follow
from tests.cast import ALICE, BORIS, Cast


def test_a_search_finds_with_excerpt_and_highlights(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "<b>배송지를</b> 바꿔 주세요", name="Alice")
    follow()
    page = api.get("/search", **{"q": "송지", "in": "messages"}).json()
    assert page["next_cursor"] is None
    (item,) = page["items"]
    assert item == {
        "kind": "message",
        "id": item["message"],
        "conversation": str(conversation.id),
        "message": str(conversation.last_message_id),
        "contact": str(conversation.contact_id),
        "excerpt": "<b>배송지를</b> 바꿔 주세요",
        "highlights": [{"start": 4, "end": 6}],
        "at": item["at"],
    }


def test_all_kinds_and_one_of_them(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "about Alice", name="Alice")
    write_note(conversation, "alice is nice", by=cast.actor(cast.agent))
    follow()
    found = api.get("/search", q="alice").json()["items"]
    assert sorted(each["kind"] for each in found) == ["contact", "message", "note"]
    for plural, kind in (("messages", "message"), ("contacts", "contact"), ("notes", "note")):
        (item,) = api.get("/search", **{"q": "alice", "in": plural}).json()["items"]
        assert (item["kind"], item["message"] is None) == (kind, kind != "message")
    assert [
        api.get("/search", **{"q": "alice", "in": plural}).json()["items"] for plural in ("files", "cases")
    ] == [[], []]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"q": "a", "in": "orders"}, "in"),
        ({"in": "messages"}, "q"),
        ({"q": "has:dog"}, "q"),
        ({"q": "a", "limit": "0"}, "limit"),
        ({"q": "a", "cursor": "nonsense"}, "cursor"),
    ],
)
def test_what_cannot_be_is_refused(api: Api, query: dict[str, str], field: str):
    refused = api.get("/search", **query)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])


def test_pages_join(api: Api, cast: Cast):
    for number in range(5):
        cast.hears(ALICE, f"umbrella {number}")
    follow()
    first = api.get("/search", q="umbrella", limit=3).json()
    rest = api.get("/search", q="umbrella", limit=3, cursor=first["next_cursor"]).json()
    found = [item["id"] for page in (first, rest) for item in page["items"]]
    assert (len(first["items"]), len(found), len(set(found)), rest["next_cursor"]) == (3, 5, 5, None)


def test_an_agent_and_a_stranger_find_what_they_see(as_role: Callable[[str], Api], cast: Cast):
    cast.hears(ALICE, "umbrella")
    follow()
    assert len(as_role("agent").get("/search", q="umbrella").json()["items"]) == 1
    assert Api(cast.stranger.token("owner")).get("/search", q="umbrella").json()["items"] == []


def test_lists_find_by_number_for_who_may_see_contacts(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", name="Alice")
    cast.hears(BORIS, "hello")
    (found,) = api.get("/conversations", q="+1 (202) 555-0101").json()["items"]
    assert found["id"] == str(conversation.id)
    narrow = Api(cast.token("admin", scopes=["conversations:read"]))
    assert narrow.get("/conversations", q="2025550101").json()["items"] == []
    assert [each["id"] for each in narrow.get("/conversations", q="alic").json()["items"]] == [
        str(conversation.id)
    ]
