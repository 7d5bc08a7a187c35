"""The only door to connections, inboxes and stored deliveries from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.inboxes.models import Connection, Delivery, Inbox, sealed_fields
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor


def access_inbox(actor: Actor, inbox_id: UUID | None) -> Inbox:
    actor.require("inboxes:read")
    found = inboxes_of(actor).filter(id=inbox_id).first() if inbox_id else None
    if found is None:
        raise NotFound(_("There is no such number, or you may not see it"))
    return found


def inboxes_of(actor: Actor) -> QuerySet[Inbox]:
    inboxes = Inbox.objects.filter(workspace_id=actor.workspace_id, is_active=True).select_related(
        "connection"
    )
    if not actor.sees_all:
        inboxes = inboxes.filter(Q(teams__isnull=True) | Q(teams__in=actor.team_ids)).distinct()
    return inboxes.order_by("name", "id")


def access_connection(actor: Actor, connection_id: UUID | None) -> Connection:
    actor.require("connections:manage")
    found = (
        Connection.objects.filter(workspace_id=actor.workspace_id, id=connection_id).first()
        if connection_id
        else None
    )
    if found is None:
        raise NotFound(_("There is no such account, or you may not see it"))
    return found


def access_delivery(actor: Actor, delivery_id: int, *, with_body: bool = False) -> Delivery:
    rows = deliveries_of(actor)
    if with_body:
        rows = rows.defer(None).defer(*sealed_fields("connection__"))
    found = rows.filter(id=delivery_id).first()
    if found is None:
        days = settings.RAW_DELIVERY_RETENTION_DAYS
        raise NotFound(
            _("There is no such delivery here; deliveries are kept for %(days)d days") % {"days": days}
        )
    return found


def deliveries_of(actor: Actor) -> QuerySet[Delivery]:
    actor.require("connections:manage")
    own = Connection.objects.filter(workspace_id=actor.workspace_id)
    rows = Delivery.objects.filter(connection_id__in=list(own.values_list("id", flat=True)))
    return rows.select_related("connection").defer("body", *sealed_fields("connection__"))
