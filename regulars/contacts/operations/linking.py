"""A person's address changed: the old and the new one belong to the same contact (reference §3)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from regulars.contacts.events import ContactChanged
from regulars.contacts.models import Contact, ContactIdentity, MergeSuggestion
from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
from regulars.contacts.resolving import Key
from regulars.kernel import clock
from regulars.kernel.events import record


@transaction.atomic
def link_identities(
    workspace_id: UUID, channel: str, previous: Sequence[Key], current: Sequence[Key]
) -> UUID | None:
    """Attach ``current`` to the contact known by ``previous`` and retire the replaced ones.

    When the new address already belongs to somebody (they wrote before the platform told us), nothing merges:
    a suggestion waits for a person. Returns the contact, None when both sides are empty.
    """
    (contact_id,) = identify_contacts(workspace_id, channel, [PersonSeen(tuple(previous or current))])
    if contact_id is None:
        return None
    for kind, value in current:
        _attach(workspace_id, channel, contact_id, kind, value)
    new_kinds = {kind for kind, _value in current}
    gone = [key for key in previous if key[0] in new_kinds and key not in current]
    for kind, value in gone:
        ContactIdentity.objects.filter(
            workspace_id=workspace_id,
            channel=channel,
            kind=kind,
            value=value,
            contact_id=contact_id,
            retired_at=None,
        ).update(retired_at=clock.now())
    phone = next((value for kind, value in current if kind == "phone"), "")
    if phone:
        Contact.objects.filter(id=contact_id).update(phone=phone, updated_at=clock.now())
    record(ContactChanged(workspace_id, contact_id))
    return contact_id


def _attach(workspace_id: UUID, channel: str, contact_id: UUID, kind: str, value: str) -> None:
    holder = ContactIdentity.objects.filter(
        workspace_id=workspace_id, channel=channel, kind=kind, value=value, retired_at=None
    ).first()
    if holder is None:
        ContactIdentity.objects.create(
            workspace_id=workspace_id, channel=channel, kind=kind, value=value, contact_id=contact_id
        )
    elif holder.contact_id != contact_id:
        first, second = sorted((holder.contact_id, contact_id))
        MergeSuggestion.objects.get_or_create(
            first_id=first,
            second_id=second,
            defaults={"workspace_id": workspace_id, "reason": "number_changed"},
        )
