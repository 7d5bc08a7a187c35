"""Checklist 10 and §4: every inbound kind, every field on demand, unknown things, large history."""

from __future__ import annotations

from typing import Any

import pytest

from whatsapp_sandbox.management import FIELDS
from whatsapp_sandbox.tests.conftest import NUMBER, WABA, World

KINDS: list[tuple[dict[str, Any], list[str]]] = [
    ({"type": "text", "text": "x" * 65_536}, ["body"]),
    ({"type": "image", "image": {"caption": "x"}}, ["caption", "id", "mime_type", "sha256", "url"]),
    ({"type": "audio", "audio": {}}, ["id", "mime_type", "sha256", "url", "voice"]),
    ({"type": "video", "video": {}}, ["id", "mime_type", "sha256", "url"]),
    (
        {"type": "document", "document": {"filename": "한글.pdf"}},
        ["filename", "id", "mime_type", "sha256", "url"],
    ),
    ({"type": "sticker", "sticker": {"sample": "steam"}}, ["animated", "id", "mime_type", "sha256", "url"]),
    ({"type": "image", "errors": [{"code": 131052, "title": "Media download error"}]}, []),
    ({"type": "location", "location": {"latitude": 1.5, "longitude": 2}}, ["latitude", "longitude"]),
    (
        {
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "A"}},
        },
        ["button_reply", "type"],
    ),
    ({"type": "button", "button": {"payload": "p", "text": "P"}}, ["payload", "text"]),
    ({"type": "order", "order": {"catalog_id": "1", "product_items": []}}, ["catalog_id", "product_items"]),
    ({"type": "reaction", "reaction": {"message_id": "wamid.x", "emoji": "👍"}}, ["emoji", "message_id"]),
    (
        {
            "type": "edit",
            "edit": {"original_message_id": "wamid.x", "message": {"type": "text", "text": {"body": "y"}}},
        },
        ["message", "original_message_id"],
    ),
    ({"type": "revoke", "revoke": {"original_message_id": "wamid.x"}}, ["original_message_id"]),
    ({"type": "unsupported", "subtype": "poll_creation"}, ["type"]),
    ({"type": "hologram", "hologram": {"depth": 3}}, ["depth"]),
]


@pytest.mark.parametrize(
    ("spec", "keys"), KINDS, ids=[f"{spec['type']}-{i}" for i, (spec, _) in enumerate(KINDS)]
)
async def test_every_inbound_kind(world: World, spec: dict[str, Any], keys: list[str]) -> None:
    made = await world.control("POST", "customers/ann/messages", {"number": NUMBER} | spec)
    await world.idle()
    (message,) = world.receiver.messages()
    assert (message["id"], message["type"], sorted(message[spec["type"]])) == (made["id"], spec["type"], keys)
    assert (message["from"], message["timestamp"]) == ("12025550117", str(int(made["at"])))
    assert message.get("errors", [{}])[0].get("code") == {"unsupported": 131051}.get(
        spec["type"], spec.get("errors", [{}])[0].get("code")
    )


async def test_quotes_edits_deletions_and_reactions_change_the_message(open_world: World) -> None:
    first = await open_world.say("hello")
    await open_world.say("quoting", context={"id": first["id"]})
    forwarded = await open_world.say("old joke", context={"forwarded": True})
    edit = {
        "type": "edit",
        "edit": {"original_message_id": first["id"], "message": {"type": "text", "text": {"body": "hi"}}},
    }
    await open_world.control("POST", "customers/ann/messages", edit)
    await open_world.control(
        "POST",
        "customers/ann/messages",
        {"type": "revoke", "revoke": {"original_message_id": forwarded["id"]}},
    )
    await open_world.idle()
    quote = next(m for m in open_world.receiver.messages() if m.get("text") == {"body": "quoting"})
    assert quote["context"] == {"from": "12025550117", "id": first["id"]}
    changed = await open_world.control("GET", f"messages/{first['id']}")
    assert (changed["body"], changed["edited"]) == ({"body": "hi"}, True)
    assert (await open_world.control("GET", f"messages/{forwarded['id']}"))["revoked"] is True


@pytest.mark.parametrize("field", [*sorted(FIELDS), "field_of_2031"])
async def test_every_field_on_demand(world: World, field: str) -> None:
    value = await world.control("POST", f"fields/{field}", {"extra": "é"})
    await world.idle()
    (body,) = world.receiver.bodies
    (entry,) = body["entry"]
    assert (entry["id"], set(entry)) == (WABA, {"id", "time", "changes"})
    assert entry["changes"] == [{"field": field, "value": value}]
    assert value["extra"] == "é"


async def test_three_megabytes_of_history(world: World) -> None:
    made = await world.control("POST", "history", {})
    await world.idle()
    (value,) = world.receiver.changes("history")
    assert 2_800_000 < len(world.receiver.raw[0]) <= 3_000_000
    assert sum(len(thread["messages"]) for thread in value["history"][0]["threads"]) == made["messages"]


async def test_raw_bodies(world: World) -> None:
    await world.control("POST", "webhooks", {"raw": "not json at all"})
    await world.control("POST", "webhooks", {"body": {"object": "page", "entry": []}})
    await world.control("POST", "webhooks", {"field": "messages", "value": {"errors": [{"code": 130429}]}})
    world.receiver.bodies.clear()
    await world.until(lambda: len(world.receiver.raw) >= 2)
    assert {b'{"object":"page","entry":[]}'} <= set(world.receiver.raw)


async def test_groups(world: World) -> None:
    made = (
        await world.graph("POST", f"{NUMBER}/groups", {"messaging_product": "whatsapp", "subject": "Tasters"})
    )[1]
    await world.idle()
    (value,) = world.receiver.changes("group_lifecycle_update")
    event = value["groups"][0]
    assert (event["type"], event["request_id"]) == ("group_create", made["request_id"])
    group = event["group_id"]
    await world.control("POST", f"groups/{group}", {"do": "join", "customer": "ann"})
    body = {
        "messaging_product": "whatsapp",
        "recipient_type": "group",
        "to": group,
        "type": "text",
        "text": {"body": "Hi"},
    }
    sent = (await world.graph("POST", f"{NUMBER}/messages", body))[1]["messages"][0]
    assert sent["group_id"] == group
    await world.idle()
    statuses = world.receiver.statuses(sent["id"])
    assert [s["status"] for s in statuses] == ["sent", "delivered", "read"]
    assert {(s["recipient_id"], s["recipient_type"], s["recipient_participant_id"]) for s in statuses} == {
        (group, "group", "12025550117")
    }
    assert (await world.graph("GET", group))[1] == {"id": group, "messaging_product": "whatsapp"}
    about = (await world.graph("GET", f"{group}?fields=subject,total_participant_count"))[1]
    assert (about["subject"], about["total_participant_count"]) == ("Tasters", 2)
    link = (await world.graph("GET", f"{group}/invite_link"))[1]["invite_link"]
    assert (await world.graph("POST", f"{group}/invite_link"))[1]["invite_link"] != link
    said = {"type": "text", "text": "Hello all"}
    await world.control("POST", f"groups/{group}", {"do": "write", "customer": "ann", "message": said})
    await world.idle()
    assert world.receiver.messages()[-1]["group_id"] == group
    assert (await world.graph("DELETE", group))[0] == 200
    assert (await world.graph("POST", f"{NUMBER}/messages", body))[1]["error"]["code"] == 131041


async def test_calls_need_permission(open_world: World) -> None:
    call = {"messaging_product": "whatsapp", "to": "+12025550117", "action": "connect", "session": {}}
    assert (await open_world.graph("POST", f"{NUMBER}/calls", call))[1]["error"]["code"] == 138006
    await open_world.control("POST", "customers/ann/calls", {"permit": True, "seconds": 1})
    made = (await open_world.graph("POST", f"{NUMBER}/calls", call))[1]["calls"][0]["id"]
    end = {"messaging_product": "whatsapp", "call_id": made, "action": "terminate"}
    assert (await open_world.graph("POST", f"{NUMBER}/calls", end))[1]["success"] is True
