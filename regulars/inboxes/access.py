"""The only door to connections and inboxes from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.inboxes.models import Connection, Inbox
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor


def access_inbox(actor: Actor, inbox_id: UUID | None) -> Inbox:
    """The inbox, if the actor staffs it (or sees all); else :class:`NotFound`."""
    actor.require("inboxes:read")
    found = inboxes_of(actor).filter(id=inbox_id).first() if inbox_id else None
    if found is None:
        raise NotFound(_("There is no such number, or you may not see it"))
    return found


def inboxes_of(actor: Actor) -> QuerySet[Inbox]:
    """The numbers that the actor staffs, by name."""
    inboxes = Inbox.objects.filter(workspace_id=actor.workspace_id, is_active=True).select_related(
        "connection"
    )
    if not actor.sees_all:
        inboxes = inboxes.filter(Q(teams__isnull=True) | Q(teams__in=actor.team_ids)).distinct()
    return inboxes.order_by("name", "id")


def access_connection(actor: Actor, connection_id: UUID | None) -> Connection:
    """The connection, for those who run connections."""
    actor.require("connections:manage")
    found = (
        Connection.objects.filter(workspace_id=actor.workspace_id, id=connection_id).first()
        if connection_id
        else None
    )
    if found is None:
        raise NotFound(_("There is no such account, or you may not see it"))
    return found
