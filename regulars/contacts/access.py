"""The only door to a contact from outside this room."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet

from regulars.contacts.models import Contact, ContactIdentity
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor


def access_contact(actor: Actor, contact_id: UUID | None) -> Contact:
    """The contact, if it is of the actor's workspace; else :class:`NotFound`."""
    actor.require("contacts:read")
    found = contacts_of(actor).filter(id=contact_id).first() if contact_id else None
    if found is None:
        raise NotFound("no such contact")
    return found


def contacts_of(actor: Actor) -> QuerySet[Contact]:
    """Every contact of the actor's workspace."""
    return Contact.objects.filter(workspace_id=actor.workspace_id).select_related("owner__user")


def names_at(workspace_id: UUID, addresses: Collection[str]) -> dict[str, str]:
    """What the people at these addresses (phones, user ids) are called; unknown ones are left out."""
    known = ContactIdentity.objects.filter(
        workspace_id=workspace_id, value__in=addresses, retired_at=None
    ).select_related("contact")
    return {identity.value: identity.contact.display_name for identity in known}
