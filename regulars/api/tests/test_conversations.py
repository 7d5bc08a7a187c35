"""Conversations and notes over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, CHAI, Cast

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_conversation_has_the_published_shape(api: Api, cast: Cast):
    with clock.frozen_at(NOON + timedelta(hours=1)):
        conversation = cast.hears(ALICE, "hello", at=NOON)
        body = api.get(f"/conversations/{conversation.id}").json()
    last = body.pop("last_message")
    del body["created_at"], body["updated_at"]
    assert body == {
        "id": str(conversation.id),
        "contact": {
            "id": str(cast.alice.id),
            "name": "Alice",
            "identities": [{"channel": "whatsapp", "kind": "phone", "value": ALICE}],
        },
        "inbox": {"id": str(cast.inbox.id), "name": "Shop"},
        "status": "open",
        "assignee": None,
        "team": None,
        "priority": "normal",
        "tags": [],
        "snoozed_until": None,
        "sleeps_through": False,
        "reply_window": {"open": True, "closes_at": "2026-11-21T12:00:00Z", "kind": "service"},
        "unread": 1,
        "waiting_since": "2026-11-20T12:00:00Z",
        "promise": None,
        "episode": str(conversation.episode_id),
        "group": None,
    }
    assert last == {
        "id": str(conversation.last_message_id),
        "direction": "in",
        "kind": "text",
        "text": "hello",
        "status": "received",
        "author": {"kind": "contact", "id": str(cast.alice.id), "name": "Alice"},
        "is_edited": False,
        "is_revoked": False,
        "sent_at": "2026-11-20T12:00:00Z",
    }


@pytest.mark.parametrize(
    ("passed", "ad_closes", "window"),
    [
        (timedelta(hours=25), None, {"open": False, "kind": "none"}),
        (timedelta(hours=23), timedelta(hours=72), {"open": True, "kind": "free_entry_point"}),
        (timedelta(hours=25), timedelta(hours=72), {"open": False, "kind": "none"}),
    ],
)
def test_the_reply_window(
    api: Api, cast: Cast, passed: timedelta, ad_closes: timedelta | None, window: dict[str, object]
):
    conversation = cast.hears(ALICE, "hello", at=NOON)
    if ad_closes:
        Conversation.objects.filter(id=conversation.id).update(ad_window_closes_at=NOON + ad_closes)
    with clock.frozen_at(NOON + passed):
        body = api.get(f"/conversations/{conversation.id}").json()
    assert body["reply_window"] == {"closes_at": "2026-11-21T12:00:00Z", **window}


def test_filters_narrow(api: Api, cast: Cast):
    first = cast.hears(ALICE, "one", at=NOON)
    second = cast.hears(BORIS, "two", at=NOON + timedelta(minutes=1), inbox=cast.second_inbox)
    third = cast.hears(CHAI, "three", at=NOON + timedelta(minutes=2))
    api.patch(f"/conversations/{first.id}", {"assignee": str(cast.agent.id), "tags": ["size"]})
    api.patch(f"/conversations/{second.id}", {"team": str(cast.team.id), "status": "resolved"})
    everything = [third.id, second.id, first.id]
    wanted: list[tuple[dict[str, object], list[UUID]]] = [
        ({}, everything),
        ({"inbox": cast.second_inbox.id}, [second.id]),
        ({"status": "open"}, [third.id, first.id]),
        ({"status": "resolved"}, [second.id]),
        ({"assignee": cast.agent.id}, [first.id]),
        ({"assignee": "none"}, [third.id, second.id]),
        ({"team": cast.team.id}, [second.id]),
        ({"tag": "size"}, [first.id]),
        ({"contact": cast.chai.id}, [third.id]),
        ({"q": "Борис"}, [second.id]),
        ({"q": "+1 202 555 0101"}, [first.id]),
        ({"unread": 1}, [third.id, first.id]),
        ({"order": "longest_waiting", "status": "open"}, [first.id, third.id]),
        ({"order": "sla", "status": "open"}, [first.id, third.id]),
        ({"order": "newest"}, everything),
    ]
    for query, ids in wanted:
        found = [item["id"] for item in api.get("/conversations", **query).json()["items"]]
        assert (query, found) == (query, [str(each) for each in ids])


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"inbox": "x"}, "inbox"),
        ({"status": "snoozed", "snoozed_until": "9999-12-31T23:59:59-05:00"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "9999-12-31T23:59:59Z"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2100-01-01T00:00:00+00:00"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "0001-01-01T00:00:00+14:00"}, "snoozed_until"),
        ({"status": "closed"}, "status"),
        ({"assignee": "me"}, "assignee"),
        ({"order": "old"}, "order"),
    ],
)
def test_wrong_filters_are_named(api: Api, query: dict[str, str], field: str):
    refused = api.get("/conversations", **query)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]


def test_all_of_a_change_or_nothing(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    refused = api.patch(
        f"/conversations/{conversation.id}", {"priority": "high", "assignee": str(cast.stranger.owner.id)}
    )
    assert problem(refused) == (422, "invalid")
    refused = api.patch(
        f"/conversations/{conversation.id}", {"priority": "high", "snoozed_until": "2020-01-01T00:00:00Z"}
    )
    assert problem(refused) == (422, "invalid")
    assert Conversation.objects.get(id=conversation.id).priority == "normal"


def test_a_conversation_is_worked_on(api: Api, cast: Cast):
    path = f"/conversations/{cast.hears(ALICE, 'hello').id}"
    body = api.patch(
        path, {"assignee": str(cast.agent.id), "team": str(cast.team.id), "priority": "urgent"}
    ).json()
    assert (body["assignee"]["name"], body["team"]["name"], body["priority"]) == (
        "Ann Agent",
        "Care",
        "urgent",
    )
    body = api.patch(path, {"assignee": None, "team": None, "tags": ["b", "a"]}).json()
    assert (body["assignee"], body["team"], body["tags"]) == (None, None, ["a", "b"])
    until = (clock.now() + timedelta(days=1)).replace(microsecond=0)
    body = api.patch(path, {"status": "snoozed", "snoozed_until": until.isoformat()}).json()
    assert (body["status"], datetime.fromisoformat(body["snoozed_until"])) == ("snoozed", until)
    assert api.patch(path, {"snoozed_until": None}).json()["status"] == "open"
    body = api.patch(path, {"status": "resolved"}).json()
    assert (body["status"], body["waiting_since"], body["unread"]) == ("resolved", None, 0)
    assert api.patch(path, {"status": "open"}).json()["status"] == "open"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"status": "snoozed"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2030-01-01T00:00:00"}, "snoozed_until"),
        ({"status": "resolved", "snoozed_until": "2030-01-01T00:00:00Z"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "9999-12-31T23:59:59-05:00"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "9999-12-31T23:59:59Z"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "2100-01-01T00:00:00+00:00"}, "snoozed_until"),
        ({"status": "snoozed", "snoozed_until": "0001-01-01T00:00:00+14:00"}, "snoozed_until"),
        ({"status": "closed"}, "status"),
        ({"team": "nobody"}, "team"),
        ({"priority": "none"}, "priority"),
        ({"tags": ["x" * 65]}, "tags"),
        ({"tags": [f"tag {number}" for number in range(101)]}, "tags"),
        ({"unread": 0}, "unread"),
    ],
)
def test_wrong_changes_are_named(api: Api, cast: Cast, body: dict[str, object], field: str):
    refused = api.patch(f"/conversations/{cast.hears(ALICE, 'hello').id}", body)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]


def test_an_agents_token_does_not_see_what_others_handle(as_role: Callable[[str], Api], cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    agent = as_role("agent")
    assert agent.get(f"/conversations/{conversation.id}").status_code == 200
    assign_conversation(conversation, to=cast.mate, by=cast.actor())
    for response in (
        agent.get(f"/conversations/{conversation.id}"),
        agent.patch(f"/conversations/{conversation.id}", {"status": "resolved"}),
        agent.get(f"/conversations/{conversation.id}/messages"),
        agent.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"}),
        agent.post(f"/conversations/{conversation.id}/notes", {"text": "hi"}),
        agent.get(f"/messages/{conversation.last_message_id}"),
    ):
        assert problem(response) == (404, "not-found")
    assert agent.get("/conversations").json()["items"] == []


def test_strangers_do_not_exist(api: Api, cast: Cast):
    theirs = cast.stranger.hears(ALICE, "not for you")
    path = f"/conversations/{theirs.id}"
    for response in (
        api.get(path),
        api.patch(path, {"status": "resolved"}),
        api.get(f"{path}/messages"),
        api.post(f"{path}/messages", {"kind": "text", "text": "hi"}),
        api.get(f"{path}/notes"),
        api.post(f"{path}/notes", {"text": "hi"}),
        api.get(f"/messages/{theirs.last_message_id}"),
        api.post(f"/messages/{theirs.last_message_id}/send-again"),
        api.post(f"/messages/{theirs.last_message_id}/mark-sent"),
    ):
        assert problem(response) == (404, "not-found")
    assert api.get("/conversations").json() == {"items": [], "next_cursor": None}
    assert api.get("/conversations", inbox=cast.stranger.inbox.id).json()["items"] == []


def test_notes_are_written_and_read(api: Api, cast: Cast):
    path = f"/conversations/{cast.hears(ALICE, 'hello').id}/notes"
    written = api.post(path, {"text": "  call back at six  "})
    assert written.status_code == 201
    assert (written.json()["text"], written.json()["author"]) == (
        "call back at six",
        {"kind": "api", "id": None, "name": "admin token"},
    )
    assert api.get(path).json() == {"items": [written.json()], "next_cursor": None}


@pytest.mark.parametrize("body", [{"text": "  "}, {"text": "x" * 20_001}, {"text": 1}, {}])
def test_wrong_notes_are_refused(api: Api, cast: Cast, body: dict[str, object]):
    refused = api.post(f"/conversations/{cast.hears(ALICE, 'hello').id}/notes", body)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == ["text"]


def test_resolving_with_what_was_seen(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    seen = str(conversation.messages.get().id)
    cast.hears(ALICE, "and another thing")
    path = f"/conversations/{conversation.id}"
    for last_seen in (seen, None):
        refused = api.patch(path, {"status": "resolved", "last_seen": last_seen})
        assert problem(refused) == (409, "conflict")
    assert api.patch(path, {"status": "resolved"}).json()["status"] == "resolved"


def test_answering_with_what_was_seen(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    seen = str(conversation.messages.get().id)
    cast.hears(ALICE, "and another thing")
    path = f"/conversations/{conversation.id}"
    unread = []
    for body in ({"last_seen": None}, {"last_seen": seen}, {}):
        assert api.post(f"{path}/messages", {"kind": "text", "text": "yes", **body}).status_code == 201
        unread.append(api.get(path).json()["unread"])
    assert unread == [2, 1, 0]
    refused = api.post(f"{path}/messages", {"kind": "text", "text": "yes", "last_seen": "not an id"})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["last_seen"])
