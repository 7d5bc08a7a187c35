"""Seals: each minute what is new is hashed together with the seal before it, so that nothing can be changed, taken
out, put in or moved without breaking the chain.

``hash`` of a seal is the SHA-256 (hex) of these lines, each ending with a line feed, in UTF-8:

    regulars audit seal 1
    <workspace id> <number of the seal> <hash of the seal before, or 64 zeros>
    one line for each entry, by id: JSON with sorted keys, without spaces, other letters as they are
        (``canonical``: act, actor_id, actor_kind, actor_name, at, details, face, id, object_counts, object_id,
        object_ids, object_kind, route, source, verb, workspace)

A seal names the ids that it covers as ranges. An entry whose transaction ended late comes into a later seal.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, timedelta
from itertools import groupby
from uuid import UUID

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from regulars.kernel import clock
from regulars.kernel.locks import try_to_hold
from regulars.workspaces.models import AuditEntry, AuditSeal, Workspace

logger = logging.getLogger(__name__)

FIRST_LINE = "regulars audit seal 1"
NOTHING_BEFORE = "0" * 64
MOST_AT_ONCE = 20_000
LATEST = timedelta(hours=1)
"""so long a transaction may hold an id before its entry can be seen"""
Range = tuple[int, int]
"""the first and the last id of some that follow each other in a seal"""


def seal_all() -> int:
    """How many entries were sealed. Runs each minute; whoever comes second leaves it to the first."""
    return sum(_seal_workspace(each) for each in Workspace.objects.values_list("id", flat=True))


def _seal_workspace(workspace_id: UUID) -> int:
    count = 0
    while sealed := _seal_next(workspace_id):
        count += sealed
        if sealed < MOST_AT_ONCE:
            break
    return count


@transaction.atomic
def _seal_next(workspace_id: UUID) -> int:
    if not try_to_hold(f"audit seal {workspace_id}"):
        return 0
    entries = list(unsealed(workspace_id).order_by("id")[:MOST_AT_ONCE])
    if not entries:
        return 0
    last = AuditSeal.objects.filter(workspace_id=workspace_id).order_by("-number").first()
    number, before = (last.number + 1, last.hash) if last else (1, NOTHING_BEFORE)
    moments = [each.at for each in entries]
    seal = AuditSeal.objects.create(
        workspace_id=workspace_id,
        number=number,
        first_id=entries[0].id,
        last_id=entries[-1].id,
        ranges=ranges_of([each.id for each in entries]),
        entry_count=len(entries),
        from_at=min(moments),
        to_at=max(moments),
        previous_hash=before,
        hash=hash_of(workspace_id, number, before, entries),
        sealed_at=clock.now(),
    )
    logger.info(
        "audit trail sealed", extra={"seal": str(seal.id), "entries": len(entries), "hash": seal.hash}
    )
    return len(entries)


def unsealed(workspace_id: UUID) -> QuerySet[AuditEntry]:
    seals = AuditSeal.objects.filter(workspace_id=workspace_id)
    settled = seals.filter(sealed_at__lt=clock.now() - LATEST).aggregate(last=Max("last_id"))["last"] or 0
    entries = AuditEntry.objects.filter(workspace_id=workspace_id, id__gt=settled)
    recent = seals.filter(sealed_at__gte=clock.now() - LATEST, last_id__gt=settled)
    for ranges in recent.values_list("ranges", flat=True):
        for first, last in ranges:
            entries = entries.exclude(id__gte=first, id__lte=last)
    return entries


def hash_of(workspace_id: UUID, number: int, before: str, entries: Iterable[AuditEntry]) -> str:
    """In the order of their ids: another order is another hash."""
    digest = hashlib.sha256(f"{FIRST_LINE}\n{workspace_id} {number} {before}\n".encode())
    for each in entries:
        digest.update(canonical(each))
    return digest.hexdigest()


def canonical(entry: AuditEntry) -> bytes:
    told = {
        "id": entry.id,
        "workspace": str(entry.workspace_id),
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor_kind": entry.actor_kind,
        "actor_id": str(entry.actor_id) if entry.actor_id else None,
        "actor_name": entry.actor_name,
        "act": entry.act,
        "verb": entry.verb,
        "face": entry.face,
        "route": entry.route,
        "source": entry.source,
        "object_kind": entry.object_kind,
        "object_id": entry.object_id,
        "object_ids": [str(each) for each in entry.object_ids],
        "object_counts": [list(each) for each in entry.object_counts],
        "details": entry.details,
    }
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def ranges_of(ids: Sequence[int]) -> list[Range]:
    """``ids`` in order."""
    found = []
    for _gap, run in groupby(enumerate(ids), lambda placed: placed[1] - placed[0]):
        members = [each for _place, each in run]
        found.append((members[0], members[-1]))
    return found


def within(ranges: Sequence[Range]) -> Q:
    wanted = Q(pk__in=[])
    for first, last in ranges:
        wanted |= Q(id__gte=first, id__lte=last)
    return wanted
