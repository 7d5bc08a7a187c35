"""The only door to a contact from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from regulars.contacts.models import Contact
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
