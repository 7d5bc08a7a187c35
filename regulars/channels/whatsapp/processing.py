"""Stored deliveries become messages, statuses and notices: a repeatable reading of what is stored.

``process_deliveries`` claims the oldest waiting deliveries and applies them in one transaction, in any number of
workers. Order per contact holds because one takes the lanes of everybody named in its batch (``kernel.locks``) while
it alone holds the claim lock: whoever comes later for the same contact waits until the earlier batch is committed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists

from regulars.channels.whatsapp.copies import forget_lost_copies
from regulars.channels.whatsapp.erasing import leave_out
from regulars.channels.whatsapp.groups import follow_group_news, group_lanes, groups_of
from regulars.channels.whatsapp.notices import NoticedUpdate, address_of, notice_row
from regulars.channels.whatsapp.payloads import parse_payload
from regulars.channels.whatsapp.people import NamesSomebody, keys_named, links_of, person_seen
from regulars.contacts.operations.editing import record_consent
from regulars.contacts.operations.identifying import identify_contacts, identity_lanes
from regulars.contacts.operations.linking import Link, link_identities
from regulars.contacts.resolving import Key
from regulars.conversations.operations.calls import IncomingCall, note_calls
from regulars.conversations.operations.completing import Repetition, complete_messages
from regulars.conversations.operations.receiving import Incoming, find_stored, receive_messages
from regulars.conversations.operations.statuses import IncomingStatus, receive_statuses
from regulars.inboxes.erasing import open_erasures
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Connection, Delivery, ErasureRequest, Inbox, sealed_fields
from regulars.inboxes.operations import (
    NoticeRow,
    record_notices,
    reread_notices,
    set_messaging_limit,
    set_throughput,
)
from regulars.inboxes.ports import (
    AddressBookChange,
    Call,
    InboundMessage,
    Notice,
    PreferenceChange,
    Rejected,
    StatusUpdate,
    TemplateChange,
    Update,
)
from regulars.kernel import clock
from regulars.kernel.database import binary_cursor, is_of_this_machine
from regulars.kernel.locks import lock_keys
from regulars.message_templates.operations import apply_template_change

logger = logging.getLogger(__name__)

CHANNEL = "whatsapp"
BATCH_SIZE = 2_000
"""deliveries a transaction; one holds a single update as a rule and up to 1,000. The more there are of one
conversation in a batch, the less each costs; live traffic makes batches of a few."""
UPDATES_PER_BATCH = 2_000
PARTS = 10
"""of a batch that failed"""
ATTEMPTS = 5
UPGRADED_THROUGHPUT = 1_000
"""messages a second of a number after THROUGHPUT_UPGRADE"""
_CLAIM_LOCK = 7_302_001


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    connection_id: UUID
    connection: Connection | None
    """None: removed since the door looked it up, with everything that belonged to it"""
    received_at: datetime
    updates: list[Update]


@dataclass(slots=True)
class _Tally:
    """How the updates of a batch ended, per (connection, address, outcome, reason)."""

    counts: dict[tuple[UUID, str, str, str], int] = field(default_factory=dict)

    def add(self, connection_id: UUID, address: str, outcome: str, reason: str = "") -> None:
        key = (connection_id, address, outcome, reason)
        self.counts[key] = self.counts.get(key, 0) + 1

    def rows(self) -> Iterator[LedgerRow]:
        for (connection_id, address, outcome, reason), count in self.counts.items():
            yield LedgerRow(connection_id, address, "inbound", outcome, reason, count)


def process_deliveries(limit: int = BATCH_SIZE) -> int:
    """Process up to ``limit`` waiting deliveries; returns how many were claimed. Never raises for bad content.

    When the batch fails, it is tried in parts, and those that fail in smaller ones; a delivery that keeps failing
    alone is set aside as ``failed`` (rejected ``processing-failed`` in the ledger, raw kept, replayable). Errors
    whose reason is this machine or its database are raised, for nothing is wrong with the deliveries: they wait.
    """
    try:
        with transaction.atomic():
            return _process(limit, only=None)
    except Exception as error:
        if is_of_this_machine(error):
            raise
        logger.exception("a batch of deliveries failed; trying it in parts")
    return _process_in_parts(_next_ids(limit))


def _process_in_parts(ids: Sequence[int]) -> int:
    if len(ids) <= PARTS:
        return sum(_process_alone(delivery_id) for delivery_id in ids)
    done = 0
    while done < len(ids) and (count := process_deliveries(len(ids) // PARTS)):
        done += count
    return done


def _next_ids(limit: int) -> list[int]:
    waiting = Delivery.objects.filter(state="pending").exclude(retry_at__gt=clock.now())
    return list(waiting.order_by("id").values_list("id", flat=True)[:limit])


def _process_alone(delivery_id: int) -> int:
    try:
        with transaction.atomic():
            return _process(1, only=delivery_id)
    except Exception as error:
        if is_of_this_machine(error):
            raise
        logger.exception("a delivery cannot be processed", extra={"delivery": delivery_id})
        _set_aside(delivery_id, error)
        return 1


@transaction.atomic
def _set_aside(delivery_id: int, error: Exception) -> None:
    delivery = Delivery.objects.select_for_update().filter(id=delivery_id, state="pending").first()
    if delivery is None:
        return  # another worker has processed it meanwhile
    delivery.attempts += 1
    delivery.error = (
        f"{type(error).__name__}: {error}"[:500]
        if not isinstance(error, DatabaseError)
        else type(error).__name__
    )
    if delivery.attempts < ATTEMPTS:
        delivery.retry_at = clock.now() + timedelta(seconds=2**delivery.attempts)
    else:
        delivery.state, delivery.processed_at = "failed", clock.now()
        add_to_ledger(
            LedgerRow(delivery.connection_id, address, "inbound", "rejected", "processing-failed", count)
            for address, count in delivery.update_counts.items()
        )
    delivery.save(update_fields=["attempts", "error", "retry_at", "state", "processed_at"])


def _process(limit: int, only: int | None) -> int:
    claimed = _claim(limit, only)
    if not claimed:
        return 0
    tally = _Tally()
    for connection_row, deliveries in _by_connection(claimed):
        _apply(connection_row, deliveries, tally)
    for delivery in claimed:
        if delivery.connection is None:
            for update in delivery.updates:
                tally.add(
                    delivery.connection_id, getattr(update, "address", ""), "rejected", "unknown-connection"
                )
    add_to_ledger(tally.rows())
    return len(claimed)


_BEGIN_CLAIM = "SELECT pg_advisory_lock(%s), set_config('enable_sort', 'off', true)"
"""without statistics, in a young database, the planner rather sorts the whole backlog than read it in its order"""
_END_CLAIM = "SELECT pg_advisory_unlock(%s), set_config('enable_sort', 'on', true)"
_CLAIM = """
SELECT id, connection_id, body, received_at FROM inboxes_delivery
WHERE state = 'pending' AND (retry_at IS NULL OR retry_at <= now()) AND (%s::bigint IS NULL OR id = %s)
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_MARK = "UPDATE inboxes_delivery SET state = 'processed', processed_at = now(), error = '' WHERE id = ANY(%s)"


def _claim(limit: int, only: int | None) -> list[_Claimed]:
    """Take the oldest waiting deliveries and the lanes of everybody in them, as one step among all workers.

    They are marked as processed here, and are so if the transaction succeeds: once the lanes are held others wait.
    """
    with binary_cursor() as cursor:
        cursor.execute(_BEGIN_CLAIM, [_CLAIM_LOCK])
        try:
            cursor.execute(_CLAIM, [only, only, limit])
            claimed = _parse(cursor.fetchall())
            if claimed:
                cursor.execute(_MARK, [[each.id for each in claimed]])
                lock_keys(_lane_names(claimed))
        except BaseException:
            # The lock belongs to the session and cannot be given back in a failed transaction: end the session.
            connection.close()
            raise
        cursor.execute(_END_CLAIM, [_CLAIM_LOCK])
    return claimed


def _parse(rows: Sequence[tuple[int, UUID, bytes, datetime]]) -> list[_Claimed]:
    connections = Connection.objects.defer(*sealed_fields("")).in_bulk({row[1] for row in rows})
    claimed: list[_Claimed] = []
    total = 0
    for delivery_id, connection_id, body, received_at in rows:
        updates = parse_payload(bytes(body), received_at)
        if claimed and total + len(updates) > UPDATES_PER_BATCH:
            break
        total += len(updates)
        known = connections.get(connection_id)
        claimed.append(_Claimed(delivery_id, connection_id, known, received_at, updates))
    return claimed


def _lane_names(claimed: Sequence[_Claimed]) -> Iterator[str]:
    """The names ``identify_contacts`` will lock, so that it finds them held, and the statuses' messages."""
    named: dict[UUID, set[Key]] = {}
    for delivery in claimed:
        if delivery.connection is None:
            continue
        keys = named.setdefault(delivery.connection.workspace_id, set())
        for update in delivery.updates:
            keys.update(keys_named(update))
            yield from group_lanes(delivery.connection.workspace_id, update)
            if isinstance(update, StatusUpdate):
                yield f"status:{update.address}:{update.provider_id}"
    for workspace_id, keys in named.items():
        yield from identity_lanes(workspace_id, CHANNEL, keys)


def _by_connection(claimed: Sequence[_Claimed]) -> list[tuple[Connection, list[_Claimed]]]:
    groups: dict[UUID, tuple[Connection, list[_Claimed]]] = {}
    for each in claimed:
        if each.connection is not None:
            groups.setdefault(each.connection.id, (each.connection, []))[1].append(each)
    return list(groups.values())


_Arrival = tuple[_Claimed, InboundMessage]


@dataclass(slots=True)
class _Batch:
    """The updates of one connection, sorted by kind, each with its delivery."""

    connection: Connection
    inboxes: dict[str, UUID]
    tally: _Tally
    messages: list[_Arrival] = field(default_factory=list)
    statuses: list[tuple[_Claimed, StatusUpdate]] = field(default_factory=list)
    others: list[tuple[_Claimed, NoticedUpdate]] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)

    def count(self, address: str, outcome: str, reason: str = "") -> None:
        self.tally.add(self.connection.id, address, outcome, reason)


def _apply(connection_row: Connection, deliveries: Sequence[_Claimed], tally: _Tally) -> None:
    inboxes, is_erasing = _read_inboxes(connection_row)
    batch = _Batch(connection_row, inboxes, tally)
    erasures = open_erasures(connection_row.workspace_id) if is_erasing else []
    for delivery in deliveries:
        for update in leave_out(delivery.updates, delivery.received_at, erasures):
            _sort(batch, delivery, update)
    fresh = _keep_others(batch)
    _apply_messages(batch, [link for update in fresh for link in links_of(update, batch.now)])
    _apply_statuses(batch)
    _follow_others(batch, fresh)


def _read_inboxes(connection_row: Connection) -> tuple[dict[str, UUID], bool]:
    """The numbers by address, and whether somebody is being erased: asked together, once their lanes are held."""
    asked = ErasureRequest.objects.filter(workspace_id=connection_row.workspace_id)
    inboxes = Inbox.objects.filter(connection=connection_row)
    rows = list(inboxes.values_list("address", "id", Exists(asked)))
    return {address: inbox_id for address, inbox_id, _is_erasing in rows}, any(row[2] for row in rows)


def _sort(batch: _Batch, delivery: _Claimed, update: Update) -> None:
    if isinstance(update, Rejected):
        batch.count(update.address, "rejected", update.reason.replace("_", "-"))
    elif isinstance(update, TemplateChange | Notice):
        batch.others.append((delivery, update))
    elif update.address not in batch.inboxes:
        batch.count(update.address, "rejected", "unknown-inbox")
    elif isinstance(update, InboundMessage):
        batch.messages.append((delivery, update))
    elif isinstance(update, StatusUpdate):
        batch.statuses.append((delivery, update))
    else:
        batch.others.append((delivery, update))


def _apply_messages(batch: _Batch, links: Sequence[Link]) -> None:
    fresh, repeated = _sift_messages(batch)
    told = [link for _delivery, message in fresh for link in links_of(message, batch.now)]
    _link_addresses(batch, [*links, *told])
    if fresh:
        _store_messages(batch, fresh)
    if repeated:
        _complete_messages(batch, repeated)


def _sift_messages(batch: _Batch) -> tuple[list[_Arrival], list[_Arrival]]:
    """What we do not have yet, and repetitions, which must not touch contacts."""
    keys = [(batch.inboxes[message.address], message.provider_id) for _delivery, message in batch.messages]
    stored = find_stored(set(keys)) if keys else set()
    fresh, repeated = [], []
    for key, each in zip(keys, batch.messages, strict=True):
        if key in stored:
            repeated.append(each)
        else:
            stored.add(key)
            fresh.append(each)
    return fresh, repeated


def _store_messages(batch: _Batch, fresh: Sequence[_Arrival]) -> None:
    workspace_id = batch.connection.workspace_id
    contact_ids = _identify(batch, [message for _delivery, message in fresh])
    groups = groups_of(workspace_id, (message for _delivery, message in fresh))
    incoming = [
        Incoming(
            message=message,
            inbox_id=batch.inboxes[message.address],
            contact_id=contact_id,
            contact_name=message.contact.name,
            delivery_id=delivery.id,
            connection_id=batch.connection.id,
            group_id=groups[message.group_id],
        )
        for (delivery, message), contact_id in zip(fresh, contact_ids, strict=True)
    ]
    for each, outcome in zip(incoming, receive_messages(workspace_id, incoming, are_new=True), strict=True):
        batch.count(each.message.address, outcome)


def _complete_messages(batch: _Batch, repeated: Sequence[_Arrival]) -> None:
    """After what is fresh: a placeholder of the history and its file may stand in one batch."""
    repetitions = [
        Repetition(message, batch.inboxes[message.address], delivery.id, batch.connection.id)
        for delivery, message in repeated
    ]
    outcomes = complete_messages(batch.connection.workspace_id, repetitions)
    for each, outcome in zip(repetitions, outcomes, strict=True):
        batch.count(each.message.address, outcome)


def _known(contact_id: UUID | None) -> UUID:
    if contact_id is None:
        raise LookupError("a person with an identity has no contact")
    return contact_id


def _link_addresses(batch: _Batch, links: Sequence[Link]) -> None:
    """What ties addresses together goes before everybody who is named by one, in the order in which it happened."""
    for link in sorted(links, key=lambda each: each.at or batch.now):
        link_identities(batch.connection.workspace_id, CHANNEL, link, portfolio=batch.connection.portfolio)


def _identify(batch: _Batch, updates: Sequence[NamesSomebody]) -> list[UUID]:
    """The contact of each update; the lanes of all are held."""
    found = identify_contacts(
        batch.connection.workspace_id,
        CHANNEL,
        [person_seen(update, batch.now) for update in updates],
        portfolio=batch.connection.portfolio,
        lanes_are_held=True,
    )
    return [_known(contact_id) for contact_id in found]


def _apply_statuses(batch: _Batch) -> None:
    rows = [IncomingStatus(status, batch.inboxes[status.address]) for _delivery, status in batch.statuses]
    outcomes = receive_statuses(batch.connection.workspace_id, rows)
    forget_lost_copies(batch.connection.workspace_id, [each.status for each in rows])
    for each, outcome in zip(rows, outcomes, strict=True):
        batch.count(each.status.address, outcome)


def _consent(batch: _Batch, contact_id: UUID, state: str, source: str, at: datetime) -> None:
    record_consent(
        contact_id,
        batch.connection.workspace_id,
        channel=CHANNEL,
        purpose="marketing",
        state=state,
        source=source,
        at=at,
        proof={"connection": str(batch.connection.id)},
    )


def _keep_others(batch: _Batch) -> list[NoticedUpdate]:
    """Everything else is kept as a notice, once; returns what is new."""
    notices = [
        notice_row(
            update,
            batch.connection.id,
            batch.inboxes.get(address_of(update)),
            delivery.id,
            delivery.received_at,
        )
        for delivery, update in batch.others
    ]
    kept = record_notices(batch.connection.workspace_id, notices)
    for (_delivery, update), notice_id in zip(batch.others, kept, strict=True):
        batch.count(address_of(update), "stored" if notice_id else "duplicate")
    return _effective(batch, notices, kept)


def _follow_others(batch: _Batch, fresh: Sequence[NoticedUpdate]) -> None:
    """What is new, or read anew, has its effect."""
    for update in fresh:
        if isinstance(update, TemplateChange):
            apply_template_change(batch.connection, update)
        elif isinstance(update, PreferenceChange):
            _prefer(batch, update)
        elif isinstance(update, AddressBookChange):
            if update.action == "add" and update.contact.identities:
                _identify(batch, [update])
        elif isinstance(update, Notice):
            _follow_notice(batch, update)
    _apply_calls(batch, [update for update in fresh if isinstance(update, Call)])


def _effective(
    batch: _Batch, notices: Sequence[NoticeRow], kept: Sequence[UUID | None]
) -> list[NoticedUpdate]:
    """What is new, and what is replayed: only its notice is known, its effect may have been missed.

    What a notice says of the account holds until a later one says otherwise; of people, all that was told counts.
    """
    known = [index for index, notice_id in enumerate(kept) if notice_id is None]
    reread = reread_notices([notices[index] for index in known])
    is_last_word = {known[place]: is_last for place, is_last in reread.items()}
    return [
        update
        for index, (_delivery, update) in enumerate(batch.others)
        if kept[index] or (index in is_last_word and (is_last_word[index] or not _is_of_account(update)))
    ]


def _is_of_account(update: NoticedUpdate) -> bool:
    if isinstance(update, Notice):
        return not update.contact.identities and update.group_news is None
    return isinstance(update, TemplateChange)


def _follow_notice(batch: _Batch, notice: Notice) -> None:
    """Groups get their names. An upgrade names its number only as people write it (reference §4), in the title."""
    if notice.kind == "number_quality" and notice.event == "THROUGHPUT_UPGRADE":
        set_throughput(batch.connection, notice.title, UPGRADED_THROUGHPUT)
    elif notice.kind == "capability" and notice.event:
        set_messaging_limit(batch.connection, notice.event)
    follow_group_news(batch.connection.workspace_id, notice)


def _apply_calls(batch: _Batch, calls: Sequence[Call]) -> None:
    if not calls:
        return
    note_calls(
        batch.connection.workspace_id,
        [
            IncomingCall(call, batch.inboxes[call.address], contact_id)
            for call, contact_id in zip(calls, _identify(batch, calls), strict=True)
        ],
    )


def _prefer(batch: _Batch, change: PreferenceChange) -> None:
    (contact_id,) = _identify(batch, [change])
    state = "opted_out" if change.value == "stop" else "opted_in"
    _consent(batch, contact_id, state, "whatsapp:user_preferences", change.at)
