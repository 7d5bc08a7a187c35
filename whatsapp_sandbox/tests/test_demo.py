"""The eight people: valid numbers, complete stories, writing first, answering, tapping, coming back; state kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import phonenumbers
import pytest

from whatsapp_sandbox.account import Account
from whatsapp_sandbox.control.api import SANDBOX
from whatsapp_sandbox.customers import circle
from whatsapp_sandbox.customers.stories import STORIES
from whatsapp_sandbox.graph.template_checks import check_components
from whatsapp_sandbox.pictures import SAMPLES, sample
from whatsapp_sandbox.seeds import TEMPLATES
from whatsapp_sandbox.server import make_app
from whatsapp_sandbox.settings import Switches, patch
from whatsapp_sandbox.tests.conftest import NUMBER, QUICK, Receiver, World, serve


@pytest.fixture
async def demo(account: Account, receiver: Receiver) -> AsyncIterator[World]:
    switches = Switches()
    patch(switches, QUICK)
    app = make_app(account, switches, customers="demo")
    runner, url = await serve(app)
    async with aiohttp.ClientSession() as client:
        yield World(app[SANDBOX], url, client, receiver)
    await runner.cleanup()


def test_the_cast() -> None:
    people = [story.person for story in STORIES.values()]
    assert [person["language"] for person in people] == ["ko", "es", "ru", "en", "th", "pt_BR", "ar", "zh_CN"]
    for person in people:
        assert phonenumbers.is_valid_number(phonenumbers.parse(person["phone"])), person["id"]
    assert len({person["phone"] for person in people} | {person["user_id"] for person in people}) == 16


def test_stories_use_samples_that_exist() -> None:
    for story in STORIES.values():
        assert len(story.turns) >= 3
        assert len(story.later) >= 3
        for line in [line for turn in [story.opening, *story.turns, *story.later] for line in turn]:
            if isinstance(line, dict) and line.get("type") in SAMPLES:
                assert sample(line["type"], line[line["type"]]["sample"] if line[line["type"]] else "")[1]


def test_seeded_templates_would_be_accepted() -> None:
    for name, language, category, status, components in TEMPLATES:
        assert check_components(components, category, "POSITIONAL") == components, (name, language, status)


async def test_everybody_writes_within_a_minute(demo: World) -> None:
    assert demo.sandbox.threads == {}
    await demo.until(lambda: demo.sandbox.counters["inbound"] >= 1, 3)
    await demo.control("POST", "clock", {"advance": 70})
    await demo.control("POST", "clock", {"advance": 10})
    writers = {person["id"] for person in (story.person for story in STORIES.values())}
    await demo.until(lambda: writers <= {thread.customer_id for thread in demo.sandbox.threads.values()})
    assert len({thread.number_id for thread in demo.sandbox.threads.values()}) == 2


async def steps(demo: World, customer: str, seconds: int) -> list[dict[str, Any]]:
    """Let time pass second by second; what the customer has said so far."""
    for _ in range(seconds):
        await demo.control("POST", "clock", {"advance": 1})
    return list((await demo.control("GET", f"customers/{customer}/messages?direction=in"))["items"])


async def test_a_person_answers_in_turn_and_taps_buttons(demo: World) -> None:
    said = await steps(demo, "minji", 6)
    assert [message["type"] for message in said] == ["text", "image"]
    await demo.send_text("안녕하세요, 확인해 볼게요.", to="+821000000117")
    said = await steps(demo, "minji", 20)
    assert said[2]["body"]["body"] == STORIES["minji"].turns[0][0]
    buttons = {"buttons": [{"type": "reply", "reply": {"id": "new", "title": "새 컵"}}]}
    _, answer = await demo.send(
        "interactive", {"type": "button", "body": {"text": "새 컵?"}, "action": buttons}, to="+821000000117"
    )
    said = await steps(demo, "minji", 14)
    tapped = next(message for message in said if message["type"] == "interactive")
    assert tapped["context"]["id"] == answer["messages"][0]["id"]
    assert tapped["body"]["button_reply"]["id"] == "new"


async def test_the_circle_talks_in_its_group_and_answers_once(demo: World) -> None:
    for _ in range(60):
        await demo.control("POST", "clock", {"advance": 1})
    said = [each for each in demo.sandbox.messages.values() if each.group_id == circle.GROUP_ID]
    assert [(each.customer_id, each.body["body"]) for each in said] == circle.OPENING
    told = [value["groups"][0] for value in demo.receiver.changes("group_lifecycle_update")]
    assert [(each["group_id"], each["subject"]) for each in told] == [(circle.GROUP_ID, circle.SUBJECT)]
    private = await demo.control("GET", "customers/oliver/messages?direction=in")
    assert circle.OPENING[0][1] not in str(private)
    for text in ("Yes!", "And bring a friend."):
        await demo.send_text(text, to=circle.GROUP_ID, recipient_type="group")
    for _ in range(40):
        await demo.control("POST", "clock", {"advance": 1})
    said = [each for each in demo.sandbox.messages.values() if each.group_id == circle.GROUP_ID]
    answers = [(each.customer_id, each.body["body"]) for each in said if each.direction == "in"]
    assert answers[len(circle.OPENING) :] == circle.TURNS[0]


async def test_quiet_people_wait_until_spoken_to(account: Account, receiver: Receiver) -> None:
    app = make_app(account, customers="quiet")
    runner, url = await serve(app)
    async with aiohttp.ClientSession() as client:
        quiet = World(app[SANDBOX], url, client, receiver)
        await quiet.switch(**QUICK)
        await quiet.control("POST", "clock", {"advance": 4000})
        assert quiet.sandbox.counters["inbound"] == 0
        await quiet.control("POST", "customers/dmitry/window", {"number": NUMBER})
        await quiet.send_text("Здравствуйте!", to="+79450000123")
        said = await steps(quiet, "dmitry", 16)
        assert said[0]["body"]["body"] == STORIES["dmitry"].turns[0][0]
    await runner.cleanup()


async def test_the_state_survives_a_restart(account: Account, receiver: Receiver, tmp_path: Path) -> None:
    seen: list[list[dict[str, Any]]] = []
    for _ in range(2):
        app = make_app(account, state_dir=tmp_path)
        runner, url = await serve(app)
        async with aiohttp.ClientSession() as client:
            world = World(app[SANDBOX], url, client, receiver)
            if not seen:
                await world.control(
                    "POST", "customers", {"id": "ann", "name": "Ann", "phone": "+12025550117"}
                )
                await world.control("POST", "customers/ann/messages", {"type": "image", "image": {}})
            seen.append((await world.control("GET", "customers/ann/messages"))["items"])
            media = seen[-1][0]["media"]["url"]
            async with client.get(url + media) as answer:
                assert answer.status == 200
        await runner.cleanup()
    assert seen[0] == seen[1]


async def test_a_broken_state_is_ignored(account: Account, tmp_path: Path) -> None:
    (tmp_path / "sandbox.json").write_text("{")
    app = make_app(account, state_dir=tmp_path)
    runner, _ = await serve(app)
    assert len(app[SANDBOX].templates) == len(TEMPLATES) + 1  # and hello_world
    await runner.cleanup()
