"""Read questions about accounts, numbers and what came in over them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Max, QuerySet

from regulars.inboxes.models import Connection, Delivery, Inbox, LedgerEntry
from regulars.workspaces.models import Team


def connections_in(workspace_id: UUID) -> QuerySet[Connection]:
    return Connection.objects.filter(workspace_id=workspace_id).order_by("created_at")


def inboxes_in(workspace_id: UUID) -> QuerySet[Inbox]:
    """Whoever staffs them; for the pages of those who run them."""
    return Inbox.objects.filter(workspace_id=workspace_id)


def names_of_addresses(connection_id: UUID, addresses: Collection[str]) -> dict[str, str]:
    found = Inbox.objects.filter(connection_id=connection_id, address__in=list(addresses))
    return dict(found.values_list("address", "name"))


def last_heard(connection_ids: Collection[UUID]) -> dict[UUID, datetime]:
    heard = LedgerEntry.objects.filter(connection_id__in=connection_ids, flow="inbound", outcome="received")
    return dict(heard.values_list("connection_id").annotate(last=Max("at")))


def staffing_teams(inbox_ids: Collection[UUID]) -> list[tuple[UUID, UUID, str]]:
    """(number, team, its name), by name."""
    teams = Team.objects.filter(inboxes__id__in=inbox_ids).order_by("name", "id")
    return list(teams.values_list("inboxes__id", "id", "name"))


def bodies_of(delivery_ids: Collection[int]) -> dict[int, tuple[bytes, str]]:
    """Delivery -> its bytes and channel, of those still kept; the caller may see what is in them."""
    found = Delivery.objects.filter(id__in=delivery_ids)
    rows = found.values_list("id", "body", "connection__channel")
    return {delivery_id: (bytes(body), channel) for delivery_id, body, channel in rows}
