"""Checklist 5: order, delay, duplicates, missing and failed statuses, prices, contacts."""

from __future__ import annotations

from whatsapp_sandbox.tests.conftest import World


async def names(world: World, message_id: str) -> list[str]:
    await world.idle()
    return [status["status"] for status in world.receiver.statuses(message_id)]


async def test_shape_of_statuses(open_world: World) -> None:
    message_id = await open_world.send_text(biz_opaque_callback_data="r-1")
    assert await names(open_world, message_id) == ["sent", "delivered", "read"]
    values = [v for v in open_world.receiver.changes() if v.get("statuses", [{}])[0].get("id") == message_id]
    sent, delivered, _ = (value["statuses"][0] for value in values)
    user_id = open_world.sandbox.customers["ann"].user_id
    assert sent == {
        "id": message_id,
        "status": "sent",
        "timestamp": sent["timestamp"],
        "recipient_id": "12025550117",
        "recipient_user_id": user_id,
        "biz_opaque_callback_data": "r-1",
    }
    assert delivered["pricing"] == {
        "billable": False,
        "pricing_model": "PMP",
        "type": "free_customer_service",
        "category": "service",
    }
    assert {contact["wa_id"] for value in values for contact in value["contacts"]} == {"12025550117"}


async def test_price_stands_on_exactly_one_status(open_world: World) -> None:
    await open_world.switch(statuses={"pricing_on": "either"}, rates={"messages_per_second": None})
    ids = [await open_world.send_text() for _ in range(20)]
    await open_world.idle()
    for message_id in ids:
        assert sum("pricing" in status for status in open_world.receiver.statuses(message_id)) == 1


async def test_the_free_tier_ends_after_a_thousand(open_world: World) -> None:
    number = open_world.sandbox.account.numbers[0]
    first = await open_world.send_text()
    await open_world.idle()
    (month,) = number.free_service_used
    number.free_service_used[month] = 1_000
    second = await open_world.send_text()
    await open_world.idle()
    kinds = [open_world.receiver.statuses(key)[1]["pricing"]["type"] for key in (first, second)]
    assert kinds == ["free_customer_service", "regular"]


async def test_free_entry_point_after_an_ad(world: World) -> None:
    referral = {"source_url": "https://fb.me/1", "source_id": "1", "source_type": "ad", "ctwa_clid": "A"}
    await world.say(referral=referral)
    message_id = await world.send_text()
    await world.idle()
    sent, delivered, _ = world.receiver.statuses(message_id)
    assert sent["conversation"]["origin"] == {"type": "referral_conversion"}
    assert "expiration_timestamp" in sent["conversation"]
    assert "expiration_timestamp" not in delivered["conversation"]
    assert (delivered["pricing"]["type"], world.receiver.messages()[0]["referral"]) == (
        "free_entry_point",
        referral,
    )


async def test_missing_delivered(open_world: World) -> None:
    await open_world.switch(statuses={"missing_delivered_percent": 100})
    assert await names(open_world, await open_world.send_text()) == ["sent", "read"]


async def test_failed_after_sent_has_no_contacts(open_world: World) -> None:
    await open_world.switch(statuses={"failed_after_sent_percent": 100, "failed_code": 131049})
    message_id = await open_world.send_text()
    assert await names(open_world, message_id) == ["sent", "failed"]
    failed = open_world.receiver.changes()[-1]
    assert "contacts" not in failed
    assert "recipient_user_id" not in failed["statuses"][0]
    assert failed["statuses"][0]["errors"][0]["code"] == 131049


async def test_duplicates_and_shuffle(open_world: World) -> None:
    await open_world.switch(statuses={"duplicate_percent": 100})
    assert sorted(await names(open_world, await open_world.send_text())) == [
        *["delivered"] * 2,
        *["read"] * 2,
        *["sent"] * 2,
    ]
    await open_world.switch(statuses={"duplicate_percent": 0, "shuffle": True}, webhooks={"concurrency": 1})
    orders = {tuple(await names(open_world, await open_world.send_text())) for _ in range(12)}
    assert all(sorted(order) == ["delivered", "read", "sent"] for order in orders)
    assert len(orders) > 1


async def test_delays_are_kept(open_world: World) -> None:
    await open_world.switch(
        statuses={"sent_delay": [10, 10], "delivered_delay": [20, 20], "read_delay": [30, 30]}
    )
    await open_world.control("POST", "clock", {"frozen": True})
    message_id = await open_world.send_text()
    seen = []
    for seconds in (9, 2, 20, 30):
        await open_world.control("POST", "clock", {"advance": seconds})
        await open_world.until(lambda: open_world.sandbox.outbox.waiting == 0)
        seen.append(len(open_world.receiver.statuses(message_id)))
    assert seen == [0, 1, 2, 3]


async def test_offline_phones_get_it_later(open_world: World) -> None:
    await open_world.control("PATCH", "customers/ann", {"online": False})
    message_id = await open_world.send_text()
    assert await names(open_world, message_id) == ["sent"]
    await open_world.control("PATCH", "customers/ann", {"online": True})
    assert await names(open_world, message_id) == ["sent", "delivered", "read"]


async def test_people_who_do_not_read_and_voice_notes(open_world: World) -> None:
    _, answer = await open_world.send("audio", {"link": "https://example.com/a.ogg", "voice": True})
    assert await names(open_world, answer["messages"][0]["id"]) == ["sent", "delivered", "read", "played"]
    await open_world.control("PATCH", "customers/ann", {"reads": False})
    message_id = await open_world.send_text()
    assert await names(open_world, message_id) == ["sent", "delivered"]
    await open_world.control("POST", "customers/ann/read", {})
    assert await names(open_world, message_id) == ["sent", "delivered", "read"]


async def test_off_and_forced(open_world: World) -> None:
    await open_world.switch(statuses={"on": False})
    message_id = await open_world.send_text()
    assert await names(open_world, message_id) == []
    await open_world.control("POST", f"messages/{message_id}/status", {"status": "failed", "code": 131000})
    assert await names(open_world, message_id) == ["failed"]
