"""What became of the messages we sent: statuses only go forward, in whatever order and number they come.

A status finds its message by our own id (echoed by the provider), else by the provider's id. One that finds
none waits in ``UnmatchedStatus``: our own answer may be on its way, or another program sent the message.
A status is also proof: a message with an unknown result was sent if it was delivered, and was not if it failed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.db import connection

from regulars.contacts.events import ContactReachable, ContactUnreachable
from regulars.contacts.models import Contact
from regulars.contacts.operations.editing import record_consent
from regulars.conversations.events import MessageStatusChanged, ReplyWindowProlonged
from regulars.conversations.models import STATUS_RANK, Conversation, UnmatchedStatus
from regulars.conversations.operations.facts import Span, note_answers
from regulars.conversations.operations.unanswering import close_windows, end_waits, restore_waits
from regulars.conversations.provider_ids import Named, find_messages, take_ids
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import ContactRef, Identity, ProviderError, StatusUpdate
from regulars.kernel import clock
from regulars.kernel.events import Event, record_all
from regulars.kernel.ids import parse_id

Outcome = Literal["stored", "duplicate"]
PROOF_THAT_IT_WENT = frozenset({"sent", "delivered", "read", "played"})


@dataclass(frozen=True, slots=True)
class IncomingStatus:
    status: StatusUpdate
    inbox_id: UUID


@dataclass(slots=True)
class _Target:
    """The message a status is about, as locked."""

    id: UUID
    inbox_id: UUID
    provider_id: str | None
    conversation_id: UUID
    contact_id: UUID | None
    """None when it went to a group: what becomes of it there tells nothing about one contact's reachability"""
    status: str
    pricing_category: str
    error: Any = None
    changed: bool = False
    has_failed: bool = False
    from_status: str = field(init=False)
    """before these statuses"""
    window_closed_at: datetime | None = None
    settled: str = ""
    settled_reason: str = ""
    learned_its_id: bool = False
    pricing_type: str = ""

    def __post_init__(self) -> None:
        self.from_status = self.status


def receive_statuses(workspace_id: UUID, batch: Sequence[IncomingStatus]) -> list[Outcome]:
    """For each whether it told anything new. Needs a transaction."""
    if not batch:
        return []
    find = _finder(_lock_targets(workspace_id, batch))
    matched = [(index, find(each)) for index, each in enumerate(batch)]
    outcomes: list[Outcome] = ["duplicate"] * len(batch)
    known = [(index, target) for index, target in matched if target is not None]
    new = _insert_statuses([(index, target, batch[index].status) for index, target in known])
    for index in new:
        outcomes[index] = "stored"
    for index, target in known:
        _apply(batch[index].status, target)
    for index in _insert_unmatched([(index, batch[index]) for index, target in matched if target is None]):
        outcomes[index] = "stored"
    _write_targets(workspace_id, list({target.id: target for _index, target in known}.values()))
    _write_side_effects(
        workspace_id, [(batch[index].status, target) for index, target in known if index in new]
    )
    return outcomes


def adopt_unmatched(workspace_id: UUID, keys: Sequence[tuple[UUID, str]]) -> None:
    """Apply the statuses that came before these (inbox, provider id) messages were known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM conversations_unmatchedstatus u"
            " USING unnest(%b::uuid[], %b::text[]) AS w(inbox_id, provider_id)"
            " WHERE u.inbox_id = w.inbox_id AND u.provider_id = w.provider_id"
            " RETURNING u.id, u.inbox_id, u.provider_id, u.status, u.participant, u.at, u.errors,"
            " u.pricing_category, u.pricing_type, u.window_origin, u.window_expires_at",
            [[key[0] for key in keys], [key[1] for key in keys]],
        )
        # as they came, for the first price that is told is kept
        rows = sorted(cursor.fetchall(), key=itemgetter(0))
    if rows:
        receive_statuses(workspace_id, [_incoming_from_row(row[1:]) for row in rows])


def _incoming_from_row(row: tuple[Any, ...]) -> IncomingStatus:
    inbox_id, provider_id, status, participant, at, errors, category, kind, origin, expires_at = row
    values = msgspec.json.decode(errors) if isinstance(errors, str) else errors
    update = StatusUpdate(
        address="",
        provider_id=provider_id,
        status=status,
        at=at,
        path="",
        participant=ContactRef(identities=(Identity("phone", participant),)) if participant else ContactRef(),
        errors=tuple(msgspec.convert(each, ProviderError) for each in values),
        pricing_category=category,
        pricing_type=kind,
        window_origin=origin,
        window_expires_at=expires_at,
    )
    return IncomingStatus(update, inbox_id)


def _lock_targets(workspace_id: UUID, batch: Sequence[IncomingStatus]) -> list[_Target]:
    own_ids = [each for each in (parse_id(item.status.callback_data) for item in batch) if each]
    keys = {(item.inbox_id, item.status.provider_id) for item in batch}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.id, m.inbox_id, m.provider_id, m.conversation_id, m.contact_id, m.status, m.pricing_category"
            " FROM conversations_message m"
            " WHERE m.workspace_id = %s AND m.direction = 'out' AND m.id IN ("
            "   SELECT unnest(%b::uuid[])) ORDER BY m.id FOR UPDATE OF m",
            [workspace_id, [*own_ids, *find_messages(keys).values()]],
        )
        return [_Target(*row) for row in cursor.fetchall()]


def _finder(targets: Sequence[_Target]) -> Callable[[IncomingStatus], _Target | None]:
    by_own_id = {(target.inbox_id, target.id): target for target in targets}
    by_provider_id = {(target.inbox_id, target.provider_id): target for target in targets}

    def find(each: IncomingStatus) -> _Target | None:
        own_id = parse_id(each.status.callback_data)
        found = by_own_id.get((each.inbox_id, own_id)) if own_id else None
        return found or by_provider_id.get((each.inbox_id, each.status.provider_id))

    return find


def participant_of(status: StatusUpdate) -> str:
    first = next(iter(status.participant.identities), None)
    return first.value if first else ""


def _insert_statuses(rows: Sequence[tuple[int, _Target, StatusUpdate]]) -> set[int]:
    first: dict[tuple[UUID, str, str], tuple[int, StatusUpdate]] = {}
    for index, target, status in rows:
        first.setdefault((target.id, status.status, participant_of(status)), (index, status))
    if not first:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_messagestatus (message_id, status, participant, at)"
            " SELECT * FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::timestamptz[])"
            " ON CONFLICT DO NOTHING RETURNING message_id, status, participant",
            [
                [key[0] for key in first],
                [key[1] for key in first],
                [key[2] for key in first],
                [status.at for _index, status in first.values()],
            ],
        )
        return {first[(row[0], row[1], row[2])][0] for row in cursor.fetchall()}


def _insert_unmatched(rows: Sequence[tuple[int, IncomingStatus]]) -> set[int]:
    first: dict[tuple[UUID, str, str, str], tuple[int, IncomingStatus]] = {}
    for index, each in rows:
        key = (each.inbox_id, each.status.provider_id, each.status.status, participant_of(each.status))
        first.setdefault(key, (index, each))
    if not first:
        return set()
    told = [each.status for _index, each in first.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO conversations_unmatchedstatus"
            " (inbox_id, provider_id, status, participant, at, errors, pricing_category, pricing_type,"
            " window_origin, window_expires_at, received_at)"
            " SELECT *, now() FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::timestamptz[],"
            " %b::jsonb[], %b::text[], %b::text[], %b::text[], %b::timestamptz[])"
            " ON CONFLICT DO NOTHING RETURNING inbox_id, provider_id, status, participant",
            [
                *([key[part] for key in first] for part in range(4)),
                [status.at for status in told],
                [msgspec.json.encode(status.errors).decode() for status in told],
                [status.pricing_category for status in told],
                [status.pricing_type for status in told],
                [status.window_origin for status in told],
                [status.window_expires_at for status in told],
            ],
        )
        return {first[(row[0], row[1], row[2], row[3])][0] for row in cursor.fetchall()}


def may_follow(current: str, new: str) -> bool:
    """Only forward; a failure yields to a later proof of delivery."""
    return STATUS_RANK.get(new, -1) > STATUS_RANK.get(current, -1)


def _apply(status: StatusUpdate, target: _Target) -> None:
    if status.status == "failed" and participant_of(status):
        _apply_failure_of_one(target)
        return
    if status.provider_id and target.provider_id is None:
        target.provider_id, target.learned_its_id, target.changed = status.provider_id, True, True
    if status.pricing_category and not target.pricing_category:
        target.pricing_category, target.pricing_type, target.changed = (
            status.pricing_category,
            status.pricing_type,
            True,
        )
    if may_follow(target.status, status.status):
        target.status, target.changed = status.status, True
        target.has_failed = status.status == "failed"
        if target.has_failed:
            if status.errors and status.errors[0].meaning == "window_closed":
                target.window_closed_at = status.at
            target.error = (
                error_json(status.errors[0])
                if status.errors
                else {"code": "failed", "title": "", "details": ""}
            )
    if status.status in PROOF_THAT_IT_WENT:
        target.settled, target.settled_reason = "accepted", ""
    elif status.status == "failed" and not target.settled:
        target.settled, target.settled_reason = (
            "refused",
            str(status.errors[0].code) if status.errors else "failed",
        )


def _apply_failure_of_one(target: _Target) -> None:
    """One participant of a group does not get it: the others do, so it went, and is not to be sent again to all."""
    if may_follow(target.status, "sent"):
        target.status, target.changed = "sent", True
    target.settled, target.settled_reason = "accepted", ""


def error_json(error: ProviderError) -> dict[str, object]:
    return {"code": error.code, "title": error.title, "details": error.details}


def _write_targets(workspace_id: UUID, targets: Sequence[_Target]) -> None:
    changed = [each for each in targets if each.changed]
    _write_messages(changed)
    settled = settle_jobs([(each.id, each.settled, each.settled_reason) for each in targets if each.settled])
    events: list[Event] = [
        MessageStatusChanged(workspace_id, each.conversation_id, each.id, each.status, each.from_status)
        for each in targets
        if each.changed or each.id in settled
    ]
    record_all(events)
    close_windows([(each.id, each.window_closed_at) for each in targets if each.window_closed_at])
    restore_waits([each.id for each in targets if each.has_failed])
    end_waits([each.id for each in targets if each.from_status == "failed" and each.status != "failed"])


def _write_messages(targets: Sequence[_Target]) -> None:
    if not targets:
        return
    take_ids(
        [
            Named(each.inbox_id, each.provider_id, each.id)
            for each in targets
            if each.provider_id and each.learned_its_id
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message m SET status = new.status,"
            " provider_id = COALESCE(m.provider_id, new.provider_id),"
            " pricing_category = new.category,"
            " pricing_type = CASE WHEN new.kind <> '' THEN new.kind ELSE m.pricing_type END,"
            " error = CASE WHEN new.status = 'failed' THEN COALESCE(new.error, m.error) END"
            " FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::jsonb[])"
            " AS new(id, status, provider_id, category, kind, error) WHERE m.id = new.id",
            [
                [each.id for each in targets],
                [each.status for each in targets],
                [each.provider_id for each in targets],
                [each.pricing_category for each in targets],
                [each.pricing_type for each in targets],
                [msgspec.json.encode(each.error).decode() if each.error else None for each in targets],
            ],
        )


def settle_jobs(rows: Sequence[tuple[UUID, str, str]]) -> set[UUID]:
    """Each once; returns the messages whose job was open."""
    if not rows:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_outgoingmessage o SET state = new.state, outcome_reason = new.reason,"
            " settled_at = now(), lease_until = NULL"
            " FROM unnest(%b::uuid[], %b::text[], %b::text[]) AS new(id, state, reason), inboxes_inbox i"
            " WHERE o.message_id = new.id AND i.id = o.inbox_id AND o.state IN ('queued', 'sending', 'unknown')"
            " RETURNING o.message_id, i.connection_id, i.address, o.state, o.outcome_reason, o.ended_wait_since",
            [list(column) for column in zip(*rows, strict=True)],
        )
        settled = cursor.fetchall()
    add_to_ledger(
        LedgerRow(connection_id, address, "outbound", state, reason, 1)
        for _message_id, connection_id, address, state, reason, _since in settled
        if state != "unknown"
    )
    note_answers([Span(row[0], row[5]) for row in settled if row[3] == "accepted" and row[5]])
    return {row[0] for row in settled}


def _write_side_effects(workspace_id: UUID, pairs: Sequence[tuple[StatusUpdate, _Target]]) -> None:
    for status, target in pairs:
        if target.contact_id is None or status.status != "failed" or not status.errors:
            continue
        error = status.errors[0]
        if error.meaning == "unreachable":
            mark_unreachable(workspace_id, target.contact_id, error.code)
        elif error.meaning == "opted_out":
            _opt_out(workspace_id, target.contact_id, target, status.at, error.code)
    reached = {target.contact_id for status, target in pairs if status.status in {"delivered", "read"}}
    _unmark_unreachable(workspace_id, [each for each in reached if each])
    for status, target in pairs:
        if status.window_origin == "referral_conversion" and status.window_expires_at:
            updated = Conversation.objects.filter(id=target.conversation_id).exclude(
                ad_window_closes_at__gte=status.window_expires_at
            )
            if updated.update(ad_window_closes_at=status.window_expires_at):
                until = status.window_expires_at
                record_all([ReplyWindowProlonged(workspace_id, target.conversation_id, until)])


def mark_unreachable(workspace_id: UUID, contact_id: UUID, code: int) -> None:
    """``code``: why the platform says so (GD-5)."""
    contact = Contact.objects.filter(workspace_id=workspace_id, id=contact_id).exclude(
        unreachable_reason=str(code)
    )
    if contact.update(unreachable_reason=str(code), updated_at=clock.now()):
        record_all([ContactUnreachable(workspace_id, contact_id, code)])


def _unmark_unreachable(workspace_id: UUID, contact_ids: Collection[UUID]) -> None:
    """A delivery proves that they can be reached after all."""
    if not contact_ids:
        return
    own = Contact.objects.filter(workspace_id=workspace_id)
    marked = own.filter(id__in=contact_ids).exclude(unreachable_reason="")
    ids = sorted(marked.values_list("id", flat=True))
    own.filter(id__in=ids).update(unreachable_reason="", updated_at=clock.now())
    record_all(ContactReachable(workspace_id, contact_id) for contact_id in ids)


def _opt_out(workspace_id: UUID, contact_id: UUID, target: _Target, at: datetime, code: int) -> None:
    channel = Inbox.objects.values_list("connection__channel", flat=True).get(id=target.inbox_id)
    record_consent(
        contact_id,
        workspace_id,
        channel=channel,
        purpose="marketing",
        state="opted_out",
        source=f"{channel}:{code}",
        at=at,
        proof={"message": str(target.id)},
    )


def purge_unmatched(older_than: datetime) -> int:
    count, _details = UnmatchedStatus.objects.filter(received_at__lt=older_than).delete()
    return count
