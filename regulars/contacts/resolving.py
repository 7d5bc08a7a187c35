"""Who is this? The rule that turns identities into contacts. Pure, so that every order can be tried.

Source of the rule: docs/decisions/identity.md (BSUID first, then parent BSUID, then phone; more identities
than known are attached; a phone alone never merges two contacts, for numbers are recycled).
A retired BSUID still leads to whoever had it: the platform never gives one out twice, and messages come late.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from regulars.kernel.ids import new_id

Key = tuple[str, str]
"""(kind, value) of an identity"""


@dataclass(slots=True)
class Known:
    """What the database knows: whose each identity is, and which BSUID each contact already has."""

    owners: dict[Key, UUID]
    bsuids: dict[UUID, set[str]]
    retired: dict[Key, UUID] = field(default_factory=dict)
    """whose an identity was, the last of them; it may belong to somebody else by now"""

    def holder(self, key: Key) -> UUID | None:
        """Who is meant by an identity on its own: a phone's owner of today, a BSUID's only owner ever."""
        owner = self.owners.get(key)
        return self.retired.get(key) if owner is None and key[0] != "phone" else owner


@dataclass(slots=True)
class Resolution:
    """The answer for a batch, and the writes that make it true."""

    contact_ids: list[UUID | None]
    created: dict[UUID, int] = field(default_factory=dict)
    """new contact -> index of the reference that made it"""
    attached: dict[Key, UUID] = field(default_factory=dict)
    moved: dict[Key, UUID] = field(default_factory=dict)
    """a phone that now belongs to somebody else: retire it at its old contact, attach it here"""
    suggestions: set[tuple[UUID, UUID, str]] = field(default_factory=set)


def resolve(
    references: Sequence[Sequence[Key]], known: Known, make_id: Callable[[], UUID] = new_id
) -> Resolution:
    """Find or make the contact of each reference; identities go from the strongest to the weakest."""
    resolution = Resolution(contact_ids=[])
    for index, keys in enumerate(references):
        resolution.contact_ids.append(_resolve_one(index, keys, known, resolution, make_id) if keys else None)
    return resolution


def _resolve_one(
    index: int, keys: Sequence[Key], known: Known, resolution: Resolution, make_id: Callable[[], UUID]
) -> UUID:
    owner = _owner(keys, known)
    if owner is None:
        owner = make_id()
        resolution.created[owner] = index
    for key in keys:
        _attach(key, owner, known, resolution)
    return owner


def _owner(keys: Sequence[Key], known: Known) -> UUID | None:
    """The first identity that is known decides; a phone decides only if no other BSUID contradicts."""
    own_bsuids = {value for kind, value in keys if kind == "bsuid"}
    for kind, value in keys:
        owner = known.holder((kind, value))
        if owner is None:
            continue
        theirs = known.bsuids.get(owner, set())
        if kind == "phone" and own_bsuids and theirs and not own_bsuids & theirs:
            return None
        return owner
    return None


def _attach(key: Key, owner: UUID, known: Known, resolution: Resolution) -> None:
    kind, value = key
    current = known.owners.get(key)
    if current == owner or known.retired.get(key) == owner:
        return  # theirs already, or theirs once: what comes late brings no address back
    if current is not None:
        first, second = sorted((owner, current))
        resolution.suggestions.add((first, second, "same_phone" if kind == "phone" else "same_identity"))
        if kind != "phone" or owner not in resolution.created:
            return
        resolution.moved[key] = owner
    else:
        resolution.attached[key] = owner
    known.owners[key] = owner
    if kind == "bsuid":
        known.bsuids.setdefault(owner, set()).add(value)


def keys_to_look_up(references: Sequence[Sequence[Key]]) -> list[Key]:
    """Every distinct identity of a batch, in a stable order."""
    return sorted({key for keys in references for key in keys})


def known_from_rows(
    rows: Sequence[tuple[str, str, UUID]],
    bsuid_rows: Sequence[tuple[UUID, str]],
    retired_rows: Sequence[tuple[str, str, UUID]] = (),
) -> Known:
    """Build :class:`Known` from (kind, value, contact) and (contact, bsuid) rows; retired ones oldest first."""
    bsuids: dict[UUID, set[str]] = {}
    for contact_id, value in bsuid_rows:
        bsuids.setdefault(contact_id, set()).add(value)
    return Known(
        {(kind, value): contact_id for kind, value, contact_id in rows},
        bsuids,
        {(kind, value): contact_id for kind, value, contact_id in retired_rows},
    )
