"""The clocks are as the conversations are: begun, met, stopped, dated anew. Set-based, repeatable.

Nothing here goes by what an event says: a clock follows from who waits since when, what was answered, when it was
snoozed, and what is promised. So it does not matter in which order, in how many batches and how often events are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from regulars.conversations.models import SILENT_KINDS
from regulars.kernel import clock
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import record_all
from regulars.kernel.ids import new_id
from regulars.service_levels.events import AnswerClockChanged
from regulars.service_levels.levels import Book, choose_levels, read_book, settle
from regulars.service_levels.promising import Pause, Times, times_of

CHANNEL = "regulars_service_levels"
"""NOTIFY channel: a clock rings before anybody looks by themselves"""
LOOKED_EVERY = timedelta(seconds=5)
"""how often whoever rings the clocks looks by themselves"""


class _Row(NamedTuple):
    """A row of ``_READ``: a conversation, with the clock that is open and the one that is over and began when it waits
    since.
    """

    id: UUID
    workspace_id: UUID
    waiting_since: datetime | None
    is_first: bool
    pauses: list[datetime] | None
    pause_ends: list[datetime | None] | None
    open_id: UUID | None
    started_at: datetime | None
    level_id: UUID | None
    level_name: str | None
    is_batch: bool | None
    warn_at: datetime | None
    due_at: datetime | None
    rings_at: datetime | None
    warned_at: datetime | None
    breached_at: datetime | None
    over_id: UUID | None
    over_warned_at: datetime | None
    over_breached_at: datetime | None


_SILENT = ", ".join(f"'{kind}'" for kind in sorted(SILENT_KINDS))
_OURS = (
    f"m.direction = 'out' AND m.kind NOT IN ({_SILENT}) AND m.status <> 'failed' AND m.source <> 'history'"
)
_READ = f"""
SELECT c.id, c.workspace_id, CASE WHEN c.status <> 'resolved' THEN c.waiting_since END,
  c.waiting_since IS NOT NULL AND NOT EXISTS (SELECT FROM conversations_message m
    WHERE m.conversation_id = c.id AND m.sent_at >= e.opened_at AND m.sent_at < c.waiting_since AND {_OURS}),
  p.starts, p.ends, k.id, k.started_at, k.service_level_id, k.service_level_name, k.is_batch, k.warn_at, k.due_at,
  k.rings_at, k.warned_at, k.breached_at, w.id, w.warned_at, w.breached_at
FROM unnest(%b::uuid[]) AS asked(id) JOIN conversations_conversation c ON c.id = asked.id
  LEFT JOIN conversations_episode e ON e.id = c.episode_id
  LEFT JOIN service_levels_answerclock k ON k.conversation_id = c.id AND k.met_at IS NULL AND k.stopped_at IS NULL
  LEFT JOIN service_levels_answerclock w ON w.conversation_id = c.id AND w.started_at = c.waiting_since
    AND (w.met_at IS NOT NULL OR w.stopped_at IS NOT NULL)
  LEFT JOIN LATERAL (
    SELECT array_agg(h.from_at ORDER BY h.from_at) AS starts, array_agg(h.until_at ORDER BY h.from_at) AS ends
    FROM conversations_conversationhistory h
    WHERE h.conversation_id = c.id AND h.fact = 'status' AND h.value = 'snoozed'
      AND (h.until_at IS NULL OR h.until_at > c.waiting_since)) p ON c.waiting_since IS NOT NULL
WHERE c.waiting_since IS NOT NULL OR k.id IS NOT NULL
ORDER BY c.id
"""  # noqa: S608 - constants
_ANSWERS = f"""
SELECT asked.id, (SELECT min(m.sent_at) FROM conversations_message m
    LEFT JOIN conversations_outgoingmessage o ON o.message_id = m.id
  WHERE m.conversation_id = asked.id AND m.sent_at >= asked.started_at AND {_OURS}
    AND (o.message_id IS NULL OR o.ended_wait_since = asked.started_at))
FROM unnest(%b::uuid[], %b::timestamptz[]) AS asked(id, started_at)
"""  # noqa: S608 - constants
_LOCK = """
SELECT FROM service_levels_answerclock WHERE conversation_id = ANY(%b::uuid[]) ORDER BY id FOR UPDATE
"""
_END = """
UPDATE service_levels_answerclock k SET met_at = told.met_at, stopped_at = told.stopped_at, rings_at = NULL
FROM unnest(%b::uuid[], %b::timestamptz[], %b::timestamptz[]) AS told(id, met_at, stopped_at) WHERE k.id = told.id
"""
_REDATE = """
UPDATE service_levels_answerclock k SET started_at = told.started_at
FROM unnest(%b::uuid[], %b::timestamptz[]) AS told(id, started_at) WHERE k.id = told.id
"""
_DRAW = """
INSERT INTO service_levels_answerclock AS k (id, workspace_id, conversation_id, service_level_id, service_level_name,
  is_batch, started_at, warn_at, due_at, rings_at, warned_at, breached_at)
SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::bool[], %b::timestamptz[],
  %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[], %b::timestamptz[])
ON CONFLICT (conversation_id, started_at) DO UPDATE SET service_level_id = EXCLUDED.service_level_id,
  service_level_name = EXCLUDED.service_level_name, is_batch = EXCLUDED.is_batch, warn_at = EXCLUDED.warn_at,
  due_at = EXCLUDED.due_at, rings_at = EXCLUDED.rings_at, warned_at = EXCLUDED.warned_at,
  breached_at = EXCLUDED.breached_at, met_at = NULL, stopped_at = NULL
"""


def draw_clocks(conversation_ids: Collection[UUID]) -> int:
    """Needs a transaction. At most eight statements, and five for each workspace; returns how many clocks changed."""
    changed = draw_silently(conversation_ids)
    record_all(
        AnswerClockChanged(workspace_id, conversation_id, due_at)
        for conversation_id, (workspace_id, due_at) in changed.items()
    )
    return len(changed)


def draw_silently(conversation_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, datetime | None]]:
    """The same, and tells nobody. By conversation: its workspace, and by when an answer is promised by now."""
    rows = _read(conversation_ids)
    books = {each: _open_book(each) for each in sorted({row.workspace_id for row in rows})}
    levels = _levels(rows, books)
    over = [row for row in rows if row.open_id and not (row.waiting_since and row.id in levels)]
    moved = [
        row for row in rows if row.started_at and row.id in levels and row.started_at != row.waiting_since
    ]
    answered = _answers([*over, *moved])
    ended = [*over, *(row for row in moved if _is_answered(row, answered))]
    _end(ended, answered)
    redated = [row for row in moved if not _is_answered(row, answered)]
    _redate(redated)
    drawn = list(_draw(rows, levels, books, {row.id for row in ended}))
    _write(drawn)
    changed: dict[UUID, tuple[UUID, datetime | None]] = {row.id: (row.workspace_id, None) for row in ended}
    return changed | {each.conversation_id: (each.workspace_id, each.times.due_at) for each in drawn}


def _read(conversation_ids: Collection[UUID]) -> list[_Row]:
    ids = sorted(conversation_ids)
    with binary_cursor() as cursor:
        cursor.execute(_LOCK, [ids])
        cursor.execute(_READ, [ids])
        return [_Row(*row) for row in cursor.fetchall()]


def _open_book(workspace_id: UUID) -> Book:
    settle(workspace_id)
    return read_book(workspace_id)


def _levels(rows: Sequence[_Row], books: dict[UUID, Book]) -> dict[UUID, UUID]:
    """By conversation that waits, what is promised there; those to whom nothing is promised are left out."""
    waiting: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        if row.waiting_since:
            waiting[row.workspace_id].append(row.id)
    found: dict[UUID, UUID] = {}
    for workspace_id, ids in waiting.items():
        found |= choose_levels(workspace_id, books[workspace_id].levels.values(), ids)
    return found


def _answers(rows: Sequence[_Row]) -> dict[UUID, datetime]:
    """By conversation, when what its open clock is about was answered."""
    if not rows:
        return {}
    with binary_cursor() as cursor:
        columns = zip(*((row.id, row.started_at) for row in rows), strict=True)
        cursor.execute(_ANSWERS, [list(column) for column in columns])
        return {conversation_id: at for conversation_id, at in cursor.fetchall() if at}


def _is_answered(row: _Row, answered: dict[UUID, datetime]) -> bool:
    """Else it is the same wait, of which something earlier is known, or of which something was removed."""
    return row.id in answered or row.over_id is not None


def _end(rows: Sequence[_Row], answered: dict[UUID, datetime]) -> None:
    if not rows:
        return
    now = clock.now()
    told = [(row.open_id, answered.get(row.id), None if row.id in answered else now) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_END, [list(column) for column in zip(*told, strict=True)])


def _redate(rows: Sequence[_Row]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_REDATE, [[row.open_id for row in rows], [row.waiting_since for row in rows]])


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A clock as it is to be."""

    id: UUID
    workspace_id: UUID
    conversation_id: UUID
    level_id: UUID
    level_name: str
    is_batch: bool
    started_at: datetime
    times: Times
    warned_at: datetime | None
    breached_at: datetime | None

    @property
    def rings_at(self) -> datetime | None:
        if self.warned_at is None:
            return self.times.warn_at
        return self.times.due_at if self.breached_at is None else None


def _draw(
    rows: Iterable[_Row], levels: dict[UUID, UUID], books: dict[UUID, Book], ended: set[UUID]
) -> Iterator[_Drawn]:
    for row in rows:
        if row.waiting_since is None or row.id not in levels:
            continue
        book = books[row.workspace_id]
        level = book.levels[levels[row.id]]
        goes_on = row.open_id is not None and row.id not in ended
        drawn = _Drawn(
            row.open_id if goes_on and row.open_id else row.over_id or new_id(),
            row.workspace_id,
            row.id,
            level.id,
            level.name,
            level.is_batch,
            row.waiting_since,
            times_of(
                book.promise_of(level),
                row.waiting_since,
                map(Pause, row.pauses or (), row.pause_ends or ()),
                is_first=row.is_first,
            ),
            row.warned_at if goes_on else row.over_warned_at,
            row.breached_at if goes_on else row.over_breached_at,
        )
        if not goes_on or not _is_as_before(row, drawn):
            yield drawn


def _is_as_before(row: _Row, drawn: _Drawn) -> bool:
    before = (
        row.started_at,
        row.level_id,
        row.level_name,
        row.is_batch,
        row.warn_at,
        row.due_at,
        row.rings_at,
    )
    return before == (
        drawn.started_at,
        drawn.level_id,
        drawn.level_name,
        drawn.is_batch,
        *drawn.times,
        drawn.rings_at,
    )


def _write(drawn: Sequence[_Drawn]) -> None:
    if not drawn:
        return
    columns = zip(
        *(
            (
                each.id,
                each.workspace_id,
                each.conversation_id,
                each.level_id,
                each.level_name,
                each.is_batch,
                each.started_at,
                *each.times,
                each.rings_at,
                each.warned_at,
                each.breached_at,
            )
            for each in drawn
        ),
        strict=True,
    )
    soonest = min((each.rings_at for each in drawn if each.rings_at), default=None)
    with connection.cursor() as cursor:
        cursor.execute(_DRAW, [list(column) for column in columns])
        if soonest and soonest < clock.now() + LOOKED_EVERY:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
