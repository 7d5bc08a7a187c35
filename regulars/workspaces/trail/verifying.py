"""Following the chain of seals again: what was changed, taken out, put in or moved since is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from regulars.kernel import clock
from regulars.workspaces.models import AuditEntry, AuditSeal
from regulars.workspaces.trail.sealing import LATEST, NOTHING_BEFORE, hash_of, within

KEPT = timedelta(days=2 * 366)
"""entries; their seals stay"""
SEALED_WITHIN = timedelta(minutes=10)
"""whatever is older and in no seal was put in, or nobody seals"""
MOST_FLAWS = 100


@dataclass(frozen=True, slots=True)
class Flaw:
    """``kind``: chain (the seal does not follow the one before), count, hash, overlap, or unsealed."""

    kind: str
    seal: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``expired``: seals whose entries are past their time."""

    seals: int
    entries: int
    expired: int
    last_hash: str
    flaws: tuple[Flaw, ...]

    @property
    def is_whole(self) -> bool:
        return not self.flaws


def verify_trail(workspace_id: UUID, *, each_seal: Callable[[], None] = lambda: None) -> Verdict:
    """Reads every entry that is kept. ``each_seal`` is called after each, for a bar of progress."""
    flaws: list[Flaw] = []
    before, expected, entries, expired, seals = NOTHING_BEFORE, 1, 0, 0, 0
    oldest = clock.now() - KEPT
    covered: list[tuple[int, int, int]] = []
    for seal in AuditSeal.objects.filter(workspace_id=workspace_id).order_by("number").iterator():
        seals += 1
        if seal.number != expected or seal.previous_hash != before:
            flaws.append(Flaw("chain", seal.number, "it does not follow the seal before it"))
        found = _entries_of(seal)
        if not found and seal.to_at < oldest:
            expired += 1
        else:
            flaws.extend(_flaws_of(seal, found, oldest))
            covered.extend((first, last, seal.number) for first, last in seal.ranges)
        entries += len(found)
        before, expected = seal.hash, seal.number + 1
        each_seal()
        if len(flaws) >= MOST_FLAWS:
            break
    flaws.extend(_overlaps(covered))
    if len(flaws) < MOST_FLAWS:
        flaws.extend(_unsealed(workspace_id, entries))
    return Verdict(seals, entries, expired, before if seals else "", tuple(flaws[:MOST_FLAWS]))


def _entries_of(seal: AuditSeal) -> list[AuditEntry]:
    own = AuditEntry.objects.filter(workspace_id=seal.workspace_id, at__gte=seal.from_at, at__lte=seal.to_at)
    return list(own.filter(within(seal.ranges)).order_by("id"))


def _flaws_of(seal: AuditSeal, found: list[AuditEntry], oldest: datetime) -> Iterator[Flaw]:
    if seal.from_at < oldest and len(found) < seal.entry_count:
        return  # a part of them is past its time
    if len(found) != seal.entry_count:
        yield Flaw("count", seal.number, f"{seal.entry_count} entries were sealed, {len(found)} are there")
    elif hash_of(seal.workspace_id, seal.number, seal.previous_hash, found) != seal.hash:
        yield Flaw("hash", seal.number, "an entry, or the seal, is not what it was")


def _overlaps(covered: list[tuple[int, int, int]]) -> Iterator[Flaw]:
    end = 0
    for first, last, number in sorted(covered):
        if first <= end:
            yield Flaw("overlap", number, f"entry {first} is in another seal, too")
        end = max(end, last)


def _unsealed(workspace_id: UUID, sealed: int) -> Iterator[Flaw]:
    """Counted first: looking for them costs more, and there are none."""
    settled = AuditEntry.objects.filter(workspace_id=workspace_id, at__lt=clock.now() - SEALED_WITHIN)
    recent = AuditSeal.objects.filter(workspace_id=workspace_id, sealed_at__gte=clock.now() - LATEST)
    newer = AuditEntry.objects.filter(workspace_id=workspace_id, at__gte=clock.now() - SEALED_WITHIN)
    of_newer = sum(newer.filter(within(ranges)).count() for ranges in recent.values_list("ranges", flat=True))
    extra = settled.count() - (sealed - of_newer)
    if extra > 0:
        yield Flaw("unsealed", None, f"{extra} entries are in no seal")
