"""Checklist 6: signatures over escaped JSON, retries, batches, two apps, order."""

from __future__ import annotations

import json
import random

from aiohttp import web

from whatsapp_sandbox.tests.conftest import NUMBER, OTHER_NUMBER, Receiver, World, serve
from whatsapp_sandbox.webhooks.envelope import Update, build_body, encode


async def test_bodies_are_escaped_as_the_platform_signs_them(world: World) -> None:
    await world.say("안녕 😀 a/b")
    await world.idle()
    (raw,) = world.receiver.raw
    assert raw.isascii()
    assert b'"body":"\\uc548\\ub155 \\ud83d\\ude00 a\\/b"' in raw
    assert world.receiver.messages()[0]["text"] == {"body": "안녕 😀 a/b"}


async def test_everything_but_200_is_retried(world: World) -> None:
    world.receiver.answers = [500, 302, 204, 404]
    await world.say()
    stats = (await world.idle())["webhooks"]
    assert (stats["posts"], stats["retries"], stats["acknowledged"], stats["waiting"]) == (5, 4, 1, 0)
    assert len(world.receiver.messages()) == 1


async def test_retries_end(world: World) -> None:
    await world.switch(webhooks={"retry_attempts": 2})
    world.receiver.answers = [500] * 5
    await world.say()
    stats = (await world.idle())["webhooks"]
    assert (stats["posts"], stats["dropped"], stats["waiting"]) == (2, 1, 0)


async def test_batches_of_up_to_a_thousand(world: World) -> None:
    await world.switch(webhooks={"batch": 1000, "batch_wait": 0.2, "concurrency": 1})
    await world.control("POST", "burst", {"count": 1500, "people": 10, "number": NUMBER})
    await world.idle()
    sizes = [
        sum(len(c["value"]["messages"]) for e in body["entry"] for c in e["changes"])
        for body in world.receiver.bodies
    ]
    assert (max(sizes), sum(sizes)) == (1000, 1500)
    assert len({message["id"] for message in world.receiver.messages()}) == 1500


def test_ways_of_nesting() -> None:
    def update(number: str, index: int) -> Update:
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"phone_number_id": number},
            "contacts": [{"wa_id": "1"}],
        }
        return Update("1", "messages", value | {"messages": [{"id": f"m{index}"}]}, number)

    updates = [update(NUMBER, 1), update(NUMBER, 2), update(OTHER_NUMBER, 3)]
    shapes = {}
    for merge in ("entries", "changes", "values"):
        entries = json.loads(build_body(updates, merge, random.Random(1)))["entry"]
        shapes[merge] = [
            [len(change["value"]["messages"]) for change in entry["changes"]] for entry in entries
        ]
        if merge == "values":
            assert entries[0]["changes"][0]["value"]["contacts"] == [{"wa_id": "1"}]
    assert shapes == {"entries": [[1], [1], [1]], "changes": [[1, 1, 1]], "values": [[2, 1]]}
    assert encode({"a": "é/"}) == b'{"a":"\\u00e9\\/"}'


async def test_two_apps_get_everything_each_with_its_secret(world: World) -> None:
    second = Receiver("second-secret")
    app = web.Application()
    app.router.add_route("*", "/hook", second.take)
    runner, url = await serve(app)
    await world.control("PUT", "apps/200", {"webhook_url": f"{url}/hook", "secret": "second-secret"})
    assert await world.control("POST", "apps/200/verify") == {"verified": True}
    await world.say()
    await world.idle()
    assert [len(world.receiver.messages()), len(second.messages())] == [1, 1]
    await world.control("PUT", "apps/200", {"fields": ["account_update"]})
    await world.say()
    await world.idle()
    assert [len(world.receiver.messages()), len(second.messages())] == [2, 1]
    await runner.cleanup()


async def test_duplicates_and_disorder(world: World) -> None:
    await world.switch(webhooks={"duplicate_percent": 100, "shuffle": True, "concurrency": 1})
    await world.say("first", count=30)
    stats = (await world.idle())["webhooks"]
    ids = [message["id"] for message in world.receiver.messages()]
    assert (len(ids), len(set(ids)), stats["duplicated"]) == (60, 30, 30)
    assert list(dict.fromkeys(ids)) != sorted(set(ids))


async def test_the_queue_is_bounded(world: World) -> None:
    await world.switch(webhooks={"queue_limit": 10})
    await world.say(count=50)
    stats = (await world.idle())["webhooks"]
    assert (stats["updates"], stats["acknowledged"] + stats["dropped"], stats["waiting"]) == (50, 50, 0)
    assert stats["dropped"] == 40


async def test_concurrent_posts(world: World) -> None:
    await world.switch(webhooks={"concurrency": 4})
    await world.say(count=20)
    await world.idle()
    assert len(world.receiver.messages()) == 20
