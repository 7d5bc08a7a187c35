"""Taking what may leave: jobs of one number, the oldest of each conversation first, checked once more.

A claimed job is *sending* and has a lease; both are committed before anything leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from regulars.conversations.guardrails import (
    BLOCKED,
    NO_LONGER_USEFUL,
    WINDOW_CLOSED,
    WORDS,
    Circumstances,
    check_leaving,
    words_of,
)
from regulars.conversations.operations.ending import end_unsent
from regulars.conversations.operations.sending import opted_out_of_marketing
from regulars.conversations.ports import find_blocked
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import Identity, OutgoingContent, OutgoingTemplate, ToSend
from regulars.kernel import clock
from regulars.kernel.database import binary_cursor
from regulars.message_templates.models import MessageTemplate
from regulars.protection.fields import open_content

LEASE = timedelta(seconds=90)
"""longer than the transport's own deadline for a request, or a slow answer would be given up too early"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is on its way out, with what the sender needs to know."""

    to_send: ToSend
    workspace_id: UUID
    conversation_id: UUID
    inbox_id: UUID
    connection_id: UUID
    contact_id: UUID | None
    """whom it goes to; None when it goes to a group"""


@dataclass(frozen=True, slots=True)
class _Job:
    """A row of ``_CLAIM``."""

    message_id: UUID
    attempts: int
    workspace_id: UUID
    conversation_id: UUID
    inbox_id: UUID
    contact_id: UUID | None
    content: str
    reply_to_provider_id: str | None
    group_address: str | None
    window_closes_at: datetime | None
    useful_until: datetime | None
    waits_for: str | None
    address: str
    paused_reason: str
    connection_id: UUID


_CLAIM = """
WITH chosen AS (
  SELECT o.message_id FROM conversations_outgoingmessage o
  WHERE o.state = 'queued' AND o.inbox_id = %s AND o.not_before <= now() AND NOT o.conversation_id = ANY(%s)
    AND o.sequence = (SELECT min(e.sequence) FROM conversations_outgoingmessage e
      WHERE e.conversation_id = o.conversation_id AND e.state IN ('queued', 'sending'))
  ORDER BY o.sequence LIMIT %s FOR UPDATE SKIP LOCKED
), claimed AS (
  UPDATE conversations_outgoingmessage o SET state = 'sending', attempts = o.attempts + 1,
    lease_until = now() + make_interval(secs => %s)
  FROM chosen WHERE o.message_id = chosen.message_id
  RETURNING o.message_id, o.attempts, o.sequence, o.useful_until, o.waits_for
), marked AS (
  UPDATE conversations_message m SET status = 'sending'
  WHERE m.id = ANY(ARRAY(SELECT message_id FROM claimed)) AND m.status = 'queued'
)
SELECT m.id, claimed.attempts, m.workspace_id, m.conversation_id, m.inbox_id, m.contact_id,
  m.content::text, m.reply_to_provider_id, g.address, c.window_closes_at,
  claimed.useful_until, claimed.waits_for::text, i.address, i.paused_reason, i.connection_id
FROM claimed
  CROSS JOIN LATERAL (SELECT * FROM conversations_message WHERE id = claimed.message_id LIMIT 1) m
  CROSS JOIN LATERAL (SELECT * FROM conversations_conversation WHERE id = m.conversation_id LIMIT 1) c
  LEFT JOIN LATERAL (SELECT * FROM contacts_group WHERE id = c.group_id LIMIT 1) g ON true
  JOIN inboxes_inbox i ON i.id = m.inbox_id
ORDER BY claimed.sequence
"""
"""``min`` and not an anti-join, each row looked up by itself and not joined: while the statistics know of no queue, or
of no messages, the planner joins a sudden one with everything there is"""


@transaction.atomic
def claim_batch(inbox_id: UUID, limit: int, held_conversations: Sequence[UUID] = ()) -> list[Claimed]:
    """The oldest of each conversation first.

    What a guardrail forbids by now is refused here and never leaves. ``held_conversations`` are passed over
    (their contact's own rate is used up).
    """
    with binary_cursor() as cursor:
        cursor.execute(_CLAIM, [inbox_id, list(held_conversations), limit, LEASE.total_seconds()])
        jobs = _kept_from_blocked([_Job(*row) for row in cursor.fetchall()])
    if not jobs:
        return []
    recipients = recipients_of([job.contact_id for job in jobs if job.contact_id], jobs[0].connection_id)
    contents = {job.message_id: _content_of(job) for job in jobs}
    unwanted = _unwanted(jobs, contents)
    ready = (
        _ready(
            job,
            contents[job.message_id],
            recipients.get(job.contact_id) if job.contact_id else None,
            job.message_id in unwanted,
        )
        for job in jobs
    )
    return [claimed for claimed in ready if claimed is not None]


def _kept_from_blocked(jobs: Sequence[_Job]) -> list[_Job]:
    """What was queued before somebody blocked the contact, or while they did, does not leave. One query."""
    blocked = find_blocked()({job.conversation_id for job in jobs}) if jobs else ()
    for job in jobs:
        if job.conversation_id in blocked:
            title, details = WORDS[BLOCKED]
            _refuse(job, BLOCKED, str(title), str(details))
    return [job for job in jobs if job.conversation_id not in blocked]


_OUTGOING: Any = OutgoingContent


def _content_of(job: _Job) -> OutgoingContent | None:
    try:
        stored = msgspec.json.decode(job.content)
        content = open_content(stored) or stored
        outgoing: OutgoingContent = msgspec.convert(content.get("outgoing"), _OUTGOING)
    except msgspec.ValidationError:
        return None
    return outgoing


def _unwanted(jobs: Sequence[_Job], contents: dict[UUID, OutgoingContent | None]) -> set[UUID]:
    templates = {
        job: content for job in jobs if isinstance(content := contents[job.message_id], OutgoingTemplate)
    }
    opted_out = opted_out_of_marketing({job.contact_id for job in templates if job.contact_id})
    suspects = {
        job: content for job, content in templates.items() if job.contact_id in opted_out or job.group_address
    }
    if not suspects:
        return set()
    marketing = set(
        MessageTemplate.objects.filter(
            connection_id__in={job.connection_id for job in suspects}, category="MARKETING"
        ).values_list("connection_id", "name", "language")
    )
    return {
        job.message_id
        for job, content in suspects.items()
        if (job.connection_id, content.name, content.language) in marketing
    }


def _ready(
    job: _Job, content: OutgoingContent | None, recipient: Identity | None, is_unwanted: bool
) -> Claimed | None:
    if content is None:
        _refuse(job, "unreadable", "", "the stored content is not one that can be sent")
        return None
    if recipient is None and job.group_address is None:
        _refuse(job, "no-address", "", "the contact has no address on this channel")
        return None
    circumstances = Circumstances(
        job.paused_reason, job.window_closes_at, job.useful_until, is_group=job.group_address is not None
    )
    refusal = check_leaving(circumstances, content, at=clock.now(), is_unwanted=is_unwanted)
    if refusal is not None:
        title, details = words_of(refusal)
        _refuse(job, refusal.code, str(title), str(details))
        return None
    to_send = ToSend(
        message_id=str(job.message_id),
        address=job.address,
        recipient=recipient,
        content=content,
        callback_data=str(job.message_id),
        reply_to_provider_id=job.reply_to_provider_id,
        group_id=job.group_address,
        attempt=job.attempts,
    )
    return Claimed(
        to_send,
        job.workspace_id,
        job.conversation_id,
        job.inbox_id,
        job.connection_id,
        job.contact_id,
    )


def _refuse(job: _Job, code: str, title: str, details: str) -> None:
    error: dict[str, object] = {"code": code, "title": title, "details": details}
    if job.waits_for:
        error["waited_for"] = msgspec.json.decode(job.waits_for)
    end_unsent([job.message_id], error)


_OUTDATED = """
SELECT m.id, o.attempts, m.workspace_id, m.conversation_id, m.inbox_id, m.contact_id, NULL, NULL, g.address,
  c.window_closes_at, o.useful_until, COALESCE(o.waits_for, jsonb_build_object(
    'code', COALESCE(i.problem_code, k.problem_code), 'title', COALESCE(NULLIF(i.problem, ''), k.problem)))::text,
  i.address, i.paused_reason, i.connection_id
FROM conversations_outgoingmessage o JOIN conversations_message m ON m.id = o.message_id
  JOIN conversations_conversation c ON c.id = o.conversation_id LEFT JOIN contacts_group g ON g.id = c.group_id
  JOIN inboxes_inbox i ON i.id = o.inbox_id JOIN inboxes_connection k ON k.id = i.connection_id
WHERE o.state = 'queued' AND (i.problem <> '' OR k.problem <> '') AND CASE
  WHEN o.useful_until IS NOT NULL THEN o.useful_until <= now()
  ELSE m.kind <> 'template' AND COALESCE(c.window_closes_at, '-infinity') <= now() END
ORDER BY o.sequence LIMIT %s FOR UPDATE OF o SKIP LOCKED
"""


@transaction.atomic
def refuse_outdated(limit: int = 500) -> int:
    """Behind a number that does not work; returns how many.

    Elsewhere a message is claimed when its time is over, and refused then.
    """
    with binary_cursor() as cursor:
        cursor.execute(_OUTDATED, [limit])
        jobs = [_Job(*row) for row in cursor.fetchall()]
    for job in jobs:
        code = WINDOW_CLOSED if job.useful_until is None else NO_LONGER_USEFUL
        title, details = WORDS[code]
        _refuse(job, code, str(title), str(details))
    return len(jobs)


def recipients_of(contact_ids: Sequence[UUID], connection_id: UUID) -> dict[UUID, Identity]:
    """Where each contact is written to: by the best kind of address that the channel can send to.

    As its owner writes from it; ids of the portfolio that the connection belongs to, for elsewhere they are nobody's.
    What is not known to belong to another one may be tried, after what is known to belong here.
    """
    best: dict[UUID, tuple[int, Identity]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT i.contact_id, i.kind, COALESCE(NULLIF(i.provider_address, ''), i.value), k.channel"
            " FROM contacts_contactidentity i JOIN inboxes_connection k ON k.id = %s AND k.channel = i.channel"
            " WHERE i.contact_id = ANY(%s) AND i.retired_at IS NULL"
            " AND (i.portfolio IN ('', k.portfolio) OR k.portfolio = '')"
            " ORDER BY i.portfolio = k.portfolio DESC, i.first_seen_at DESC",
            [connection_id, list(set(contact_ids))],
        )
        for contact_id, kind, address, channel in cursor.fetchall():
            kinds = facts_of(channel).recipient_kinds
            if kind in kinds:
                rank = kinds.index(kind)
                if contact_id not in best or rank < best[contact_id][0]:
                    best[contact_id] = (rank, Identity(kind, address))
    return {contact_id: identity for contact_id, (_rank, identity) in best.items()}
