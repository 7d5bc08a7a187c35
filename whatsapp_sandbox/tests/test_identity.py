"""Checklist 9: people without a BSUID, with one, hidden behind it, and with a new number; sending by BSUID."""

from __future__ import annotations

from typing import Any

from whatsapp_sandbox.tests.conftest import NUMBER, World


async def newest(world: World) -> Any:
    await world.idle()
    return world.receiver.changes()[-1]


async def test_what_each_mode_shows(world: World) -> None:
    user_id = world.sandbox.customers["ann"].user_id
    seen = {}
    for mode in ("none", "visible", "hidden"):
        await world.control("PATCH", "customers/ann", {"identity": mode})
        await world.say()
        value = await newest(world)
        contact, message = value["contacts"][0], value["messages"][0]
        keys = ("from", "from_user_id", "wa_id", "user_id")
        both = contact | message
        seen[mode] = [both.get(key) for key in keys] + [contact["profile"].get("username")]
    assert seen == {
        "none": ["12025550117", None, "12025550117", None, None],
        "visible": ["12025550117", user_id, "12025550117", user_id, None],
        "hidden": [None, user_id, None, user_id, "ann"],
    }


async def test_sending_to_a_hidden_person(world: World) -> None:
    await world.control("PATCH", "customers/ann", {"identity": "hidden"})
    await world.say()
    user_id = world.sandbox.customers["ann"].user_id
    status, answer = await world.send("text", {"body": "x"}, to="", recipient=user_id)
    assert (status, answer["contacts"]) == (200, [{"input": user_id, "user_id": user_id}])
    await world.idle()
    sent, delivered, _ = world.receiver.statuses()
    assert ("recipient_id" in sent, sent["recipient_user_id"]) == (False, user_id)
    values = [value for value in world.receiver.changes() if "statuses" in value]
    assert "username" not in values[0]["contacts"][0]["profile"]
    assert values[1]["contacts"] == [{"profile": {"name": "Ann", "username": "ann"}, "user_id": user_id}]
    assert delivered["pricing"]["category"] == "service"


async def test_a_phone_is_found_by_number_and_by_user_id(world: World) -> None:
    ann = world.sandbox.customers["ann"]
    for key in ("ann", "+12025550117", "12025550117", ann.user_id):
        assert (await world.control("GET", f"customers/{key.replace('+', '%2B')}"))["id"] == "ann"


async def test_writing_to_the_phone_shows_it_for_thirty_days(world: World) -> None:
    await world.control("PATCH", "customers/ann", {"identity": "hidden"})
    await world.say()
    await world.send_text()
    await world.say()
    assert "from" in (await newest(world))["messages"][0]
    await world.control("POST", "clock", {"advance": 30 * 24 * 3600 + 1})
    await world.say()
    assert "from" not in (await newest(world))["messages"][0]


async def test_to_wins_over_recipient(open_world: World) -> None:
    status, answer = await open_world.send("text", {"body": "x"}, recipient="US.1")
    assert (status, answer["contacts"]) == (200, [{"input": "+12025550117", "wa_id": "12025550117"}])


async def test_authentication_needs_a_phone(open_world: World) -> None:
    from whatsapp_sandbox.model import Template
    from whatsapp_sandbox.tests.conftest import WABA

    parts: list[dict[str, Any]] = [
        {"type": "BODY"},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "text": "Copy"}]},
    ]
    open_world.sandbox.templates["9"] = Template(
        "9", WABA, "code", "en", "AUTHENTICATION", parts, status="APPROVED"
    )
    code = [{"type": "text", "text": "123456"}]
    button = {"type": "button", "sub_type": "url", "index": "0", "parameters": code}
    template = {
        "name": "code",
        "language": {"code": "en"},
        "components": [{"type": "body", "parameters": code}, button],
    }
    user_id = open_world.sandbox.customers["ann"].user_id
    assert await open_world.refusal("template", template, to=None, recipient=user_id) == 131062
    assert (await open_world.send("template", template))[0] == 200


async def test_number_change_seen_by_phone(open_world: World) -> None:
    before = open_world.sandbox.customers["ann"].user_id
    changed = await open_world.control("POST", "customers/ann/number", {"phone": "+12025550199"})
    value = await newest(open_world)
    assert "contacts" not in value
    (message,) = value["messages"]
    assert message["system"] == {
        "type": "user_changed_number",
        "body": "User Ann changed from 12025550117 to 12025550199",
        "wa_id": "12025550199",
        "user_id": changed["user_id"],
        "previous_user_id": before,
    }
    assert (message["from"], message["from_user_id"]) == ("12025550117", before)
    assert changed["previous_user_ids"] == [before]
    assert (await open_world.send("text", {"body": "x"}, to="+12025550199"))[0] == 200


async def test_number_change_of_a_hidden_person(world: World) -> None:
    await world.control("PATCH", "customers/ann", {"identity": "hidden"})
    await world.say()
    before = world.sandbox.customers["ann"].user_id
    changed = await world.control("POST", "customers/ann/number", {})
    (message,) = (await newest(world))["messages"]
    assert (message["system"]["type"], message["system"]["user_id"]) == (
        "user_changed_user_id",
        changed["user_id"],
    )
    assert {"from", "from_user_id"} & set(message) == set()
    assert (message["system"]["previous_user_id"], "wa_id" in message["system"]) == (before, False)


async def test_asking_for_the_number(world: World) -> None:
    await world.control("PATCH", "customers/ann", {"identity": "hidden"})
    await world.say()
    user_id = world.sandbox.customers["ann"].user_id
    ask = {
        "type": "request_contact_info",
        "body": {"text": "Number?"},
        "action": {"name": "request_contact_info"},
    }
    _, answer = await world.send("interactive", ask, to="", recipient=user_id)
    message_id = answer["messages"][0]["id"]
    await world.control("POST", f"messages/{message_id}/tap", {"choice": "share_number"})
    await world.idle()
    card = world.receiver.messages()[-1]["contacts"]
    assert card == [
        {
            "origin": "contact_request",
            "phones": [{"phone": "+12025550117", "wa_id": "12025550117", "type": "CELL"}],
        }
    ]


async def test_numbers_in_any_writing_and_brazilian_ids(open_world: World) -> None:
    person = {"id": "bia", "name": "Bia", "phone": "+5531900000101", "wa_id": "553100000101"}
    await open_world.control("POST", "customers", person)
    await open_world.control("POST", "customers/bia/window", {"number": NUMBER})
    for written in ("+55 (31) 90000-0101", "553100000101"):
        _, answer = await open_world.send("text", {"body": "x"}, to=written)
        assert answer["contacts"] == [{"input": written, "wa_id": "553100000101"}]
