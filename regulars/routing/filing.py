"""Who comes to wait, and in which queue: set-based, a handful of statements for a batch of any size."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from regulars.conversations.models import SILENT_KINDS
from regulars.kernel.conditions import to_sql
from regulars.kernel.conditions.language import parse
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.register import condition_fields
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.database import binary_cursor
from regulars.routing.models import Queue, RoutingSettings
from regulars.workspaces.conditions import as_of_now

ASKED_ABOUT = "message"
"""what the conditions of queues are about: what the contact said last, and what that leads to"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A conversation may wait from now on, by what happened to it."""

    cause: str
    kind: str
    has_come_back: bool = False
    """it was resolved: whoever had it then has a claim, and nothing more"""
    put_back_by: UUID | None = None


class _Candidate(NamedTuple):
    """A row of ``_CANDIDATES``."""

    conversation_id: UUID
    message_id: UUID | None
    since: datetime
    assignee_id: UUID | None
    previous_id: UUID | None
    said: int
    was_theirs: bool
    """it was its assignee's before it was opened again"""
    was_given: bool
    """its assignee has it by routing, and is not there"""


_SILENT = ", ".join(f"'{kind}'" for kind in sorted(SILENT_KINDS))
_CANDIDATES = f"""
SELECT c.id, m.id, c.waiting_since, c.assignee_id, p.value::uuid, b.said,
  COALESCE(a.from_at < o.from_at, false),
  COALESCE(a.by_kind = 'rule' AND COALESCE(d.state, 'away') <> 'online', false)
FROM unnest(%b::uuid[]) AS asked(id)
  JOIN conversations_conversation c ON c.id = asked.id
  JOIN routing_routedinbox r ON r.inbox_id = c.inbox_id
  LEFT JOIN LATERAL (
    SELECT m.id FROM conversations_message m WHERE m.conversation_id = c.id AND m.direction = 'in'
      AND m.kind NOT IN ({_SILENT}) ORDER BY m.sent_at DESC, m.id DESC LIMIT 1) m ON true
  CROSS JOIN LATERAL (
    SELECT count(*) AS said FROM (SELECT FROM conversations_message s WHERE s.conversation_id = c.id
      AND s.sent_at >= c.waiting_since AND s.direction = 'in' AND s.kind NOT IN ({_SILENT})
      AND s.source <> 'history' LIMIT %s) AS few) b
  LEFT JOIN LATERAL (
    SELECT h.value FROM conversations_conversationhistory h
    WHERE h.conversation_id = c.id AND h.fact = 'assignee' AND h.value IS NOT NULL
    ORDER BY h.from_at DESC LIMIT 1) p ON true
  LEFT JOIN conversations_conversationhistory a ON c.assignee_id IS NOT NULL AND a.conversation_id = c.id
    AND a.fact = 'assignee' AND a.until_at IS NULL
  LEFT JOIN conversations_conversationhistory o ON o.conversation_id = c.id AND o.fact = 'status' AND o.until_at IS NULL
  LEFT JOIN workspaces_memberavailability d ON d.member_id = c.assignee_id
WHERE c.workspace_id = %s AND c.status = 'open' AND c.waiting_since IS NOT NULL
"""  # noqa: S608 - constants
_FILE = """
INSERT INTO routing_waiting AS w (conversation_id, workspace_id, queue_id, cause, cause_kind, since, entered_at,
  is_priority, held_by_id, previous_id, put_back_by_id, others_from)
SELECT new.conversation_id, %s, new.queue_id, new.cause, new.kind, new.since, now(), new.is_priority, new.held_by,
  (SELECT id FROM workspaces_member WHERE id = new.previous), new.put_back_by, new.others_from
FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::timestamptz[], %b::bool[], %b::uuid[], %b::uuid[],
    %b::uuid[], %b::timestamptz[])
  AS new(conversation_id, queue_id, cause, kind, since, is_priority, held_by, previous, put_back_by, others_from)
ORDER BY new.conversation_id
ON CONFLICT (conversation_id) DO UPDATE SET queue_id = EXCLUDED.queue_id,
  is_priority = w.is_priority OR EXCLUDED.is_priority, since = EXCLUDED.since,
  put_back_by_id = COALESCE(EXCLUDED.put_back_by_id, w.put_back_by_id),
  others_from = CASE WHEN w.queue_id IS NOT DISTINCT FROM EXCLUDED.queue_id THEN w.others_from
    ELSE EXCLUDED.others_from END
"""


def file_arrivals(
    workspace_id: UUID, arrivals: Mapping[UUID, Arrival], settings: RoutingSettings, at: datetime
) -> int:
    """Those that wait for somebody are in their queue; who waits already keeps the cause. Returns how many."""
    candidates = _candidates(workspace_id, arrivals, settings)
    if not candidates:
        return 0
    queues = {queue.id: queue for queue in queues_in_order(workspace_id)}
    chosen = choose_queues(
        workspace_id, list(queues.values()), [each.message_id for each in candidates if each.message_id]
    )
    rows = [
        _row(each, arrivals[each.conversation_id], _queue_of(each, chosen, queues), settings, at)
        for each in candidates
    ]
    with connection.cursor() as cursor:
        cursor.execute(_FILE, [workspace_id, *(list(column) for column in zip(*rows, strict=True))])
    return len(rows)


def _queue_of(each: _Candidate, chosen: Mapping[UUID, UUID], queues: Mapping[UUID, Queue]) -> Queue | None:
    queue_id = chosen.get(each.message_id) if each.message_id else None
    return queues[queue_id] if queue_id else None


def _candidates(
    workspace_id: UUID, arrivals: Mapping[UUID, Arrival], settings: RoutingSettings
) -> list[_Candidate]:
    with binary_cursor() as cursor:
        cursor.execute(_CANDIDATES, [list(arrivals), settings.priority_after + 1, workspace_id])
        rows = [_Candidate(*row) for row in cursor.fetchall()]
    return [each for each in rows if _waits_for_somebody(each, arrivals[each.conversation_id], settings)]


def _waits_for_somebody(each: _Candidate, arrival: Arrival, settings: RoutingSettings) -> bool:
    """It is nobody's, or its assignment is over: the contact came back, or is not answered by who was chosen."""
    if each.assignee_id is None:
        return True
    if arrival.has_come_back and each.was_theirs:
        return True
    return each.was_given and _is_priority(each, settings)


def _is_priority(each: _Candidate, settings: RoutingSettings) -> bool:
    return 0 < settings.priority_after < each.said


def _row(
    each: _Candidate, arrival: Arrival, queue: Queue | None, settings: RoutingSettings, at: datetime
) -> tuple[object, ...]:
    others_from = at + timedelta(seconds=queue.specialist_seconds) if queue and queue.specialist_id else None
    return (
        each.conversation_id,
        queue.id if queue else None,
        arrival.cause,
        arrival.kind,
        each.since,
        _is_priority(each, settings),
        each.assignee_id,
        each.previous_id if settings.returns_to_previous else None,
        arrival.put_back_by,
        others_from,
    )


def queues_in_order(workspace_id: UUID) -> list[Queue]:
    return list(Queue.objects.filter(workspace_id=workspace_id).order_by("position", "id"))


def choose_queues(
    workspace_id: UUID, queues: Sequence[Queue], message_ids: Collection[UUID], as_of: AsOf | None = None
) -> dict[UUID, UUID]:
    """For each message the first queue whose conditions hold; one statement, however many of both.

    ``as_of``: as it was then, as far as that is remembered; None: now. A queue whose conditions cannot be read any
    more (a field that is gone) takes nothing.
    """
    if not queues or not message_ids:
        return {}
    moment, registry = as_of or as_of_now(workspace_id), condition_fields()
    cases: list[str] = []
    values: list[Any] = []
    for queue in queues:
        try:
            condition = parse(queue.conditions or {"all": []}, registry, ASKED_ABOUT)
            test = to_sql.one_by_one(
                condition, registry, ASKED_ABOUT, workspace_id, moment, "conversations_message"
            )
        except Wrong:
            continue
        cases.append(f"WHEN {test.text} THEN %s::uuid")
        values += [*test.values, queue.id]
    if not cases:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, CASE {' '.join(cases)} END FROM conversations_message WHERE id = ANY(%s)",  # noqa: S608 - built of fields
            [*values, list(message_ids)],
        )
        return {message_id: queue_id for message_id, queue_id in cursor.fetchall() if queue_id}
