"""Streams: what a screen is told, where it takes up again, and that an ended one hears nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from typing import Any
from uuid import uuid4

import pytest

from regulars.kernel.events import Position
from regulars.web.live.door import Viewer
from regulars.web.live.hub import QUEUE_LIMIT, LiveHub, _Screen
from regulars.workspaces.access import Actor
from regulars.workspaces.permissions import permissions_of


def _screen() -> _Screen:
    actor = Actor("member", uuid4(), uuid4(), "Ann", "agent", permissions_of("agent"))
    return _Screen(Viewer(actor, "en"), None)


async def _told(hub: LiveHub, screen: _Screen) -> bytes:
    """Everything a stream sends until it ends."""
    sent: list[bytes] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message.get("body", b""))

    gone = asyncio.create_task(asyncio.sleep(60))
    try:
        await asyncio.wait_for(hub._pump(screen, gone, send), 5)
    finally:
        gone.cancel()
    return b"".join(sent)


async def test_a_stream_that_was_ended_says_what_it_had_and_nothing_more():
    hub, screen = LiveHub(), _screen()
    hub._screens.add(screen)
    hub._offer(screen, b"one ")
    hub._offer(screen, b"two ")
    hub._end(screen)
    hub._offer(screen, b"secret")
    assert await _told(hub, screen) == b"one two "
    assert hub._screens == set()


async def test_a_screen_that_does_not_keep_up_is_ended_and_comes_back():
    hub, screen = LiveHub(), _screen()
    hub._screens.add(screen)
    for _ in range(QUEUE_LIMIT + 1):
        hub._offer(screen, b"x")
    assert screen.has_ended
    assert await _told(hub, screen) == b""


async def test_changes_that_cannot_be_drawn_make_screens_load_anew(monkeypatch: pytest.MonkeyPatch):
    from regulars.kernel.events import Page

    hub, screen = LiveHub(), _screen()
    hub._screens.add(screen)

    async def fail(*_arguments: object) -> None:
        raise LookupError("a template is broken")

    monkeypatch.setattr(hub, "_show", fail)
    await hub._show_or_reset(Page([], Position(7, 3), has_more=False))
    hub._end(screen)
    assert await _told(hub, screen) == b'event: reset\nid: 7.3\ndata: {"cursor":"7.3"}\n\n'
