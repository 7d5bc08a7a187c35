"""Who is this? The rule that turns identities into contacts. Pure, so that every order can be tried.

Source of the rule: docs/decisions/identity.md (BSUID first, then parent BSUID, then phone; more identities
than known are attached; a phone alone never merges two contacts, for numbers are recycled).

Updates come in any order, so each is read as of *its* time: an identity belongs to whoever had it then. Whoever was
told late by an address that was theirs once gets what stands beside it as past, too. A retired BSUID leads to whoever
had it, for the platform never gives one out twice; a retired phone does so up to its end only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

Key = tuple[str, str]
"""(kind, value) of an identity"""


class Reference(NamedTuple):
    """The identities that one update names, strongest first, and when that was true; None: now."""

    keys: tuple[Key, ...]
    at: datetime | None = None


class Past(NamedTuple):
    """Whose an identity was, and until when."""

    contact_id: UUID
    until: datetime


@dataclass(slots=True)
class Known:
    """What the database knows: whose each identity is and was, and which BSUID each contact already has."""

    owners: dict[Key, UUID] = field(default_factory=dict)
    bsuids: dict[UUID, set[str]] = field(default_factory=dict)
    past: dict[Key, list[Past]] = field(default_factory=dict)
    """the earliest end first"""
    since: dict[Key, datetime] = field(default_factory=dict)
    """when the owner of today was first seen with it"""
    provider_addresses: dict[Key, str] = field(default_factory=dict)
    """of the phones of today: as the platform writes them"""
    unplaced: list[Key] = field(default_factory=list)
    """BSUIDs of today that were seen before their portfolio was known"""

    def holder(self, key: Key, at: datetime | None = None) -> UUID | None:
        then = self.past_holder(key, at)
        if then is not None:
            return then.contact_id
        owner = self.owners.get(key)
        if owner is None and key[0] != "phone" and (earlier := self.past.get(key)):
            return earlier[-1].contact_id
        return owner

    def past_holder(self, key: Key, at: datetime | None) -> Past | None:
        if at is None or key not in self.past:
            return None
        return next((past for past in self.past[key] if at <= past.until), None)

    def is_over(self, key: Key, contact_id: UUID, at: datetime | None) -> bool:
        """Whether the contact had it once, and it cannot be theirs again: a phone can, later."""
        ends = [past.until for past in self.past.get(key, ()) if past.contact_id == contact_id]
        return bool(ends) and (key[0] != "phone" or at is None or at <= max(ends))


@dataclass(slots=True)
class Resolution:
    """The answer for a batch, and the writes that make it true."""

    contact_ids: list[UUID | None]
    created: dict[UUID, int] = field(default_factory=dict)
    """new contact -> index of the reference that made it"""
    attached: dict[Key, UUID] = field(default_factory=dict)
    moved: dict[Key, UUID] = field(default_factory=dict)
    """a phone that now belongs to somebody else: retire it at its old contact, attach it here"""
    added_at: dict[Key, datetime | None] = field(default_factory=dict)
    """of what is attached or moved: when it was told"""
    ended: list[tuple[Key, Past]] = field(default_factory=list)
    """what was theirs once and is told only now"""
    suggestions: set[tuple[UUID, UUID, str]] = field(default_factory=set)


def resolve(references: Sequence[Reference], known: Known, make_id: Callable[[], UUID]) -> Resolution:
    """Find or make the contact of each reference; ``make_id`` draws the id of a new one.

    Those that name most go first: what ties two addresses together counts for the whole batch.
    """
    resolution = Resolution(contact_ids=[None] * len(references))
    for index in sorted(range(len(references)), key=lambda each: -len(references[each].keys)):
        if references[index].keys:
            contact_id = _resolve_one(index, references[index], known, resolution, make_id)
            resolution.contact_ids[index] = contact_id
    return resolution


def _resolve_one(
    index: int, reference: Reference, known: Known, resolution: Resolution, make_id: Callable[[], UUID]
) -> UUID:
    owner, until = _owner(reference, known)
    if owner is None:
        owner = make_id()
        resolution.created[owner] = index
    for key in reference.keys:
        _attach(key, owner, until, reference, known, resolution)
    return owner


def _owner(reference: Reference, known: Known) -> tuple[UUID | None, datetime | None]:
    """Who is meant, and until when the address that tells it was theirs (None: it is still).

    The first identity that is known decides; a phone of today only if no other BSUID contradicts.
    """
    for key in reference.keys:
        is_phone = key[0] == "phone"
        owner = known.owners.get(key)
        then = known.past_holder(key, reference.at)
        if then is None and owner is None and not is_phone and (earlier := known.past.get(key)):
            then = earlier[-1]
        if then is not None:
            return then.contact_id, then.until
        if owner is None:
            continue
        if is_phone and _has_another_bsuid(owner, reference, known):
            return None, None
        return owner, None
    return None, None


def _has_another_bsuid(contact_id: UUID, reference: Reference, known: Known) -> bool:
    told = {value for kind, value in reference.keys if kind == "bsuid"}
    theirs = known.bsuids.get(contact_id, set())
    return bool(told and theirs) and not told & theirs


def _attach(
    key: Key,
    owner: UUID,
    until: datetime | None,
    reference: Reference,
    known: Known,
    resolution: Resolution,
) -> None:
    current = known.owners.get(key)
    if current == owner or known.is_over(key, owner, None if until else reference.at):
        return  # theirs already, or theirs once: what comes late brings no address back
    if current is not None:
        _contest(key, owner, current, reference, known, resolution)
    elif until is not None:
        _note_past(key, Past(owner, until), known, resolution)
    else:
        resolution.attached[key] = owner
        _give(key, owner, reference, known, resolution)


def _contest(
    key: Key, owner: UUID, current: UUID, reference: Reference, known: Known, resolution: Resolution
) -> None:
    """Two contacts share an identity: never a merge. A phone goes with the newer word of the two."""
    is_phone = key[0] == "phone"
    first, second = sorted((owner, current))
    resolution.suggestions.add((first, second, "same_phone" if is_phone else "same_identity"))
    is_free = owner in resolution.created or _has_another_bsuid(current, reference, known)
    since = known.since.get(key)
    if not is_phone or not is_free or (reference.at and since and reference.at < since):
        return
    if reference.at is not None:
        over = Past(current, reference.at)
        if key in resolution.added_at:  # given in this very batch: there is no row yet that could end
            _note_past(key, over, known, resolution)
        else:
            known.past.setdefault(key, []).append(over)
    resolution.moved[key] = owner
    _give(key, owner, reference, known, resolution)


def _note_past(key: Key, past: Past, known: Known, resolution: Resolution) -> None:
    resolution.ended.append((key, past))
    known.past[key] = sorted([*known.past.get(key, ()), past], key=lambda each: each.until)


def _give(key: Key, owner: UUID, reference: Reference, known: Known, resolution: Resolution) -> None:
    resolution.added_at[key] = reference.at
    known.owners[key] = owner
    if reference.at is not None:
        known.since[key] = reference.at
    if key[0] == "bsuid":
        known.bsuids.setdefault(owner, set()).add(key[1])


def keys_to_look_up(references: Sequence[Reference]) -> list[Key]:
    return sorted({key for reference in references for key in reference.keys})
