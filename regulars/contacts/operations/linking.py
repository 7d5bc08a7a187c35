"""A person's address changed: the old and the new one belong to the same contact (reference §3)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from regulars.contacts.events import ContactChanged
from regulars.contacts.models import ContactIdentity, MergeSuggestion
from regulars.contacts.operations.identifying import (
    PersonSeen,
    copy_phones,
    identify_contacts,
    identity_lanes,
    read_known,
)
from regulars.contacts.resolving import Key, Known
from regulars.kernel import clock
from regulars.kernel.events import record
from regulars.kernel.locks import lock_keys


@transaction.atomic
def link_identities(
    workspace_id: UUID, channel: str, previous: Sequence[Key], current: Sequence[Key]
) -> UUID | None:
    """Attach ``current`` to the contact known by ``previous`` and retire the replaced ones.

    When the new address already belongs to somebody (they wrote before the platform told us), nothing merges:
    a suggestion waits for a person. Repeating it changes nothing. Returns the contact, None when both sides are
    empty.
    """
    keys = [*previous, *current]
    if not keys:
        return None
    lock_keys(identity_lanes(workspace_id, channel, keys))
    known = read_known(workspace_id, channel, keys)
    contact_id = _known_contact(known, previous, current) or _new_contact(
        workspace_id, channel, previous or current
    )
    attached = [_attach(workspace_id, channel, contact_id, key, known) for key in current]
    new_kinds = {kind for kind, _value in current}
    gone = [key for key in previous if key[0] in new_kinds and key not in current]
    retired = [_retire(workspace_id, channel, contact_id, key) for key in gone]
    if any(attached) or any(retired):
        copy_phones([contact_id])
        record(ContactChanged(workspace_id, contact_id))
    return contact_id


def _known_contact(known: Known, previous: Sequence[Key], current: Sequence[Key]) -> UUID | None:
    """Whoever has the old address; else, for what was linked before, whoever has the new one."""
    return next(
        filter(None, [*map(known.holder, previous), *(known.owners.get(key) for key in current)]), None
    )


def _new_contact(workspace_id: UUID, channel: str, keys: Sequence[Key]) -> UUID:
    (contact_id,) = identify_contacts(workspace_id, channel, [PersonSeen(tuple(keys))])
    assert contact_id is not None  # noqa: S101 - who has an identity has a contact
    return contact_id


def _attach(workspace_id: UUID, channel: str, contact_id: UUID, key: Key, known: Known) -> bool:
    """Give the contact an identity, unless it has it or another one is known by it; true if it was given."""
    holder = known.holder(key)
    if holder == contact_id:
        return False
    if holder is not None:
        _suggest(workspace_id, holder, contact_id)
        return False
    _row, made = ContactIdentity.objects.get_or_create(
        workspace_id=workspace_id,
        channel=channel,
        kind=key[0],
        value=key[1],
        retired_at=None,
        defaults={"contact_id": contact_id},
    )
    return made


def _suggest(workspace_id: UUID, one: UUID, other: UUID) -> None:
    first, second = sorted((one, other))
    MergeSuggestion.objects.get_or_create(
        first_id=first,
        second_id=second,
        defaults={"workspace_id": workspace_id, "reason": "number_changed"},
    )


def _retire(workspace_id: UUID, channel: str, contact_id: UUID, key: Key) -> bool:
    mine = Q(workspace_id=workspace_id, channel=channel, contact_id=contact_id, kind=key[0], value=key[1])
    return bool(ContactIdentity.objects.filter(mine, retired_at=None).update(retired_at=clock.now()))
