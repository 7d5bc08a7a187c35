"""Streams: what a screen is told, where it takes up again, and that an ended one hears nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from regulars.conversations.access import ConversationFacts, Staffing, read_staffing
from regulars.kernel import clock
from regulars.kernel.events import Page, Position, read_after
from regulars.web.live.door import Viewer
from regulars.web.live.hub import QUEUE_LIMIT, LiveHub, _Screen
from regulars.web.live.presence import Beat, Person
from regulars.web.live.rendering import Changes, LiveRow, Rendered
from regulars.workspaces.access import Actor
from regulars.workspaces.permissions import permissions_of


def _screen() -> _Screen:
    actor = Actor("member", uuid4(), uuid4(), "Ann", "agent", permissions_of("agent"))
    return _Screen(Viewer(actor, "en", uuid4(), clock.now() + timedelta(days=1)), None)


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


async def _never() -> MutableMapping[str, Any]:
    await asyncio.sleep(60)
    return {}


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
    hub, screen = LiveHub(), _screen()
    hub._screens.add(screen)

    async def fail(*_arguments: object) -> None:
        raise LookupError("a template is broken")

    monkeypatch.setattr(hub, "_show", fail)
    await hub._show_or_reset(Page([], Position(7, 3), has_more=False))
    hub._end(screen)
    assert await _told(hub, screen) == b'event: reset\nid: 7.3\ndata: {"cursor":"7.3"}\n\n'


# --- coming in the middle of something ----------------------------------------------------------------


async def test_who_comes_while_others_are_told_asks_for_what_they_are_told(monkeypatch: pytest.MonkeyPatch):
    """Opening a conversation makes a new stream: what happens in that moment (that it was read!) is not lost on it."""
    hub, newcomer = LiveHub(), _screen()
    hub._position = hub._taken = Position(5, 1)
    asked: list[tuple[Position, Position]] = []
    something: Any = object()

    async def ask(question: Callable[..., Any], *_arguments: object) -> Any:
        return (
            Page([something], Position(9, 9), has_more=False) if question is read_after else Staffing({}, {})
        )

    async def note(_screen: _Screen, seen: Position, until: Position) -> None:
        asked.append((seen, until))

    async def nothing(*_arguments: object) -> None:
        await asyncio.sleep(0)

    async def tell(_page: Page) -> None:
        serving = asyncio.create_task(hub._serve(newcomer, Position(5, 1), _never, nothing))
        await asyncio.wait([serving], timeout=0.02)
        serving.cancel()

    for name, made in (
        ("_ask", ask),
        ("_catch_up", note),
        ("_look_again", nothing),
        ("_show_or_reset", tell),
    ):
        monkeypatch.setattr(hub, name, made)
    hub._screens.add(_screen())
    await hub._read_once()
    assert asked == [(Position(5, 1), Position(9, 9))]


async def test_what_was_missed_is_told_before_what_came_up_meanwhile(monkeypatch: pytest.MonkeyPatch):
    """It was drawn earlier: told later, it would put an older line over a newer one, for good."""
    hub, workspace_id = LiveHub(), uuid4()
    screen = _viewer_of(hub, workspace_id, uuid4())
    screen.news = []
    missed = Rendered([_row(workspace_id, None, [])], [], frozenset(), frozenset())

    async def ask(question: Callable[..., Any], *_arguments: object) -> Any:
        if question is read_after:
            return Page([], Position(9, 9), has_more=False)
        hub._offer(screen, b"event: newer\n")
        return missed

    monkeypatch.setattr(hub, "_ask", ask)
    await hub._catch_up(screen, Position(5, 1), Position(9, 9))
    hub._offer(screen, b"event: newest\n")
    assert _events(screen) == ["row", "newer", "newest"]


# --- who is told what ---------------------------------------------------------------------------------


def _viewer_of(hub: LiveHub, workspace_id: UUID, member_id: UUID) -> _Screen:
    actor = Actor("member", member_id, workspace_id, "Ann", "agent", permissions_of("agent"))
    screen = _Screen(Viewer(actor, "en", uuid4(), clock.now() + timedelta(days=1)), None)
    hub._screens.add(screen)
    hub._staffing[workspace_id] = Staffing({}, {})
    return screen


def _row(workspace_id: UUID, assignee_id: UUID | None, before: Sequence[UUID | None]) -> LiveRow:
    facts = ConversationFacts(workspace_id, uuid4(), assignee_id, None)
    held = tuple(replace(facts, assignee_id=each) for each in before)
    conversation_id = uuid4()
    payload = {"conversation_id": str(conversation_id)}
    return LiveRow(conversation_id, facts, payload, {"en": "<li>"}, True, held)


def _events(screen: _Screen) -> list[str]:
    pieces = []
    while not screen.queue.empty():
        pieces.append((screen.queue.get_nowait() or b"").decode())
    return [
        line.removeprefix("event: ") for piece in pieces for line in piece.splitlines() if "event: " in line
    ]


@pytest.mark.parametrize(
    ("assignee", "before", "told"),
    [
        ("other", [None], ["gone"]),  # it was free for all, and a colleague took it
        ("other", ["me"], ["gone"]),
        ("other", ["third"], []),  # nothing that this agent ever saw: not even its id
        ("other", [], []),  # a message in a colleague's conversation
        ("other", ["third", "me"], ["gone"]),
        ("me", ["other"], ["row"]),
        (None, ["me"], ["row"]),
    ],
)
def test_only_whoever_saw_a_conversation_is_told_that_it_is_gone(
    assignee: str | None, before: list[str | None], told: list[str]
):
    hub, workspace_id = LiveHub(), uuid4()
    people = {"me": uuid4(), "other": uuid4(), "third": uuid4()}
    screen = _viewer_of(hub, workspace_id, people["me"])
    row = _row(
        workspace_id,
        people[assignee] if assignee else None,
        [people[each] if each else None for each in before],
    )
    rendered = Rendered([row], [], frozenset(), frozenset())
    hub._hand_out(rendered, [screen], Position(1, 1))
    assert [name for name in _events(screen) if name != "thread"] == told


async def test_a_stream_ends_with_its_session_and_with_the_right(monkeypatch: pytest.MonkeyPatch):
    """Only the screens that it is about ask for their rights again."""
    hub, workspace_id = LiveHub(), uuid4()
    ended, demoted, kept = (_viewer_of(hub, workspace_id, uuid4()) for _ in range(3))
    powerless = replace(demoted.viewer.actor, permissions=frozenset())
    known = {demoted.viewer.session_id: replace(demoted.viewer, actor=powerless)}
    monkeypatch.setattr("regulars.web.live.hub.viewer_of_session", known.get)
    member_id = demoted.viewer.actor.member_id
    assert member_id
    await hub._refresh_viewers([ended, demoted, kept], {member_id}, {ended.viewer.session_id})
    assert [screen.has_ended for screen in (ended, demoted, kept)] == [True, True, False]
    assert hub._screens == {kept}
    assert await _told(hub, ended) == b'event: permissions\nid: 0.0\ndata: {"cursor":"0.0"}\n\n'


async def test_a_stream_ends_when_its_session_runs_out():
    hub, screen = LiveHub(), _screen()
    screen.viewer = replace(screen.viewer, expires_at=clock.now())
    assert await _told(hub, screen) == b""


async def _show(hub: LiveHub, changes: Changes, staffing: Staffing, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the hub hand out changes of which nothing is to be drawn; ``staffing`` is what the database says now."""

    async def ask(question: Callable[..., Any], *_arguments: object) -> Any:
        return staffing if question is read_staffing else Rendered([], [], frozenset(), frozenset())

    monkeypatch.setattr(hub, "_ask", ask)
    await hub._show(changes, Position(7, 3))


@pytest.mark.parametrize(
    ("kinds", "told"), [({"TeamChanged"}, ["page"]), ({"MemberChanged"}, []), (set(), [])]
)
async def test_a_page_is_told_of_the_events_that_it_follows(
    monkeypatch: pytest.MonkeyPatch, kinds: set[str], told: list[str]
):
    hub, workspace_id = LiveHub(), uuid4()
    screen = _viewer_of(hub, workspace_id, uuid4())
    next_door = _viewer_of(hub, uuid4(), uuid4())
    screen.kinds = next_door.kinds = frozenset(kinds)
    changes = Changes(told={workspace_id: {"TeamChanged"}})
    await _show(hub, changes, Staffing({}, {}), monkeypatch)
    assert (_events(screen), _events(next_door)) == (told, [])


@pytest.mark.parametrize(
    ("is_closed_before", "is_closed_after", "told"),
    [(False, True, ["permissions"]), (True, False, ["permissions"]), (True, True, []), (False, False, [])],
)
async def test_a_number_that_opens_or_closes_makes_its_screens_ask_anew(
    monkeypatch: pytest.MonkeyPatch, is_closed_before: bool, is_closed_after: bool, told: list[str]
):
    hub, workspace_id, number, others = LiveHub(), uuid4(), uuid4(), frozenset({uuid4()})
    screen = _viewer_of(hub, workspace_id, uuid4())
    hub._staffing[workspace_id] = Staffing({number: others} if is_closed_before else {}, {})
    now = Staffing({number: others} if is_closed_after else {}, {})
    await _show(hub, Changes(staffing={workspace_id}), now, monkeypatch)
    assert _events(screen) == told


# --- who else is there ------------------------------------------------------------------------------


async def test_only_those_who_are_there_are_told_who_else_is():
    """A screen that names a conversation in its address, and was not let in there, learns nothing of others."""
    hub, here = LiveHub(), uuid4()
    ana, ben, spy = _screen(), _screen(), _screen()
    for screen in (ana, ben, spy):
        screen.conversation_id = here
        hub._screens.add(screen)
    for screen, state in ((ana, "looking"), (ben, "writing")):
        person = Person(screen.viewer.actor.member_id or here, "Somebody", "S", 1)
        hub._hear(msgspec.json.encode(Beat(here, person, state)).decode())  # type: ignore[arg-type]
    for screen in (ana, ben, spy):
        hub._end(screen)
    heard = await _told(hub, ana)
    assert heard.count(b"event: presence") == 2
    assert b'"state":"writing"' in heard
    assert (await _told(hub, ben)).count(b"event: presence") == 1
    assert await _told(hub, spy) == b""
