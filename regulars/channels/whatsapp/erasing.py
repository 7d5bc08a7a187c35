"""Forgetting somebody in stored deliveries, while they are read and for good (``inboxes.erasing``)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import orjson
from django.db import connection, transaction
from django.db.models import Q

from regulars.channels.receiving.belonging import Holds
from regulars.channels.receiving.leaving_out import holder_of, known_of
from regulars.channels.whatsapp.facts import WhatsAppFacts
from regulars.channels.whatsapp.parsing.erasing import erase
from regulars.channels.whatsapp.payloads import NotJSON, TooDeep, count_updates, load_body, parse_body
from regulars.conversations.models import UnmatchedStatus
from regulars.inboxes.erasing import Erasure
from regulars.inboxes.models import ChannelNotice, Connection, Delivery
from regulars.inboxes.ports import Rejected, StatusUpdate
from regulars.kernel.crypto import Undecryptable, open_bytes

CHUNK = 100
"""deliveries a transaction"""
_TAIL = 7
"""digits: how a number ends is the same in all its spellings (``phones``)"""


def erase_from_deliveries(erasure: Erasure) -> None:
    """Of everything that came before the request; those that wait to be read are cleared as well."""
    needles = sorted(
        {_needle(each.kind, each.value) for each in known_of(erasure.traces, WhatsAppFacts.kind)}
    )
    connections = Connection.objects.filter(workspace_id=erasure.workspace_id, channel=WhatsAppFacts.kind)
    ids = list(connections.values_list("id", flat=True))
    after = 0
    while needles and (chunk := _clear_chunk(erasure, ids, needles, after)):
        after = chunk[-1]
    _forget_notices(erasure)


def _needle(kind: str, value: str) -> bytes:
    return (value[-_TAIL:] if kind == "phone" else value).lstrip("+").encode()


_FIND = """
SELECT id, body, update_counts, received_at, state FROM inboxes_delivery d
WHERE connection_id = ANY(%s) AND id > %s AND received_at < %s
ORDER BY id LIMIT %s FOR UPDATE
"""
"""all of them: they lie sealed, so nobody but us finds a number in them"""


@dataclass(slots=True)
class _Cleared:
    """What becomes of a chunk of deliveries."""

    rewritten: list[Delivery] = field(default_factory=list)
    emptied: list[int] = field(default_factory=list)
    places: list[tuple[int, str]] = field(default_factory=list)
    """(delivery, path) of every update that was theirs"""
    statuses: set[tuple[str, str]] = field(default_factory=set)
    """(address, message at the provider) of statuses that were about messages to them"""


@transaction.atomic
def _clear_chunk(
    erasure: Erasure, connection_ids: Sequence[UUID], needles: Sequence[bytes], after: int
) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [list(connection_ids), after, erasure.asked_at, CHUNK])
        rows = cursor.fetchall()
    cleared = _Cleared()
    for delivery_id, sealed, counts, received_at, state in rows:
        body = _opened(bytes(sealed))
        if not any(needle in body for needle in needles):
            continue
        delivery = Delivery(
            id=delivery_id,
            body=body,
            update_counts=orjson.loads(counts) if isinstance(counts, str) else counts,
            received_at=received_at,
            state=state,
        )
        _clear(delivery, holder_of(erasure.traces, WhatsAppFacts.kind), cleared)
    Delivery.objects.bulk_update(cleared.rewritten, ["body", "update_counts", "error"])
    Delivery.objects.filter(id__in=cleared.emptied).delete()
    _forget_places(erasure.workspace_id, cleared)
    return [row[0] for row in rows]


def _opened(sealed: bytes) -> bytes:
    """Nothing where the key is lost: nobody can read that any more."""
    try:
        return open_bytes(sealed)
    except Undecryptable:
        return b""


def _clear(delivery: Delivery, holds: Holds, cleared: _Cleared) -> None:
    try:
        body = load_body(bytes(delivery.body))
    except (NotJSON, TooDeep):  # the door lets none of these in
        return
    updates = parse_body(body, delivery.received_at)
    gone, is_changed = erase(body, updates, holds, delivery.received_at)
    if not is_changed:
        return
    cleared.places += [(delivery.id, each.path) for each in gone]
    cleared.statuses |= {(each.address, each.provider_id) for each in gone if isinstance(each, StatusUpdate)}
    paths = {each.path for each in gone}
    left = [each for each in updates if each.path not in paths]
    is_read = delivery.state != "pending"
    if is_read and all(isinstance(each, Rejected) and each.reason == "erased" for each in left):
        cleared.emptied.append(delivery.id)
        return
    delivery.body, delivery.error = _write(body), ""
    if is_read:
        delivery.update_counts = count_updates(body)
    cleared.rewritten.append(delivery)


def _write(body: object) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:  # deeper than orjson writes, or an integer above 64 bits
        return json.dumps(body, ensure_ascii=False).encode()


def _forget_places(workspace_id: UUID, cleared: _Cleared) -> None:
    deliveries = {delivery_id for delivery_id, _path in cleared.places}
    notices = ChannelNotice.objects.filter(workspace_id=workspace_id, delivery_id__in=deliveries)
    places = set(cleared.places)
    told = [
        each for each, *place in notices.values_list("id", "delivery_id", "path") if tuple(place) in places
    ]
    ChannelNotice.objects.filter(id__in=told).delete()
    unmatched = UnmatchedStatus.objects.filter(
        inbox__workspace_id=workspace_id, provider_id__in={each for _address, each in cleared.statuses}
    )
    found = unmatched.values_list("id", "inbox__address", "provider_id")
    UnmatchedStatus.objects.filter(
        id__in=[each for each, *about in found if tuple(about) in cleared.statuses]
    ).delete()


def _forget_notices(erasure: Erasure) -> None:
    for each in known_of(erasure.traces, WhatsAppFacts.kind):
        if each.until is None and each.kind != "unnamed":
            written = each.value.lstrip("+")
            says = Q(title__contains=written) | Q(details__contains=written)
            ChannelNotice.objects.filter(
                says, workspace_id=erasure.workspace_id, created_at__lt=erasure.asked_at
            ).delete()
