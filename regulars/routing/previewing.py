"""The last conversations as routing would have given them: with whom was there then, and who had how much then.

Teams, skills and languages are those of today: their past is not kept. Whether somebody was on duty is kept since they
had a screen open first; before that it is unknown, and said so.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from regulars.conversations.access import visible_to
from regulars.conversations.models import SILENT_KINDS, Conversation
from regulars.kernel.conditions.windows import AsOf
from regulars.kernel.database import binary_cursor
from regulars.kernel.errors import Invalid
from regulars.kernel.history import facts_at
from regulars.routing.deciding import NEVER, Desk, Server, Service, Wait, plain_language
from regulars.routing.filing import choose_queues
from regulars.routing.passing import read_servers, routing_settings, services_of, staff_of
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import as_of
from regulars.workspaces.models import MemberHistory

MOST = 50
Outcome = Literal["given", "waits", "unknown", "no_queue"]


@dataclass(frozen=True, slots=True)
class Previewed:
    """A conversation that began to wait then."""

    conversation: Conversation
    at: datetime
    queue: str
    outcome: Outcome
    rule: str
    would_go_to: str
    would_go_to_id: UUID | None
    went_to: str
    """who had it first after that; empty: nobody"""
    went_to_id: UUID | None
    went_after: timedelta | None
    """null also when they had it before"""

    @property
    def went_after_seconds(self) -> int | None:
        return None if self.went_after is None else int(self.went_after.total_seconds())


class _Opening(NamedTuple):
    """A row of ``_OPENINGS``."""

    conversation_id: UUID
    message_id: UUID
    at: datetime
    held_by: UUID | None
    previous_id: UUID | None
    went_to_id: UUID | None
    went_to: str | None
    went_at: datetime | None


_SILENT = ", ".join(f"'{kind}'" for kind in sorted(SILENT_KINDS))
_OPENINGS = f"""
SELECT o.id, m.id, o.opened_at, h.value::uuid, p.value::uuid, n.value::uuid, n.name, n.from_at
FROM (
  SELECT c.id, e.opened_at FROM conversations_episode e JOIN conversations_conversation c ON c.id = e.conversation_id
  WHERE c.id = ANY(%b::uuid[]) ORDER BY e.opened_at DESC LIMIT %s) o
CROSS JOIN LATERAL (
  SELECT m.id, m.sent_at FROM conversations_message m WHERE m.conversation_id = o.id AND m.direction = 'in'
    AND m.kind NOT IN ({_SILENT}) AND m.sent_at >= date_trunc('second', o.opened_at)
  ORDER BY m.sent_at, m.id LIMIT 1) m
LEFT JOIN LATERAL (
  SELECT value FROM conversations_conversationhistory WHERE conversation_id = o.id AND fact = 'assignee'
    AND from_at < o.opened_at AND (until_at IS NULL OR until_at >= o.opened_at)) h ON true
LEFT JOIN LATERAL (
  SELECT value FROM conversations_conversationhistory WHERE conversation_id = o.id AND fact = 'assignee'
    AND value IS NOT NULL AND from_at < o.opened_at ORDER BY from_at DESC LIMIT 1) p ON true
LEFT JOIN LATERAL (
  SELECT value, name, from_at FROM conversations_conversationhistory WHERE conversation_id = o.id
    AND fact = 'assignee' AND value IS NOT NULL AND (until_at IS NULL OR until_at >= o.opened_at)
  ORDER BY from_at LIMIT 1) n ON true
ORDER BY o.opened_at DESC
"""  # noqa: S608 - constants
_LOADS = f"""
SELECT h.value::uuid, count(*) FROM conversations_conversationhistory h
  JOIN conversations_conversationhistory s ON s.conversation_id = h.conversation_id AND s.fact = 'status'
    AND s.value = 'open' AND s.from_at <= %s AND (s.until_at IS NULL OR s.until_at > %s)
  CROSS JOIN LATERAL (
    SELECT m.direction FROM conversations_message m WHERE m.conversation_id = h.conversation_id AND m.sent_at <= %s
      AND m.kind NOT IN ({_SILENT}) ORDER BY m.sent_at DESC, m.id DESC LIMIT 1) last
WHERE h.workspace_id = %s AND h.fact = 'assignee' AND h.value = ANY(%s) AND h.from_at <= %s
  AND (h.until_at IS NULL OR h.until_at > %s) AND last.direction = 'in' AND h.conversation_id <> %s
GROUP BY 1
"""  # noqa: S608 - constants


def preview_routing(actor: Actor, inbox_ids: Collection[UUID], limit: int = MOST) -> list[Previewed]:
    """By the queues as they stand now, of those that the actor sees, the newest first."""
    actor.require("routing:read")
    if not inbox_ids:
        raise Invalid(_("Choose the numbers to look at"), fields={"inboxes": "one or more numbers"})
    openings = _openings(actor, inbox_ids, limit)
    found = {
        each.id: each
        for each in visible_to(actor).filter(id__in=[opening.conversation_id for opening in openings])
    }
    look = _Look(actor.workspace_id)
    return [look.at(found[each.conversation_id], each) for each in openings if each.conversation_id in found]


def _openings(actor: Actor, inbox_ids: Collection[UUID], limit: int) -> list[_Opening]:
    newest = visible_to(actor).filter(inbox_id__in=inbox_ids, last_inbound_at__isnull=False)
    ids = list(newest.order_by("-last_inbound_at").values_list("id", flat=True)[: 4 * limit])
    with binary_cursor() as cursor:
        cursor.execute(_OPENINGS, [ids, limit])
        return [_Opening(*row) for row in cursor.fetchall()]


class _Look:
    """Looks at single moments of a workspace."""

    def __init__(self, workspace_id: UUID) -> None:
        self._workspace_id = workspace_id
        self._servers = read_servers(workspace_id)
        self._queues = services_of(workspace_id)
        self._settings = routing_settings(workspace_id)

    def at(self, conversation: Conversation, opening: _Opening) -> Previewed:
        service = self._service(opening)
        staff = staff_of([conversation.inbox_id]).get(conversation.inbox_id, frozenset())
        wait = self._case(conversation, opening, service, staff)
        servers, unknown = self._servers_then(opening)
        choices = list(Desk(servers, opening.at).serve([wait]))
        outcome: Outcome = "given" if choices else "no_queue" if service is None else "waits"
        if not choices and service and self._could_have_been_one_of(unknown, wait):
            outcome = "unknown"
        went = opening.went_to_id
        return Previewed(
            conversation,
            opening.at,
            service.name if service else "",
            outcome,
            choices[0].rule if choices else "",
            choices[0].server.name if choices else "",
            choices[0].server.id if choices else None,
            (opening.went_to or "") if went else "",
            went,
            opening.went_at - opening.at if opening.went_at and opening.went_at > opening.at else None,
        )

    def _service(self, opening: _Opening) -> Service | None:
        moment: AsOf = as_of(self._workspace_id, opening.at)
        queues = [queue for queue, _service in self._queues]
        chosen = choose_queues(self._workspace_id, queues, [opening.message_id], moment)
        by_id = {queue.id: service for queue, service in self._queues}
        queue_id = chosen.get(opening.message_id)
        return by_id[queue_id] if queue_id else None

    def _case(
        self, conversation: Conversation, opening: _Opening, service: Service | None, staff: frozenset[UUID]
    ) -> Wait:
        contact, returns = conversation.contact, self._settings.returns_to_previous
        return Wait(
            conversation.id,
            service,
            staff,
            language=plain_language(contact.language) if contact else "",
            held_by=opening.held_by,
            previous_id=opening.previous_id if returns else None,
            owner_id=contact.owner_id if contact and returns else None,
        )

    def _servers_then(self, opening: _Opening) -> tuple[list[Server], list[Server]]:
        """As they were, and those of whom nobody knows whether they were there."""
        then = facts_at(MemberHistory, [each.id for each in self._servers], opening.at)
        loads = _loads_at(self._workspace_id, opening, [each.id for each in self._servers])
        known: list[Server] = []
        unknown: list[Server] = []
        for each in self._servers:
            facts = then.get(each.id, {})
            capacity = facts["capacity"].value if "capacity" in facts else None
            was = replace(
                each,
                load=loads.get(each.id, 0),
                capacity=int(capacity) if capacity is not None else each.capacity,
                given_at=NEVER,
                idle_since=NEVER,
            )
            if "availability" in facts:
                known.append(replace(was, state=facts["availability"].value or "away"))
            else:
                unknown.append(replace(was, state="online"))
        return known, unknown

    def _could_have_been_one_of(self, unknown: Sequence[Server], wait: Wait) -> bool:
        return bool(list(Desk(unknown, NEVER).serve([wait])))


def _loads_at(workspace_id: UUID, opening: _Opening, member_ids: Sequence[UUID]) -> dict[UUID, int]:
    at = opening.at
    with connection.cursor() as cursor:
        values: list[Any] = [
            at,
            at,
            at,
            workspace_id,
            [str(each) for each in member_ids],
            at,
            at,
            opening.conversation_id,
        ]
        cursor.execute(_LOADS, values)
        return dict(cursor.fetchall())
