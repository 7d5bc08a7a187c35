"""Episodes go on, begin and end, in the transaction of what makes them do so, with the conversations locked.

``Conversation.episode_id`` names the last one, so that a message in an open conversation asks for nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

from regulars.conversations.operations.facts import note_reopened
from regulars.kernel import clock
from regulars.kernel.events import Doer
from regulars.kernel.ids import new_id


class Opening(NamedTuple):
    """A conversation that is open now and whose last episode is over, or that has none; what opened it, and when."""

    conversation_id: UUID
    at: datetime
    by: Doer


_GO_ON = """
WITH new AS (
  SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::timestamptz[]) AS t(conversation_id, episode_id, at)
), held AS MATERIALIZED (
  SELECT e.id, e.conversation_id, e.number, e.resolved_at
  FROM conversations_conversation c JOIN conversations_episode e ON e.id = c.episode_id
  WHERE c.id = ANY(ARRAY(SELECT conversation_id FROM new)) ORDER BY e.id FOR UPDATE OF e
), last AS (
  SELECT new.conversation_id, new.episode_id, new.at, c.workspace_id, held.id, COALESCE(held.number, 0) AS number,
    new.at < held.resolved_at + make_interval(hours => w.episode_hours) AS goes_on
  FROM new JOIN conversations_conversation c ON c.id = new.conversation_id
    JOIN workspaces_workspace w ON w.id = c.workspace_id
    LEFT JOIN held ON held.conversation_id = c.id
  WHERE held.id IS NULL OR held.resolved_at IS NOT NULL
), again AS (
  UPDATE conversations_episode e SET resolved_at = NULL, resolved_by_kind = '', resolved_by_id = NULL,
    resolved_by_name = '', reopened_at = last.at, reopened_count = e.reopened_count + 1
  FROM last WHERE e.id = last.id AND last.goes_on RETURNING e.conversation_id
), made AS (
  INSERT INTO conversations_episode (id, workspace_id, conversation_id, number, opened_at)
  SELECT episode_id, workspace_id, conversation_id, number + 1, at FROM last WHERE goes_on IS NOT TRUE
  RETURNING id, conversation_id
), pointed AS (
  UPDATE conversations_conversation c SET episode_id = made.id FROM made WHERE c.id = made.conversation_id
)
SELECT conversation_id FROM again
"""


def go_on(openings: Sequence[Opening]) -> None:
    """The last episode is opened again when it ended less than the workspace's hours ago, else a new one begins.

    One statement for all, and one more when some go on. Needs a transaction; repeating it changes nothing.
    """
    if not openings:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _GO_ON,
            [
                [each.conversation_id for each in openings],
                [new_id() for _ in openings],
                [each.at for each in openings],
            ],
        )
        again = {row[0] for row in cursor.fetchall()}
    note_reopened([each for each in openings if each.conversation_id in again])


_BEGAN_EARLIER = """
UPDATE conversations_episode e SET opened_at = began.at FROM (
  SELECT own.id, min(told.at) AS at
  FROM unnest(%b::uuid[], %b::timestamptz[]) AS told(conversation_id, at)
    JOIN conversations_conversation c ON c.id = told.conversation_id
    JOIN conversations_episode own ON own.id = c.episode_id
    JOIN workspaces_workspace w ON w.id = c.workspace_id
  WHERE own.resolved_at IS NULL AND told.at < own.opened_at AND NOT EXISTS (
    SELECT FROM conversations_episode b WHERE b.conversation_id = c.id AND b.number = own.number - 1
      AND told.at < b.resolved_at + make_interval(hours => w.episode_hours))
  GROUP BY own.id
) began WHERE e.id = began.id
"""


def begin_earlier(told: Sequence[tuple[UUID, datetime]]) -> None:
    """In these conversations something was said then, of which we hear only now. Needs a transaction."""
    if told:
        with connection.cursor() as cursor:
            cursor.execute(_BEGAN_EARLIER, [list(column) for column in zip(*told, strict=True)])


def end(conversation_ids: Collection[UUID], *, by: Doer) -> None:
    """They are resolved. Needs a transaction; repeating it changes nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_episode SET resolved_at = GREATEST(opened_at, %s::timestamptz),"
            " resolved_by_kind = %s, resolved_by_id = %s, resolved_by_name = %s"
            " WHERE conversation_id = ANY(%b::uuid[]) AND resolved_at IS NULL",
            [clock.now(), by.kind, by.id, by.name, list(conversation_ids)],
        )
