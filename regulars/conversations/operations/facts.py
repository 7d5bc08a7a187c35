"""Facts are written down once, in the transaction of what happened: answers, assignments, resolutions, reopenings.

An answer is a message of ours that ended a wait. It counts from when the platform took it, or it was proved otherwise
that it went; the wait ended when it was written. One that fails afterwards is none: the fact is withdrawn, and whoever
answered next, if somebody did, answered the whole wait. What was said on the phone is read off the messages, because
echoes may come late and in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection

from regulars.conversations.events import (
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationResolved,
    EpisodeAnswered,
)
from regulars.conversations.models import SILENT_KINDS
from regulars.kernel import clock
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import Doer, Event, record_all
from regulars.kernel.ids import new_id
from regulars.workspaces.business_time import read_hours

if TYPE_CHECKING:
    from regulars.conversations.operations.episodes import Opening

BY_AUTHOR: Mapping[str, str] = {"member": "person", "phone_app": "phone_app", "contact": "contact"}
"""what a message's author, or whoever did something, is counted as; everything else is a machine"""
LONGEST_WAIT_SECONDS = 2**31 - 1
_SECOND = timedelta(seconds=1)


class _Change(NamedTuple):
    """``member_id``, ``team_id``: whose it is now; None for whose it is anyway."""

    conversation_id: UUID
    kind: str
    at: datetime
    by: Doer
    member_id: UUID | None = None
    team_id: UUID | None = None


def note_changes(events: Iterable[Event]) -> None:
    """One statement for those of them that are counted, none when there are none. Needs a transaction."""
    moment = clock.now()
    changes = [make(each, moment) for each in events if (make := _CHANGES.get(type(each)))]
    if changes:
        _write_changes(changes)


_CHANGES: Mapping[type[Event], Callable[[Any, datetime], _Change]] = {
    ConversationAssigned: lambda each, at: _Change(
        each.conversation_id, "assigned", at, each.by, each.to_member_id, each.team_id
    ),
    ConversationClaimed: lambda each, at: _Change(
        each.conversation_id, "assigned", at, each.by, each.by.id, each.team_id
    ),
    ConversationHandedToTeam: lambda each, at: _Change(
        each.conversation_id, "handed_to_team", at, each.by, each.member_id, each.to_team_id
    ),
    ConversationResolved: lambda each, at: _Change(each.conversation_id, "resolved", at, each.by),
}


def note_reopened(openings: Sequence[Opening]) -> None:
    """Their last episodes go on. Needs a transaction."""
    if openings:
        _write_changes([_Change(each.conversation_id, "reopened", each.at, each.by) for each in openings])


_INSERT_CHANGES = """
INSERT INTO conversations_fact (id, workspace_id, conversation_id, episode_id, inbox_id, channel, kind, at, by_kind,
  by_id, by_name, member_id, team_id)
SELECT new.id, c.workspace_id, c.id, c.episode_id, c.inbox_id, k.channel, new.kind, new.at, new.by_kind, new.by_id,
  new.by_name, CASE WHEN new.is_move THEN new.member_id ELSE c.assignee_id END,
  CASE WHEN new.is_move THEN new.team_id ELSE c.team_id END
FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::timestamptz[], %b::text[], %b::uuid[], %b::text[], %b::uuid[],
    %b::uuid[], %b::bool[])
  AS new(id, conversation_id, kind, at, by_kind, by_id, by_name, member_id, team_id, is_move)
  JOIN conversations_conversation c ON c.id = new.conversation_id
  JOIN inboxes_inbox i ON i.id = c.inbox_id JOIN inboxes_connection k ON k.id = i.connection_id
"""


def _write_changes(changes: Sequence[_Change]) -> None:
    rows = [
        (
            new_id(),
            each.conversation_id,
            each.kind,
            each.at,
            BY_AUTHOR.get(each.by.kind, "machine"),
            each.by.id,
            each.by.name,
            each.member_id,
            each.team_id,
            each.kind in {"assigned", "handed_to_team"},
        )
        for each in changes
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_CHANGES, [list(column) for column in zip(*rows, strict=True)])


class Span(NamedTuple):
    """A message of ours, and since when the contact had waited for it."""

    message_id: UUID
    since: datetime


class _Answer(NamedTuple):
    """A row of ``_READ_ANSWERS``."""

    message_id: UUID
    workspace_id: UUID
    conversation_id: UUID
    inbox_id: UUID
    channel: str
    team_id: UUID | None
    author_kind: str
    member_id: UUID | None
    author_name: str
    at: datetime
    since: datetime
    time_zone: str
    week: str
    episode_id: UUID | None
    first_answer_at: datetime | None


_READ_ANSWERS = """
WITH span AS (
  SELECT told.message_id, told.since, m.workspace_id, m.conversation_id, m.inbox_id, m.author_kind,
    m.author_member_id, m.author_name,
    CASE WHEN m.author_kind = 'phone_app' THEN m.sent_at ELSE m.created_at END AS at,
    COALESCE((SELECT e.id FROM conversations_episode e WHERE e.conversation_id = m.conversation_id
      AND e.opened_at <= told.since ORDER BY e.number DESC LIMIT 1), c.episode_id) AS episode_id, c.team_id
  FROM unnest(%b::uuid[], %b::timestamptz[]) AS told(message_id, since)
    CROSS JOIN LATERAL (SELECT * FROM conversations_message WHERE id = told.message_id LIMIT 1) m
    JOIN conversations_conversation c ON c.id = m.conversation_id
), held AS MATERIALIZED (
  SELECT e.id, e.first_answer_at FROM conversations_episode e
  WHERE e.id = ANY(ARRAY(SELECT episode_id FROM span)) ORDER BY e.id FOR UPDATE
)
SELECT s.message_id, s.workspace_id, s.conversation_id, s.inbox_id, k.channel, s.team_id, s.author_kind,
  s.author_member_id, s.author_name, s.at, s.since, w.time_zone, COALESCE(w.business_week::text, ''), s.episode_id,
  held.first_answer_at
FROM span s JOIN inboxes_inbox i ON i.id = s.inbox_id JOIN inboxes_connection k ON k.id = i.connection_id
  JOIN workspaces_workspace w ON w.id = s.workspace_id LEFT JOIN held ON held.id = s.episode_id
ORDER BY s.at, s.message_id
"""
_INSERT_ANSWERS = """
WITH written AS (
  INSERT INTO conversations_fact AS f (id, workspace_id, conversation_id, episode_id, inbox_id, channel, kind, at,
    by_kind, by_id, by_name, member_id, team_id, message_id, is_first, since, wait_seconds, business_seconds)
  SELECT id, workspace_id, conversation_id, episode_id, inbox_id, channel, 'answered', at, by_kind, member_id,
    by_name, member_id, team_id, message_id, is_first, since, wait, business
  FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::uuid[], %b::text[], %b::timestamptz[], %b::text[],
      %b::uuid[], %b::text[], %b::uuid[], %b::uuid[], %b::bool[], %b::timestamptz[], %b::int[], %b::int[])
    AS new(id, workspace_id, conversation_id, episode_id, inbox_id, channel, at, by_kind, member_id, by_name, team_id,
      message_id, is_first, since, wait, business)
  ON CONFLICT (message_id) WHERE kind = 'answered' DO UPDATE SET since = EXCLUDED.since,
    wait_seconds = EXCLUDED.wait_seconds, business_seconds = EXCLUDED.business_seconds,
    episode_id = EXCLUDED.episode_id, withdrawn_at = NULL,
    is_first = EXCLUDED.is_first OR (f.is_first AND f.withdrawn_at IS NULL)
  WHERE f.withdrawn_at IS NOT NULL OR f.since <> EXCLUDED.since
)
UPDATE conversations_episode e SET first_answer_at = first.at
FROM unnest(%b::uuid[], %b::timestamptz[]) AS first(episode_id, at) WHERE e.id = first.episode_id
"""


def note_answers(spans: Collection[Span]) -> None:
    """These have gone out. Two statements for all, and a third where an episode has its first answer.

    Needs a transaction; repeating it changes nothing.
    """
    if not spans:
        return
    with binary_cursor() as cursor:
        cursor.execute(_READ_ANSWERS, [list(column) for column in zip(*spans, strict=True)])
        answers = [_Answer(*row) for row in cursor.fetchall()]
    firsts: dict[UUID, _Answer] = {}
    overtaken: set[UUID] = set()
    for each in answers:
        if each.episode_id is None:
            continue
        if each.first_answer_at is None:
            firsts.setdefault(each.episode_id, each)
        elif each.at < each.first_answer_at:
            overtaken.add(each.episode_id)
    _insert_answers(answers, firsts)
    settle_firsts(overtaken)
    record_all(
        EpisodeAnswered(each.workspace_id, each.conversation_id, episode_id, each.message_id)
        for episode_id, each in firsts.items()
    )


def _insert_answers(answers: Sequence[_Answer], firsts: Mapping[UUID, _Answer]) -> None:
    if not answers:
        return
    rows = [_answer_row(each, firsts.get(each.episode_id) if each.episode_id else None) for each in answers]
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT_ANSWERS,
            [
                *(list(column) for column in zip(*rows, strict=True)),
                list(firsts),
                [each.at for each in firsts.values()],
            ],
        )


def _answer_row(each: _Answer, first: _Answer | None) -> tuple[object, ...]:
    hours = read_hours(each.time_zone, each.week)
    return (
        new_id(),
        each.workspace_id,
        each.conversation_id,
        each.episode_id,
        each.inbox_id,
        each.channel,
        each.at,
        BY_AUTHOR.get(each.author_kind, "machine"),
        each.member_id,
        each.author_name,
        each.team_id,
        each.message_id,
        first is each,
        each.since,
        seconds(max(each.at - each.since, timedelta(0))),
        seconds(hours.between(each.since, each.at)),
    )


def seconds(wait: timedelta) -> int:
    return min(int(wait / _SECOND), LONGEST_WAIT_SECONDS)


_SETTLE_FIRSTS = """
WITH first AS (
  SELECT DISTINCT ON (episode_id) episode_id, id, at FROM conversations_fact
  WHERE episode_id = ANY(%b::uuid[]) AND kind = 'answered' AND withdrawn_at IS NULL
  ORDER BY episode_id, at, message_id
), marked AS (
  UPDATE conversations_fact f SET is_first = (first.id IS NOT NULL)
  FROM conversations_fact own LEFT JOIN first ON first.id = own.id
  WHERE own.episode_id = ANY(%b::uuid[]) AND own.kind = 'answered' AND f.id = own.id
    AND f.is_first <> (first.id IS NOT NULL)
)
UPDATE conversations_episode e SET first_answer_at = first.at
FROM conversations_episode own LEFT JOIN first ON first.episode_id = own.id
WHERE own.id = ANY(%b::uuid[]) AND e.id = own.id AND e.first_answer_at IS DISTINCT FROM first.at
"""


def settle_firsts(episode_ids: Collection[UUID]) -> None:
    """Which answer was the first, after one came to light or went. Needs a transaction."""
    if episode_ids:
        with connection.cursor() as cursor:
            cursor.execute(_SETTLE_FIRSTS, [list(episode_ids)] * 3)


_WITHDRAW = """
UPDATE conversations_fact SET withdrawn_at = now(), is_first = false
WHERE message_id = ANY(%b::uuid[]) AND kind = 'answered' AND withdrawn_at IS NULL RETURNING episode_id
"""
_HEIRS = """
WITH ended AS (
  SELECT DISTINCT o.message_id, m.conversation_id, o.ended_wait_since AS since, m.created_at
  FROM conversations_message f
    JOIN conversations_message m ON m.conversation_id = f.conversation_id AND m.direction = 'out'
      AND m.status = 'failed'
    JOIN conversations_outgoingmessage o ON o.message_id = m.id AND o.ended_wait_since IS NOT NULL
  WHERE f.id = ANY(%b::uuid[])
), heir AS (
  SELECT ended.message_id AS from_id, ended.since, next.id, next.author_kind FROM ended
  CROSS JOIN LATERAL (SELECT a.id, a.author_kind FROM conversations_message a
    WHERE a.conversation_id = ended.conversation_id AND a.direction = 'out' AND a.status <> 'failed'
      AND NOT a.kind = ANY(%b::text[]) AND a.source <> 'history' AND a.created_at >= ended.created_at
      AND a.id <> ended.message_id
    ORDER BY a.created_at, a.id LIMIT 1) next
), given AS (
  UPDATE conversations_outgoingmessage o SET ended_wait_since = NULL FROM heir WHERE o.message_id = heir.from_id
), taken AS (
  UPDATE conversations_outgoingmessage o SET ended_wait_since = LEAST(o.ended_wait_since, told.since)
  FROM (SELECT id, min(since) AS since FROM heir GROUP BY 1) told WHERE o.message_id = told.id
  RETURNING o.message_id, o.state, o.ended_wait_since
)
SELECT heir.id, COALESCE(taken.ended_wait_since, heir.since) FROM heir LEFT JOIN taken ON taken.message_id = heir.id
WHERE heir.author_kind = 'phone_app' OR taken.state = 'accepted'
"""


def withdraw_answers(failed: Collection[UUID]) -> None:
    """These messages of ours failed, and what they had ended is back where nobody else has answered
    (``unanswering``); where somebody has, that answer was the one. Needs a transaction, conversations locked.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [list(failed)])
        episodes = {row[0] for row in cursor.fetchall() if row[0]}
        cursor.execute(_HEIRS, [list(failed), sorted(SILENT_KINDS)])
        heirs = {
            row[0]: Span(row[0], row[1])
            for row in sorted(cursor.fetchall(), key=lambda row: row[1], reverse=True)
        }
    settle_firsts(episodes)
    note_answers(heirs.values())


_SAID_ON_THE_PHONE = """
WITH told AS (
  SELECT * FROM unnest(%b::uuid[], %b::timestamptz[]) AS t(conversation_id, at)
), echo AS (
  SELECT DISTINCT a.id, a.conversation_id, a.sent_at FROM told CROSS JOIN LATERAL (
    SELECT a.id, a.conversation_id, a.sent_at, a.author_kind FROM conversations_message a
    WHERE a.conversation_id = told.conversation_id AND a.sent_at >= told.at AND a.direction = 'out'
      AND a.status <> 'failed' AND a.source <> 'history' AND NOT a.kind = ANY(%b::text[])
    ORDER BY a.sent_at, a.id LIMIT 2) a
  WHERE a.author_kind = 'phone_app'
), span AS (
  SELECT echo.id, (
    SELECT min(i.sent_at) FROM conversations_message i
    WHERE i.conversation_id = echo.conversation_id AND i.direction = 'in' AND i.source <> 'history'
      AND NOT i.kind = ANY(%b::text[]) AND i.sent_at <= echo.sent_at AND i.sent_at > GREATEST('-infinity', (
        SELECT p.sent_at FROM conversations_message p
        WHERE p.conversation_id = echo.conversation_id AND (p.sent_at, p.id) < (echo.sent_at, echo.id)
          AND p.direction = 'out' AND p.status <> 'failed' AND p.source <> 'history' AND NOT p.kind = ANY(%b::text[])
        ORDER BY p.sent_at DESC, p.id DESC LIMIT 1), (
        SELECT r.at FROM conversations_fact r
        WHERE r.conversation_id = echo.conversation_id AND r.kind = 'resolved' AND r.at < echo.sent_at
        ORDER BY r.at DESC LIMIT 1))
  ) AS since, echo.conversation_id
  FROM echo
)
SELECT span.id, CASE WHEN NOT EXISTS (
    SELECT FROM conversations_message m JOIN conversations_outgoingmessage o ON o.message_id = m.id
    WHERE m.conversation_id = span.conversation_id AND m.sent_at >= date_trunc('second', span.since)
      AND m.direction = 'out' AND m.status <> 'failed' AND o.ended_wait_since <= span.since) THEN span.since END
FROM span
"""
"""the first two answers from a moment on: what was said then may end the wait before the one, and part it from the
other"""


def note_answers_by_phone(told: Collection[tuple[UUID, datetime]]) -> None:
    """In these conversations something was said then, by the contact or on the phone, that changes what was answered
    from the phone app. Needs a transaction, conversations locked; repeating it changes nothing.
    """
    if not told:
        return
    silent = sorted(SILENT_KINDS)
    with connection.cursor() as cursor:
        cursor.execute(
            _SAID_ON_THE_PHONE,
            [*(list(column) for column in zip(*told, strict=True)), silent, silent, silent],
        )
        rows = cursor.fetchall()
    none = [message_id for message_id, since in rows if since is None]
    if none:
        with connection.cursor() as cursor:
            cursor.execute(_WITHDRAW, [none])
            settle_firsts({row[0] for row in cursor.fetchall() if row[0]})
    note_answers([Span(*row) for row in rows if row[1] is not None])
