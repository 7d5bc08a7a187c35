"""Reading threads over REST: what was said, what became of it, and the provider's own form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import orjson
import pytest

from regulars.api.tests.client import Api, problem
from regulars.channels.whatsapp.parsing.places import update_at
from regulars.channels.whatsapp.payloads import parse_payload
from regulars.conversations.models import Message
from regulars.conversations.operations.claiming import claim_batch
from regulars.conversations.operations.settling import record_results
from regulars.inboxes.models import Delivery
from regulars.inboxes.ports import (
    Deferred,
    InboundMessage,
    Location,
    MediaRef,
    MessageContent,
    ProviderError,
    Reaction,
)
from regulars.inboxes.problems import note_problem
from regulars.kernel import clock
from tests.cast import ALICE, FIRST_NUMBER, Cast

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_a_message_has_the_published_shape(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", at=NOON, provider_id="wamid.1")
    (item,) = api.get(f"/conversations/{conversation.id}/messages").json()["items"]
    assert item.pop("created_at").endswith("Z")
    assert item == {
        "id": str(conversation.last_message_id),
        "conversation": str(conversation.id),
        "direction": "in",
        "kind": "text",
        "text": "hello",
        "earlier_texts": [],
        "media": None,
        "content": {"kind": "text"},
        "author": {"kind": "contact", "id": str(cast.alice.id), "name": "Alice"},
        "status": "received",
        "statuses": [],
        "error": None,
        "waiting": None,
        "provider_id": "wamid.1",
        "reply_to": None,
        "changes": None,
        "reactions": [],
        "is_edited": False,
        "is_revoked": False,
        "revoked_by": None,
        "is_protected": False,
        "is_hidden": False,
        "is_unreadable": False,
        "sent_at": "2026-11-20T12:00:00Z",
        "send_at": None,
    }
    assert api.get(f"/messages/{item['id']}").json()["text"] == "hello"


def test_pages_go_back_in_time_and_read_forward(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "1", at=NOON)
    for number in range(2, 6):
        cast.hears(ALICE, str(number), at=NOON + timedelta(minutes=number))
    path = f"/conversations/{conversation.id}/messages"
    newest = api.get(path, limit=2).json()
    middle = api.get(path, limit=2, cursor=newest["next_cursor"]).json()
    oldest = api.get(path, limit=2, cursor=middle["next_cursor"]).json()
    texts = [[item["text"] for item in page["items"]] for page in (newest, middle, oldest)]
    assert (texts, oldest["next_cursor"]) == ([["4", "5"], ["2", "3"], ["1"]], None)


def test_reactions_edits_and_revokes_show_on_what_they_change(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", at=NOON, provider_id="wamid.1")
    cast.hears(
        ALICE,
        at=NOON,
        kind="reaction",
        content=MessageContent(reaction=Reaction(emoji="👍")),
        provider_id="wamid.2",
        target="wamid.1",
    )
    cast.hears(ALICE, "hello!", at=NOON, kind="edit", provider_id="wamid.3", target="wamid.1")
    cast.hears(ALICE, at=NOON, kind="revoke", provider_id="wamid.4", target="wamid.1")
    cast.hears(ALICE, "see above", at=NOON, provider_id="wamid.5", reply_to="wamid.1")
    by_id = {
        item["provider_id"]: item
        for item in api.get(f"/conversations/{conversation.id}/messages").json()["items"]
    }
    first = by_id["wamid.1"]
    author = {"kind": "contact", "id": str(cast.alice.id), "name": "Alice"}
    assert first["reactions"] == [{"emoji": "👍", "author": author, "at": "2026-11-20T12:00:00Z"}]
    assert (first["is_edited"], first["is_revoked"]) == (True, True)
    assert {by_id[each]["changes"] for each in ("wamid.2", "wamid.3", "wamid.4")} == {first["id"]}
    assert (by_id["wamid.2"]["text"], by_id["wamid.5"]["reply_to"]) == ("👍", first["id"])


def test_files_and_places_come_along(api: Api, cast: Cast):
    media = MediaRef(provider_media_id="901", mime_type="image/jpeg", sha256="a" * 64)
    conversation = cast.hears(ALICE, "look", at=NOON, kind="image", content=MessageContent(media=media))
    place = Location(latitude=1.5, longitude=2.5, name="Shop")
    cast.hears(ALICE, at=NOON + timedelta(1), kind="location", content=MessageContent(location=place))
    picture, point = api.get(f"/conversations/{conversation.id}/messages").json()["items"]
    assert picture["media"] == {
        "id": str(Message.objects.get(id=picture["id"]).media_id),
        "kind": "image",
        "mime_type": "image/jpeg",
        "size": None,
        "sha256": "a" * 64,
        "filename": None,
        "state": "waiting",
        "url": None,
        "error": None,
    }
    assert (picture["text"], picture["content"]) == ("look", {"kind": "image"})
    assert point["content"] == {
        "kind": "location",
        "location": {"latitude": 1.5, "longitude": 2.5, "name": "Shop", "address": "", "url": ""},
    }


def test_statuses_and_errors_are_told(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    sent = api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"}).json()
    message = Message.objects.select_related("inbox").get(id=sent["id"])
    for minute, status in enumerate(("sent", "delivered", "read")):
        cast.hears_status(message, status, at=NOON + timedelta(minutes=minute))
    body = api.get(f"/messages/{sent['id']}").json()
    assert (body["status"], [each["status"] for each in body["statuses"]]) == (
        "read",
        ["sent", "delivered", "read"],
    )
    assert body["statuses"][0] == {"status": "sent", "at": "2026-11-20T12:00:00Z", "participant": None}


@pytest.mark.parametrize(
    ("stored", "title", "explains"),
    [
        ({"code": 131047, "title": "Re-engagement message", "details": "x"}, None, True),
        ({"code": "unknown-result", "title": "timed out", "details": ""}, "The result is not known", True),
        (
            {"code": "inbox-paused", "title": "This number is paused", "details": "asleep"},
            "This number is paused",
            True,
        ),
        ({"code": 999999, "title": "Something new", "details": "y"}, None, True),
    ],
)
def test_an_error_has_code_title_and_explanation(
    api: Api, cast: Cast, stored: dict[str, object], title: str | None, explains: bool
):
    conversation = cast.hears(ALICE, "hello")
    sent = api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"}).json()
    Message.objects.filter(id=sent["id"]).update(status="failed", error=stored)
    error = api.get(f"/messages/{sent['id']}").json()["error"]
    assert (error["code"], error["details"], bool(error["explanation"])) == (
        stored["code"],
        stored["details"],
        explains,
    )
    assert error["title"] != ""
    if title is not None:
        assert error["title"] == title


def test_the_raw_form_is_cut_out_of_the_delivery(api: Api, cast: Cast):
    raw = {
        "from": ALICE[1:],
        "id": "wamid.9",
        "timestamp": "1800000000",
        "type": "text",
        "text": {"body": "raw"},
    }
    metadata = {"phone_number_id": FIRST_NUMBER, "display_phone_number": "1"}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "messages": [{"broken": 1}, raw]}
    change = {"field": "messages", "value": value}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    delivery = Delivery.objects.create(connection=cast.connection, body=orjson.dumps(body), state="processed")
    messages = [
        each for each in parse_payload(orjson.dumps(body), clock.now()) if isinstance(each, InboundMessage)
    ]
    (conversation,) = cast.receives(
        [each for each in messages if each.provider_id == "wamid.9"], delivery_id=delivery.id
    )
    path = f"/conversations/{conversation.id}/messages"
    assert [item["raw"] for item in api.get(path, raw=1).json()["items"]] == [raw]
    assert "raw" not in api.get(path).json()["items"][0]
    Delivery.objects.all().delete()
    assert [item["raw"] for item in api.get(path, raw=1).json()["items"]] == [None]


def test_the_raw_form_asks_for_its_own_permission(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    refused = Api(cast.token("lead")).get(f"/conversations/{conversation.id}/messages", raw=1)
    assert problem(refused) == (403, "not-allowed")
    assert refused.json()["permission"] == "deliveries:read"


def test_raw_paths_reach_into_history_and_out_of_nowhere():
    body = {"entry": [{"changes": [{"value": {"history": [{"threads": [{"messages": [{"id": "x"}]}]}]}}]}]}
    assert update_at(body, "0/0/history/0/threads/0/messages/0") == {"id": "x"}
    for path in ("", "0", "0/1/messages/0", "9/0/messages/0", "0/0/messages/0", "0/0/history/7", "a/b/c"):
        assert update_at(body, path) is None
    assert update_at(None, "0/0/messages/0") is None
    assert update_at({"entry": {"changes": {"value": {"messages": [1]}}}}, "0/0/messages/0") == 1


def test_what_waits_says_why_and_is_stopped_once(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}/messages"
    sent = api.post(path, {"kind": "text", "text": "hi"}).json()
    assert sent["waiting"] is None
    (claimed,) = claim_batch(cast.inbox.id, 5)
    limit = Deferred(error=ProviderError(code=131056, title="x"), wait=timedelta(seconds=64))
    record_results([(claimed, limit)])
    behind = api.post(path, {"kind": "text", "text": "and"}).json()
    waiting = api.get(f"/messages/{sent['id']}").json()["waiting"]
    conversation.refresh_from_db()
    until = conversation.window_closes_at
    assert until is not None
    assert (waiting["cause"], waiting["code"], waiting["title"]) == (
        "message",
        131056,
        "Too many messages to one contact",
    )
    assert datetime.fromisoformat(waiting["until"]) == until
    assert waiting["since"] < waiting["next_try_at"] < waiting["until"]
    assert (behind["waiting"]["cause"], behind["waiting"]["code"]) == ("earlier_message", 131056)
    for _ in range(2):
        stopped = api.post(f"/messages/{sent['id']}/stop").json()
        assert (stopped["status"], stopped["error"]["code"], stopped["waiting"]) == (
            "failed",
            "stopped",
            None,
        )
    claim_batch(cast.inbox.id, 5)
    assert problem(api.post(f"/messages/{behind['id']}/stop")) == (409, "conflict")


def test_a_number_shows_its_problem(api: Api, cast: Cast):
    gone = Deferred(error=ProviderError(code=133010, title="x"), wait=timedelta(seconds=15), pauses="number")
    note_problem(cast.inbox.id, cast.connection.id, gone)
    found = api.get(f"/inboxes/{cast.inbox.id}").json()["problem"]
    assert (found["reach"], found["code"], found["title"]) == ("number", 133010, "Number not registered")
    assert found["since"] < found["next_probe_at"]
    other = api.get(f"/inboxes/{cast.second_inbox.id}").json()
    assert (other["problem"], other["paused_reason"]) == (None, None)
