"""The stream hub: a raw ASGI application that keeps one connection for each open screen.

One task reads the event log (woken by NOTIFY, at least every second), has each topic draw what changed once per
language, and puts the pieces into the queues of the screens that follow the topic and may see them. A screen that
comes back names the last position it saw and gets what it missed; one that is too far behind is told to load anew.
Nothing waits for a slow screen: its queue is bounded and overflowing ends the stream, after which the browser comes
back. A batch costs a fixed number of queries, however many screens are open and however much happened.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import product
from time import monotonic
from typing import Any, TypeVar
from urllib.parse import parse_qs
from uuid import UUID

from django.db import InterfaceError, OperationalError

from regulars.conversations.access import Staffing, read_staffings
from regulars.kernel import clock
from regulars.kernel.database import check_connection
from regulars.kernel.events import Page, Position, Recorded, end_of_log, read_after
from regulars.kernel.ids import parse_id
from regulars.web.live.answering import Answering, AnsweringTold
from regulars.web.live.attendance import Attendance
from regulars.web.live.counting import count_everything
from regulars.web.live.door import Viewer, viewer_of_cookie, viewers_of_sessions
from regulars.web.live.drawing import Drawn, Wanted, draw_all, write_once
from regulars.web.live.own import for_own_screens, read_typed
from regulars.web.live.presence import Board, read_beat, told
from regulars.web.live.rights import RIGHTS_EVENTS, Shift, sees_other_numbers, shift_of
from regulars.web.live.screen import QUEUE_LIMIT
from regulars.web.live.screen import Screen as _Screen
from regulars.web.live.streams import (
    Receive,
    Scope,
    Send,
    event_of,
    send_chunk,
    send_plain,
    until_gone,
)
from regulars.web.live.topics import Eyes, Looker, Topic, kinds_of
from regulars.workspaces.access import Actor

logger = logging.getLogger(__name__)

T = TypeVar("T")

_LOST_DATABASE = (OperationalError, InterfaceError)
READ_LIMIT = 500
CATCH_UP_LIMIT = 2_000
"""events a returning screen may have missed before it is told to load anew"""
PING_SECONDS = 15.0
COUNT_CHECK_SECONDS = 0.25
COUNTERS_SECONDS = 2.0
"""counters of one member are counted at most this often"""
MOST_STREAMS = 64
"""of one member in this process: no script of theirs takes the connections that webhooks and colleagues come by"""
USUAL_TOPIC = "inbox"
"""what a screen follows that names nothing"""
KEPT_BACK_SECONDS = 0.02
"""how soon to look again while a running transaction keeps events back"""


class LiveHub:
    """All open streams of this process. ``wake`` may be called from any thread."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = topics
        self._events_of = {topic.name: frozenset(topic.events) for topic in topics}
        self._counted = frozenset(event for topic in topics if topic.is_counted for event in topic.events)
        self._kinds = sorted(kinds_of(topics) | {event.__name__ for event in RIGHTS_EVENTS})
        self._screens: set[_Screen] = set()
        self._position = Position()
        """up to here every screen was told"""
        self._taken = Position()
        """up to here the log was taken to be told: those who were open then are told, whoever comes later asks"""
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._reader: asyncio.Task[None] | None = None
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="live")
        self._staffing: dict[UUID, Staffing] = {}
        self._counted_at: dict[UUID, float] = {}
        self._uncounted: set[UUID] = set()
        self._counter: asyncio.Task[None] | None = None
        self._attendance = Attendance()
        self._board = Board()
        self._answering = AnsweringTold()
        self._looked_at_board = monotonic()

    def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = asyncio.create_task(self._read_forever())
        self._counter = asyncio.create_task(self._count_forever())

    def wake(self) -> None:
        self._soon(self._wake.set)

    def hear(self, payload: str) -> None:
        self._soon(self._hear, payload)

    def hear_own(self, payload: str) -> None:
        self._soon(self._hear_own, payload)

    def _soon(self, act: Callable[..., object], *arguments: object) -> None:
        """From any thread."""
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act, *arguments)

    def _hear_own(self, payload: str) -> None:
        if typed := read_typed(payload):
            for_own_screens(typed, list(self._screens), self._offer_draft)

    def _offer_draft(self, screen: _Screen, facts: dict[str, Any]) -> None:
        self._offer(screen, event_of("draft", facts, self._position))

    def _hear(self, payload: str) -> None:
        beat = read_beat(payload)
        if beat is not None and self._board.hear(beat, monotonic()):
            self._tell_presence({beat.conversation_id})

    def _tell_presence(self, conversations: Collection[UUID]) -> None:
        news = self._answering.news(self._board, conversations, monotonic())
        for screen in list(self._screens):
            self._offer_answering(screen, news)
            if screen.subject in conversations:
                self._offer_presence(screen)

    def _offer_presence(self, screen: _Screen) -> None:
        """Who is there, for those who are there themselves: the door that heard their beat has let them in."""
        here = screen.subject
        if here and self._board.has(here, screen.viewer.actor.member_id):
            people = told(self._board.people(here, monotonic()))
            self._offer(
                screen,
                event_of("presence", {"conversation_id": str(here), "people": people}, self._position),
            )

    def _offer_answering(self, screen: _Screen, states: Sequence[Answering]) -> None:
        """In lists, too: whose conversation is being answered is for all who see it."""
        staffing = self._staffing.get(screen.viewer.actor.workspace_id)
        for each in states:
            if USUAL_TOPIC in screen.topics and staffing and each.is_seen_by(screen.viewer.actor, staffing):
                self._offer(screen, event_of("answering", each.told, self._position))

    def _forget_presence(self) -> None:
        then, now = self._looked_at_board, monotonic()
        self._looked_at_board = now
        self._tell_presence(self._board.forget_old(then, now))

    async def close(self) -> None:
        for task in (self._reader, self._counter):
            if task:
                task.cancel()
        for screen in list(self._screens):
            self._end(screen)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        query = parse_qs(bytes(scope.get("query_string", b"")).decode("latin-1"))
        try:
            viewer = await self._ask(viewer_of_cookie, headers.get(b"cookie", b"").decode("latin-1"))
        except Exception:  # noqa: BLE001 - whatever the database says, the browser must get an answer
            await send_plain(send, 503, "the database cannot be reached")
            return
        if viewer is None or not viewer.actor.can("conversations:read"):
            await send_plain(send, 401, "sign in first")
            return
        topics = self._events_of.keys() & query.get("topics", [USUAL_TOPIC])[0].split(",")
        screen = _Screen(viewer, frozenset(topics), parse_id(query.get("conversation", [""])[0]))
        given = headers.get(b"last-event-id", b"").decode("latin-1") or query.get("cursor", [""])[0]
        # what nobody can read was written by another version: the screen is as stale as one of another generation
        seen = (Position.parse(given) or Position()) if given else None
        await self._attendance.note(self._ask, [viewer.actor])
        await self._serve(screen, seen, receive, send)

    async def _serve(self, screen: _Screen, seen: Position | None, receive: Receive, send: Send) -> None:
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [
                    (b"content-type", b"text/event-stream; charset=utf-8"),
                    (b"cache-control", b"no-store"),
                    (b"x-accel-buffering", b"no"),
                ],
            }
        )
        screen.news = []
        self._make_room(screen.viewer)
        self._screens.add(screen)
        gone = asyncio.create_task(until_gone(receive))
        try:
            await self._look_again(screen)
            await self._know_staffing([screen.viewer.actor.workspace_id])
            start = self._taken
            missed = seen is not None and seen.is_behind(start)
            if seen and seen.generation > start.generation:  # a restored log that we have yet to read?
                missed = (await self._ask(end_of_log)).generation != seen.generation
            # the screen names this position when it comes back: not one that it has not been told of yet
            await send_chunk(
                send, event_of("hello", {}, seen if seen and missed else start) + b"retry: 1500\n\n"
            )
            if seen and missed:
                await self._catch_up(screen, seen, start)
            with self._before_the_news(screen):
                pass
            self._uncounted.add(screen.viewer.actor.id or screen.viewer.actor.workspace_id)
            self._offer_presence(screen)
            self._offer_answering(screen, self._answering.all(self._board, monotonic()))
            await self._pump(screen, gone, send)
        finally:
            gone.cancel()
            self._screens.discard(screen)

    def _make_room(self, viewer: Viewer) -> None:
        """End the member's oldest stream when they have all that one person may."""
        theirs = [each for each in self._screens if each.viewer.actor.id == viewer.actor.id]
        if len(theirs) >= MOST_STREAMS:
            self._end(min(theirs, key=lambda each: each.opened_at))

    async def _look_again(self, screen: _Screen) -> None:
        """The viewer's rights once more, now that changes reach the screen: none falls between door and stream."""
        await self._renew_viewers([screen])

    async def _pump(self, screen: _Screen, gone: asyncio.Task[None], send: Send) -> None:
        while not gone.done() and clock.now() < screen.viewer.expires_at:
            try:
                async with asyncio.timeout(PING_SECONDS):
                    piece = await screen.queue.get()
            except TimeoutError:
                await send_chunk(send, event_of("ping", {}, self._position))
                continue
            if piece is None:
                break
            ends = False
            while not screen.queue.empty() and not ends:
                more = screen.queue.get_nowait()
                ends = more is None
                piece += more or b""
            await send_chunk(send, piece)
            if ends:
                break
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _catch_up(self, screen: _Screen, seen: Position, until: Position) -> None:
        """After the log was restored, the screen loads anew: it may show what is not there any more."""
        page = await self._ask(read_after, seen, self._kinds, CATCH_UP_LIMIT)
        is_far = len(page.events) >= CATCH_UP_LIMIT or (page.has_more and page.end < until)
        if is_far or seen.generation != until.generation:
            with self._before_the_news(screen):
                self._offer(screen, event_of("reset", {}, until))
            return
        shift = shift_of(each.event for each in page.events)
        actor = screen.viewer.actor
        drawn = await self._drawn(page.events, [screen])
        await self._know_staffing([actor.workspace_id])
        with self._before_the_news(screen):
            if shift.is_about(actor) or (actor.workspace_id in shift.staffing and not actor.sees_all):
                self._offer(screen, event_of("permissions", {}, until))
            self._hand_out(drawn, [screen], until)
        self._count_soon(page.events, [screen])

    @contextmanager
    def _before_the_news(self, screen: _Screen) -> Iterator[None]:
        """What is offered in here stands before what came up meanwhile, which stood in the way of nothing so far."""
        news, screen.news = screen.news or [], None
        yield
        for piece in news:
            self._offer(screen, piece)

    async def _read_forever(self) -> None:
        while True:
            try:
                self._position = self._taken = await self._ask(end_of_log)
                break
            except Exception as error:  # noqa: BLE001 - the hub outlives everything
                logger.warning("live: waiting for the database", extra={"error": type(error).__name__})
                await asyncio.sleep(1)
        while True:
            try:
                kept_back = await self._read_once()
                delay = KEPT_BACK_SECONDS if kept_back else 1.0
            except Exception as error:
                logger.warning("live: reading failed", extra={"error": type(error).__name__}, exc_info=True)
                delay = 1.0
            if delay == 1.0:
                await self._wait(delay)
            else:
                await asyncio.sleep(delay)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            pass
        self._wake.clear()

    async def _read_once(self) -> bool:
        """True when something is kept back by a running writer."""
        while True:
            page = await self._ask(read_after, self._position, self._kinds, READ_LIMIT)
            was_restored = page.end.generation != self._position.generation
            self._taken = page.end
            if was_restored:
                self._begin_anew(page.end)
            elif page.events and self._screens:
                await self._show_or_reset(page)
            progressed = page.end != self._position
            self._position = page.end
            if not page.has_more or not progressed:
                return page.has_more

    async def _show_or_reset(self, page: Page) -> None:
        """A stretch that cannot be drawn makes the screens load anew and stops nobody."""
        try:
            await self._show(page.events, page.end)
        except _LOST_DATABASE:
            raise
        except Exception:
            logger.exception("live: changes could not be drawn", extra={"count": len(page.events)})
            self._reset(page.end)

    def _begin_anew(self, end: Position) -> None:
        """Another log: nothing that was known of members, sessions and teams holds."""
        self._staffing.clear()
        self._reset(end)
        for screen in list(self._screens):
            self._end(screen)

    def _reset(self, end: Position) -> None:
        for screen in list(self._screens):
            self._offer(screen, event_of("reset", {}, end))

    async def _show(self, happened: Sequence[Recorded], end: Position) -> None:
        screens = list(self._screens)
        shift = shift_of(each.event for each in happened)
        before = {each: self._staffing.pop(each) for each in shift.staffing if each in self._staffing}
        await self._refresh_viewers(screens, shift)
        await self._know_staffing({screen.viewer.actor.workspace_id for screen in screens})
        self._tell_staffing(screens, before, shift.members)
        await self._tell(happened, screens, end)

    async def _know_staffing(self, workspaces: Collection[UUID]) -> None:
        if unknown := [each for each in workspaces if each not in self._staffing]:
            self._staffing.update(await self._ask(read_staffings, unknown))

    async def _refresh_viewers(self, screens: Sequence[_Screen], shift: Shift) -> None:
        changed = [
            screen
            for screen in screens
            if screen.viewer.session_id in shift.ended_sessions or shift.is_about(screen.viewer.actor)
        ]
        for screen in changed:
            self._offer(screen, event_of("permissions", {}, self._position))
        await self._renew_viewers(changed)

    def _tell_staffing(
        self, screens: Sequence[_Screen], before: Mapping[UUID, Staffing], members: Collection[UUID]
    ) -> None:
        for screen in screens:
            actor = screen.viewer.actor
            known, now = before.get(actor.workspace_id), self._staffing.get(actor.workspace_id)
            if sees_other_numbers(actor, known, now, members):
                self._offer(screen, event_of("permissions", {}, self._position))

    async def _renew_viewers(self, screens: Sequence[_Screen]) -> None:
        if not screens:
            return
        viewers = await self._ask(viewers_of_sessions, {screen.viewer.session_id for screen in screens})
        for screen in screens:
            viewer = viewers.get(screen.viewer.session_id)
            if viewer is None or not viewer.actor.can("conversations:read"):
                self._end(screen)
            else:
                screen.viewer = replace(viewer, language=screen.viewer.language)

    async def _tell(self, happened: Sequence[Recorded], screens: Sequence[_Screen], end: Position) -> None:
        drawn = await self._drawn(happened, screens)
        await self._know_staffing({screen.viewer.actor.workspace_id for screen in screens})
        self._hand_out(drawn, screens, end)
        self._count_soon(happened, screens)

    async def _drawn(self, happened: Sequence[Recorded], screens: Sequence[_Screen]) -> Drawn:
        wanted = self._wanted(happened, screens)
        return await self._ask(draw_all, wanted) if wanted else []

    def _hand_out(self, drawn: Drawn, screens: Sequence[_Screen], end: Position) -> None:
        pieces: dict[tuple[int, int, str], bytes] = {}
        for screen in screens:
            if screen.has_ended:
                continue
            looker = Looker(
                screen.viewer.actor, screen.subject, self._staffing[screen.viewer.actor.workspace_id]
            )
            for place, (topic, sight, made) in enumerate(drawn):
                if topic.name in screen.topics and sight == screen.sight:
                    for index, piece in enumerate(made):
                        if piece.is_for(looker):
                            key = (place, index, screen.viewer.language)
                            self._offer(screen, write_once(pieces, key, piece, end))

    def _wanted(self, happened: Sequence[Recorded], screens: Sequence[_Screen]) -> list[Wanted]:
        """Once for all screens whose members see the same of what happened."""
        wanted = []
        for topic, sight in product(self._topics, {each.sight for each in screens}):
            following = [each for each in screens if topic.name in each.topics and each.sight == sight]
            workspaces = frozenset(screen.viewer.actor.workspace_id for screen in following)
            events = [
                each.event
                for each in happened
                if type(each.event) in self._events_of[topic.name] and each.event.workspace_id in workspaces
            ]
            if events:
                languages = tuple(sorted({screen.viewer.language for screen in following}))
                subjects = frozenset(screen.subject for screen in following if screen.subject)
                wanted.append((topic, sight, events, Eyes(workspaces, languages, subjects)))
        return wanted

    def _count_soon(self, happened: Sequence[Recorded], screens: Sequence[_Screen]) -> None:
        moved = {each.event.workspace_id for each in happened if type(each.event) in self._counted}
        for screen in screens:
            actor = screen.viewer.actor
            if actor.workspace_id in moved:
                self._uncounted.add(actor.id or actor.workspace_id)

    def _offer(self, screen: _Screen, piece: bytes) -> None:
        if screen.has_ended:
            return
        if screen.news is not None and len(screen.news) < QUEUE_LIMIT:
            screen.news.append(piece)
        elif screen.news is None and not screen.queue.full():
            screen.queue.put_nowait(piece)
        else:
            self._end(screen)

    def _end(self, screen: _Screen) -> None:
        """What it has is sent first; the browser comes back with its cursor."""
        self._screens.discard(screen)
        screen.has_ended = True
        if screen.queue.full():
            while not screen.queue.empty():
                screen.queue.get_nowait()
        screen.queue.put_nowait(None)

    async def _count_forever(self) -> None:
        """Beside the reading: no change waits for the counters."""
        while True:
            await asyncio.sleep(COUNT_CHECK_SECONDS)
            self._forget_presence()
            try:
                await self._attendance.note_sometimes(
                    self._ask, [each.viewer.actor for each in self._screens]
                )
                await self._count()
            except Exception as error:  # noqa: BLE001 - the counters come again with the next change
                logger.warning("live: counting failed", extra={"error": type(error).__name__})

    async def _count(self) -> None:
        """To members whose lists changed, each at most every two seconds."""
        moment = monotonic()
        due = {key for key in self._uncounted if moment - self._counted_at.get(key, 0.0) >= COUNTERS_SECONDS}
        self._uncounted -= due
        by_workspace: dict[UUID, dict[UUID | None, Actor]] = {}
        for screen in self._screens:
            actor = screen.viewer.actor
            if actor.id in due:
                by_workspace.setdefault(actor.workspace_id, {})[actor.id] = actor
        self._counted_at = {key: at for key, at in self._counted_at.items() if moment - at < COUNTERS_SECONDS}
        self._counted_at.update(dict.fromkeys(due, moment))
        for actors in by_workspace.values():
            counted = await self._ask(count_everything, list(actors.values()))
            pieces = dict(zip(actors, map(self._counters, counted), strict=True))
            for screen in list(self._screens):
                if screen.viewer.actor.id in pieces:
                    self._offer(screen, pieces[screen.viewer.actor.id])

    def _counters(self, counts: Mapping[str, Any]) -> bytes:
        return event_of("counters", counts, self._position)

    async def _ask(self, question: Callable[..., T], *arguments: Any) -> T:
        """In one of the hub's threads, with a connection that is checked first."""

        def ask() -> T:
            check_connection()
            return question(*arguments)

        return await asyncio.get_running_loop().run_in_executor(self._threads, ask)
