"""Stored deliveries become messages, statuses and notices: a repeatable reading of what is stored.

``process_deliveries`` claims the oldest waiting deliveries and applies them in one transaction, in any number of
workers. Order per contact holds because one takes the lanes of everybody named in its batch (``kernel.locks``) while
it alone holds the claim lock: whoever comes later for the same contact waits until the earlier batch is committed.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from regulars.channels.receiving.applying import Claimed, Tally, apply_updates
from regulars.channels.receiving.groups import group_lanes
from regulars.channels.receiving.people import keys_named
from regulars.channels.register import channels
from regulars.contacts.operations.identifying import identity_lanes
from regulars.contacts.resolving import Key
from regulars.inboxes.events import DeliveryFailed
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Connection, Delivery, sealed_fields
from regulars.inboxes.ports import (
    StatusUpdate,
)
from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable, open_bytes
from regulars.kernel.database import binary_cursor, is_of_this_machine
from regulars.kernel.events import record
from regulars.kernel.locks import lock_keys

logger = logging.getLogger(__name__)

BATCH_SIZE = 2_000
"""deliveries a transaction; one holds a single update as a rule and up to 1,000. The more there are of one
conversation in a batch, the less each costs; live traffic makes batches of a few."""
UPDATES_PER_BATCH = 2_000
PARTS = 10
"""of a batch that failed"""
ATTEMPTS = 5
_CLAIM_LOCK = 7_302_001
UNDER_LOST_KEY = "it lies under another REGULARS_SECRET_KEY; put the old key into REGULARS_OLD_SECRET_KEYS"
LOST_KEY_PAUSE = timedelta(minutes=10)
"""after which somebody may have put the key there"""


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
    waiting = Delivery.objects.select_for_update().defer("body")
    delivery = waiting.filter(id=delivery_id, state="pending").first()
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
        if delivery.connection is not None:
            record(DeliveryFailed(delivery.connection.workspace_id, delivery.id))
    delivery.save(update_fields=["attempts", "error", "retry_at", "state", "processed_at"])


def _process(limit: int, only: int | None) -> int:
    claimed = _claim(limit, only)
    if not claimed:
        return 0
    tally = Tally()
    for connection_row, deliveries in _by_connection(claimed):
        apply_updates(connection_row, deliveries, tally)
    if lost := [each.id for each in claimed if each.connection is None]:
        _tally_lost(lost, tally)
    add_to_ledger(tally.rows())
    return len(claimed)


def _tally_lost(ids: Sequence[int], tally: Tally) -> None:
    """Deliveries of connections that are gone: nobody knows how to read them, but the door has counted."""
    counted = Delivery.objects.filter(id__in=ids).values_list("connection_id", "update_counts")
    for connection_id, counts in counted:
        for address, count in counts.items():
            tally.add(connection_id, address, "rejected", "unknown-connection", count)


_BEGIN_CLAIM = "SELECT pg_advisory_lock(%s), set_config('enable_sort', 'off', true)"
"""without statistics, in a young database, the planner rather sorts the whole backlog than read it in its order"""
_END_CLAIM = "SELECT pg_advisory_unlock(%s), set_config('enable_sort', 'on', true)"
_CLAIM = """
SELECT id, connection_id, body, received_at FROM inboxes_delivery
WHERE state = 'pending' AND (retry_at IS NULL OR retry_at <= now()) AND (%s::bigint IS NULL OR id = %s)
ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
"""
_PUT_OFF = (
    "UPDATE inboxes_delivery SET error = %s, retry_at = now() + make_interval(secs => %s) WHERE id = ANY(%s)"
)
_MARK = "UPDATE inboxes_delivery SET state = 'processed', processed_at = now(), error = '' WHERE id = ANY(%s)"


def _claim(limit: int, only: int | None) -> list[Claimed]:
    """The oldest waiting deliveries and the lanes of everybody in them, as one step among all workers.

    They are marked as processed here, and are so if the transaction succeeds: once the lanes are held others wait.
    """
    with binary_cursor() as cursor:
        cursor.execute(_BEGIN_CLAIM, [_CLAIM_LOCK])
        try:
            cursor.execute(_CLAIM, [only, only, limit])
            claimed, locked = _parse(cursor.fetchall())
            while locked:  # others may stand behind them
                cursor.execute(_PUT_OFF, [UNDER_LOST_KEY, LOST_KEY_PAUSE.total_seconds(), locked])
                if claimed:
                    break
                cursor.execute(_CLAIM, [only, only, limit])
                claimed, locked = _parse(cursor.fetchall())
            if claimed:
                cursor.execute(_MARK, [[each.id for each in claimed]])
                lock_keys(_lane_names(claimed))
        except BaseException:
            # The lock belongs to the session and cannot be given back in a failed transaction: end the session.
            connection.close()
            raise
        cursor.execute(_END_CLAIM, [_CLAIM_LOCK])
    return claimed


def _parse(rows: Sequence[tuple[int, UUID, bytes, datetime]]) -> tuple[list[Claimed], list[int]]:
    """What can be read, and the ids of those that lie under a key which this server does not have."""
    connections = Connection.objects.defer(*sealed_fields("")).in_bulk({row[1] for row in rows})
    claimed: list[Claimed] = []
    locked: list[int] = []
    total = 0
    kinds = channels()
    for delivery_id, connection_id, body, received_at in rows:
        known = connections.get(connection_id)
        try:
            content = open_bytes(bytes(body))
        except Undecryptable:
            locked.append(delivery_id)
            continue
        updates = kinds[known.channel].parse(content, received_at) if known else ()
        if claimed and total + len(updates) > UPDATES_PER_BATCH:
            break
        total += len(updates)
        claimed.append(Claimed(delivery_id, connection_id, known, received_at, updates))
    return claimed, locked


def _lane_names(claimed: Sequence[Claimed]) -> Iterator[str]:
    """Those that ``identify_contacts`` will lock, so that it finds them held, and those of the statuses' messages."""
    kinds = channels()
    named: dict[tuple[UUID, str], set[Key]] = {}
    for delivery in claimed:
        if delivery.connection is None:
            continue
        workspace_id, channel = delivery.connection.workspace_id, delivery.connection.channel
        keys, rules = named.setdefault((workspace_id, channel), set()), kinds[channel].addresses
        for update in delivery.updates:
            keys.update(keys_named(update, rules))
            yield from group_lanes(workspace_id, channel, update)
            if isinstance(update, StatusUpdate):
                yield f"status:{update.address}:{update.provider_id}"
    for (workspace_id, channel), keys in named.items():
        yield from identity_lanes(workspace_id, channel, keys)


def _by_connection(claimed: Sequence[Claimed]) -> list[tuple[Connection, list[Claimed]]]:
    groups: dict[UUID, tuple[Connection, list[Claimed]]] = {}
    for each in claimed:
        if each.connection is not None:
            groups.setdefault(each.connection.id, (each.connection, []))[1].append(each)
    return list(groups.values())
