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

from regulars.conversations.access import Staffing, read_staffings
from regulars.inboxes.events import InboxStaffed
from regulars.kernel import clock
from regulars.kernel.events import Doer, Event, Page, Position, Recorded, read_after
from regulars.web.live.door import Viewer
from regulars.web.live.hub import MOST_STREAMS, LiveHub
from regulars.web.live.own import Typed
from regulars.web.live.presence import Beat, Person
from regulars.web.live.rights import Shift
from regulars.web.live.screen import QUEUE_LIMIT
from regulars.web.live.screen import Screen as _Screen
from regulars.web.live.topics import page_topic
from regulars.workspaces.access import Actor
from regulars.workspaces.events import MEMBER_EVENTS, MemberLetIn, RoleChanged, TeamRemoved
from regulars.workspaces.permissions import permissions_of

DOER = Doer("member", uuid4(), "Ann")


def _screen() -> _Screen:
    actor = Actor("member", uuid4(), uuid4(), "Ann", "agent", permissions_of("agent"))
    return _Screen(Viewer(actor, "en", uuid4(), clock.now() + timedelta(days=1)), frozenset({"inbox"}))


async def _told(hub: LiveHub, screen: _Screen) -> bytes:
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
    hub, screen = LiveHub([]), _screen()
    hub._screens.add(screen)
    hub._offer(screen, b"one ")
    hub._offer(screen, b"two ")
    hub._end(screen)
    hub._offer(screen, b"secret")
    assert await _told(hub, screen) == b"one two "
    assert hub._screens == set()


async def test_a_screen_that_does_not_keep_up_is_ended_and_comes_back():
    hub, screen = LiveHub([]), _screen()
    hub._screens.add(screen)
    for _ in range(QUEUE_LIMIT + 1):
        hub._offer(screen, b"x")
    assert screen.has_ended
    assert await _told(hub, screen) == b""


async def test_changes_that_cannot_be_drawn_make_screens_load_anew(monkeypatch: pytest.MonkeyPatch):
    hub, screen = LiveHub([]), _screen()
    hub._screens.add(screen)

    async def fail(*_arguments: object) -> None:
        raise LookupError("a template is broken")

    monkeypatch.setattr(hub, "_show", fail)
    await hub._show_or_reset(Page([], Position(1, 7, 3), has_more=False))
    hub._end(screen)
    assert await _told(hub, screen) == b'event: reset\nid: 1.7.3\ndata: {"cursor":"1.7.3"}\n\n'


@pytest.mark.parametrize(
    ("seen", "missed"),
    [
        (Position(2, 2, 9), True),
        (Position(2, 3, 0), False),
        (Position(2, 9, 9), False),
        (Position(1, 9, 9), True),
        (Position(7, 1, 1), True),
    ],
)
def test_what_a_screen_saw_of_another_generation_is_all_missed(seen: Position, missed: bool):
    assert seen.is_behind(Position(2, 3, 0)) == missed


@pytest.mark.parametrize("seen", [Position(1, 9, 9), Position(), Position(7, 1, 1)])
async def test_a_screen_of_a_log_before_this_one_loads_anew(monkeypatch: pytest.MonkeyPatch, seen: Position):
    """It comes back after a restore, or with a position as an earlier version wrote them."""
    hub, screen = LiveHub([]), _screen()
    screen.news = []

    async def nothing_new(*_arguments: object) -> Page:
        return Page([], Position(2, 3, 0), has_more=False)

    monkeypatch.setattr(hub, "_ask", nothing_new)
    await hub._catch_up(screen, seen, Position(2, 3, 0))
    assert _events(screen) == ["reset"]


@pytest.mark.parametrize(("here", "caught_up"), [(Position(7, 2, 0), 0), (Position(1, 9, 9), 1)])
async def test_a_screen_of_a_log_that_is_still_to_be_read_here_waits_for_it(
    monkeypatch: pytest.MonkeyPatch, here: Position, caught_up: int
):
    """Another process drew its page after a restore; where there was none, its log is another one."""
    hub, screen, caught = LiveHub([]), _screen(), list[Position]()
    hub._position = hub._taken = Position(1, 9, 9)

    async def nothing(*_arguments: object) -> None:
        pass

    async def end_of_log(*_arguments: object) -> Position:
        return here

    async def catch_up(_screen: _Screen, seen: Position, _until: Position) -> None:
        caught.append(seen)

    for name in ("_look_again", "_know_staffing", "_pump"):
        monkeypatch.setattr(hub, name, nothing)
    monkeypatch.setattr(hub, "_ask", end_of_log)
    monkeypatch.setattr(hub, "_catch_up", catch_up)
    monkeypatch.setattr(hub, "_offer_presence", lambda _screen: None)
    await hub._serve(screen, Position(7, 1, 1), _never, nothing)
    assert len(caught) == caught_up


async def test_open_screens_load_anew_when_the_log_under_them_was_restored(monkeypatch: pytest.MonkeyPatch):
    hub, screen = LiveHub([]), _screen()
    hub._screens.add(screen)
    hub._position = hub._taken = Position(1, 9, 9)

    async def restored(*_arguments: object) -> Page:
        return Page([], Position(2, 3, 0), has_more=False)

    monkeypatch.setattr(hub, "_ask", restored)
    await hub._read_once()
    assert (screen.has_ended, _events(screen)) == (True, ["reset"])
    await hub._read_once()
    assert _events(screen) == []


# --- coming in the middle of something ----------------------------------------------------------------


async def test_who_comes_while_others_are_told_asks_for_what_they_are_told(monkeypatch: pytest.MonkeyPatch):
    """Opening a conversation makes a new stream: what happens in that moment (that it was read!) is not lost on it."""
    hub, newcomer = LiveHub([]), _screen()
    hub._position = hub._taken = Position(1, 5, 1)
    asked: list[tuple[Position, Position]] = []
    something: Any = object()

    async def ask(question: Callable[..., Any], *_arguments: object) -> Any:
        return Page([something], Position(1, 9, 9), has_more=False) if question is read_after else {}

    async def note(_screen: _Screen, seen: Position, until: Position) -> None:
        asked.append((seen, until))

    async def nothing(*_arguments: object) -> None:
        await asyncio.sleep(0)

    async def tell(_page: Page) -> None:
        serving = asyncio.create_task(hub._serve(newcomer, Position(1, 5, 1), _never, nothing))
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
    assert asked == [(Position(1, 5, 1), Position(1, 9, 9))]


async def test_what_was_missed_is_told_before_what_came_up_meanwhile(monkeypatch: pytest.MonkeyPatch):
    """It was drawn earlier: told later, it would put an older line over a newer one, for good."""
    hub = LiveHub([page_topic("inbox", (TeamRemoved,), lambda _actor: True)])
    workspace_id = uuid4()
    screen = _viewer_of(hub, workspace_id, uuid4())
    screen.news = []
    removed = TeamRemoved(workspace_id, uuid4(), "Night", DOER)

    async def ask(question: Callable[..., Any], *arguments: object) -> Any:
        if question is read_after:
            return Page(_happened(removed), Position(1, 9, 9), has_more=False)
        hub._offer(screen, b"event: newer\n")
        return question(*arguments)

    monkeypatch.setattr(hub, "_ask", ask)
    await hub._catch_up(screen, Position(1, 5, 1), Position(1, 9, 9))
    hub._offer(screen, b"event: newest\n")
    assert _events(screen) == ["page", "newer", "newest"]


# --- who is told what ---------------------------------------------------------------------------------


def _viewer_of(hub: LiveHub, workspace_id: UUID, member_id: UUID) -> _Screen:
    actor = Actor("member", member_id, workspace_id, "Ann", "agent", permissions_of("agent"))
    screen = _Screen(Viewer(actor, "en", uuid4(), clock.now() + timedelta(days=1)), frozenset({"inbox"}))
    hub._screens.add(screen)
    hub._staffing[workspace_id] = Staffing({}, {})
    return screen


def _events(screen: _Screen) -> list[str]:
    pieces = []
    while not screen.queue.empty():
        pieces.append((screen.queue.get_nowait() or b"").decode())
    return [
        line.removeprefix("event: ") for piece in pieces for line in piece.splitlines() if "event: " in line
    ]


async def test_a_stream_ends_with_its_session_and_with_the_right(monkeypatch: pytest.MonkeyPatch):
    """Only the screens that it is about ask for their rights again."""
    hub, workspace_id = LiveHub([]), uuid4()
    ended, demoted, kept = (_viewer_of(hub, workspace_id, uuid4()) for _ in range(3))
    powerless = replace(demoted.viewer.actor, permissions=frozenset())
    known = {demoted.viewer.session_id: replace(demoted.viewer, actor=powerless)}
    monkeypatch.setattr("regulars.web.live.hub.viewers_of_sessions", lambda _ids: known)
    member_id = demoted.viewer.actor.member_id
    assert member_id
    shift = Shift(members={member_id}, ended_sessions={ended.viewer.session_id})
    await hub._refresh_viewers([ended, demoted, kept], shift)
    assert [screen.has_ended for screen in (ended, demoted, kept)] == [True, True, False]
    assert hub._screens == {kept}
    assert await _told(hub, ended) == b'event: permissions\nid: 0.0.0\ndata: {"cursor":"0.0.0"}\n\n'


async def test_a_changed_role_counts_on_the_screens_of_whoever_has_it(monkeypatch: pytest.MonkeyPatch):
    """Asked again in the same stretch of the log in which the change stands, and told to look anew."""
    hub, workspace_id, role_id = LiveHub([]), uuid4(), uuid4()
    screens = [_viewer_of(hub, workspace_id, uuid4()) for _ in range(3)]
    for screen in screens[:2]:
        screen.viewer = replace(screen.viewer, actor=replace(screen.viewer.actor, role_id=role_id))
    wider, blind = (
        replace(screens[0].viewer.actor, reach={"conversations": "all"}),
        replace(screens[1].viewer.actor, permissions=frozenset()),
    )
    known = {
        screen.viewer.session_id: replace(screen.viewer, actor=actor)
        for screen, actor in zip(screens, (wider, blind), strict=False)
    }
    monkeypatch.setattr("regulars.web.live.hub.viewers_of_sessions", lambda _ids: known)
    changed = RoleChanged(workspace_id, role_id, "Desk", (), ("messages:send",), (), (), DOER)
    await hub._show(_happened(changed), Position(1, 1))
    assert [_events(screen) for screen in (screens[0], screens[2])] == [["permissions"], []]
    assert (screens[0].viewer.actor.sees_all, screens[1].has_ended) == (True, True)


async def test_a_stream_ends_when_its_session_runs_out():
    hub, screen = LiveHub([]), _screen()
    screen.viewer = replace(screen.viewer, expires_at=clock.now())
    assert await _told(hub, screen) == b""


async def test_one_member_takes_no_more_than_their_streams(monkeypatch: pytest.MonkeyPatch):
    """A script of theirs that opens thousands ends its own: there is room for webhooks and for colleagues."""
    hub, colleague, first = LiveHub([]), _screen(), _screen()
    others = [_Screen(first.viewer, frozenset()) for _ in range(MOST_STREAMS - 1)]
    hub._screens = {colleague, first, *others}

    async def nothing(*_arguments: object) -> None:
        pass

    for name in ("_look_again", "_know_staffing", "_pump"):
        monkeypatch.setattr(hub, name, nothing)
    await hub._serve(_Screen(first.viewer, frozenset()), None, _never, nothing)
    assert first.has_ended
    assert hub._screens == {colleague, *others}


async def test_a_screen_follows_only_what_there_is(monkeypatch: pytest.MonkeyPatch):
    hub = LiveHub([page_topic("teams", (TeamRemoved,), lambda _actor: True)])
    opened: list[_Screen] = []

    async def viewer(*_arguments: object) -> Viewer:
        return _screen().viewer

    async def note(screen: _Screen, *_arguments: object) -> None:
        opened.append(screen)

    monkeypatch.setattr(hub, "_ask", viewer)
    monkeypatch.setattr(hub, "_serve", note)
    for asked in (b"topics=teams," + b"x," * 9_000, b"topics=", b"topics=%ff%00,teams&topics=x", b""):
        await hub({"headers": [], "query_string": asked}, _never, _never)  # type: ignore[arg-type]
    assert [set(screen.topics) for screen in opened] == [{"teams"}, set(), {"teams"}, set()]


def _happened(*events: Event) -> list[Recorded]:
    return [Recorded(Position(1, 7, 3), clock.now(), each) for each in events]


async def _show(
    hub: LiveHub, events: Sequence[Event], staffing: Staffing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the hub hand out what happened; ``staffing`` is what the database says now."""

    async def ask(question: Callable[..., Any], *arguments: Any) -> Any:
        return dict.fromkeys(arguments[0], staffing) if question is read_staffings else question(*arguments)

    monkeypatch.setattr(hub, "_ask", ask)
    await hub._show(_happened(*events), Position(1, 7, 3))


@pytest.mark.parametrize(
    ("topics", "may_open", "told"),
    [
        ({"teams"}, True, ["page"]),
        ({"teams"}, False, []),  # their right is gone: not even that something happened
        ({"members"}, True, []),
        ({"nothing-of-ours"}, True, []),
    ],
)
async def test_a_page_is_told_of_what_it_follows_and_may_show(
    monkeypatch: pytest.MonkeyPatch, topics: set[str], may_open: bool, told: list[str]
):
    def is_open_to(_actor: Actor) -> bool:
        return may_open

    pages: dict[str, type[Event]] = {"teams": TeamRemoved, "members": MemberLetIn}
    hub = LiveHub([page_topic(name, (event,), is_open_to) for name, event in pages.items()])
    workspace_id = uuid4()
    screen = _viewer_of(hub, workspace_id, uuid4())
    next_door = _viewer_of(hub, uuid4(), uuid4())
    screen.topics = next_door.topics = frozenset(topics)
    removed = TeamRemoved(workspace_id, uuid4(), "Night", DOER)
    await _show(hub, [removed], Staffing({}, {}), monkeypatch)
    assert (_events(screen), _events(next_door)) == (told, [])


@pytest.mark.parametrize(("screens", "happened"), [(1, 1), (50, 1), (1, 40), (50, 40)])
async def test_a_batch_asks_the_database_as_often_however_many_look_and_however_much_happened(
    monkeypatch: pytest.MonkeyPatch, screens: int, happened: int
):
    """Rights, staffing and what is drawn: once each. Of two workspaces, with members whose teams changed."""
    asked: list[str] = []

    async def ask(question: Callable[..., Any], *arguments: Any) -> Any:
        asked.append(getattr(question, "__name__", ""))
        match question.__name__:
            case "viewers_of_sessions":
                return {each.viewer.session_id: each.viewer for each in looking}
            case "read_staffings":
                return dict.fromkeys(arguments[0], Staffing({}, {}))
        return question(*arguments)

    hub = LiveHub([page_topic(name, MEMBER_EVENTS, lambda _actor: True) for name in ("members", "teams")])
    monkeypatch.setattr(hub, "_ask", ask)
    workspaces = [uuid4(), uuid4()]
    looking = [_viewer_of(hub, workspaces[each % 2], uuid4()) for each in range(screens)]
    for screen in looking:
        screen.topics = frozenset({"members", "teams"})
    events = [
        MemberLetIn(workspaces[each % 2], looking[0].viewer.actor.member_id or uuid4(), DOER)
        for each in range(happened)
    ]
    await hub._show(_happened(*events), Position(1, 7, 3))
    assert asked == ["viewers_of_sessions", "read_staffings", "draw_all"]


@pytest.mark.parametrize(
    ("is_closed_before", "is_closed_after", "told"),
    [(False, True, ["permissions"]), (True, False, ["permissions"]), (True, True, []), (False, False, [])],
)
async def test_a_number_that_opens_or_closes_makes_its_screens_ask_anew(
    monkeypatch: pytest.MonkeyPatch, is_closed_before: bool, is_closed_after: bool, told: list[str]
):
    hub, workspace_id, number, others = LiveHub([]), uuid4(), uuid4(), frozenset({uuid4()})
    screen = _viewer_of(hub, workspace_id, uuid4())
    hub._staffing[workspace_id] = Staffing({number: others} if is_closed_before else {}, {})
    now = Staffing({number: others} if is_closed_after else {}, {})
    staffed = InboxStaffed(workspace_id, number, (), (), DOER)
    await _show(hub, [staffed], now, monkeypatch)
    assert _events(screen) == told


# --- who else is there ------------------------------------------------------------------------------


async def test_only_those_who_are_there_are_told_who_else_is():
    """A screen that names a conversation in its address, and was not let in there, learns nothing of others."""
    hub, here = LiveHub([]), uuid4()
    ana, ben, spy = _screen(), _screen(), _screen()
    for screen in (ana, ben, spy):
        screen.subject = here
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


async def test_what_a_member_types_is_told_their_own_screens_of_that_conversation_alone():
    hub, here = LiveHub([]), uuid4()
    typing, other = _screen(), _screen()
    same, elsewhere = replace(other, viewer=typing.viewer), replace(other, viewer=typing.viewer)
    for screen, subject in ((typing, here), (other, here), (same, here), (elsewhere, uuid4())):
        screen.subject, screen.queue = subject, asyncio.Queue()
        hub._screens.add(screen)
    member_id = typing.viewer.actor.member_id
    assert member_id
    hub._hear_own(msgspec.json.encode(Typed(member_id, here, "reply", "hello", "")).decode())
    hub._hear_own("no draft")
    for screen in (typing, other, same, elsewhere):
        hub._end(screen)
    told = [(await _told(hub, each)).count(b"event: draft") for each in (typing, same, other, elsewhere)]
    assert told == [1, 1, 0, 0]
