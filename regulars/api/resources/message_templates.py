"""Message templates: what the accounts have, and fetching their lists anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.parsing import parse_reference
from regulars.api.problems import ProviderFailed
from regulars.api.shapes.common import Ref
from regulars.channels.whatsapp.graph import GraphError
from regulars.channels.whatsapp.reactions import sync_templates_of
from regulars.channels.whatsapp.templates import parse_template
from regulars.inboxes.models import Connection
from regulars.inboxes.queries import connections_in
from regulars.kernel.errors import NotFound
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.queries import count_listed, templates_in
from regulars.workspaces.access import Actor


class VariableShape(msgspec.Struct):
    """A place to fill in: ``key`` such as ``body.1``, ``header.media`` or ``button.0``."""

    key: str
    kind: str
    sample: str
    is_optional: bool


class TemplateShape(msgspec.Struct, kw_only=True):
    """A wording in one language that the provider knows; only those that ``is_sendable`` can be sent."""

    id: str
    connection: Ref
    name: str
    language: str
    category: str
    status: str
    quality: str | None
    reason: str | None
    is_sendable: bool
    is_gone: bool
    """the account no longer lists it"""
    header_kind: str | None
    header: str | None
    body: str
    footer: str | None
    buttons: list[dict[str, Any]]
    variables: list[VariableShape]
    synced_at: datetime


class TemplateQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of templates shows; every parameter narrows."""

    connection: str | None = None
    status: str | None = None
    name: str | None = None
    language: str | None = None


class SyncRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which connection's list to fetch; all of them without one."""

    connection: str | None = None


class SyncResult(msgspec.Struct):
    """How many connections answered, and how many templates they have now."""

    connections: int
    templates: int


def list_templates(actor: Actor, query: TemplateQuery) -> Page[TemplateShape]:
    """The workspace's message templates, the most recently synced first."""
    templates = templates_in(actor.workspace_id)
    if query.connection is not None:
        templates = templates.filter(connection_id=parse_reference(query.connection, "connection"))
    wanted = {"status": query.status, "name": query.name, "language": query.language}
    templates = templates.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows, next_cursor = newest_first(templates, "synced_at", query)
    return Page([_build(row) for row in rows], next_cursor)


def sync_templates(actor: Actor, body: SyncRequest) -> SyncResult:
    """Fetch the list of templates from the provider now."""
    connections = connections_in(actor.workspace_id, "whatsapp")
    if body.connection is not None:
        connections = connections.filter(id=parse_reference(body.connection, "connection"))
        if not connections:
            raise NotFound(_("There is no such connection"))
    answered = [row for row in connections if _sync(row)]
    if len(answered) < len(connections):
        raise ProviderFailed(_("The account refused to list its templates; check its access token"))
    count = count_listed(answered)
    return SyncResult(len(answered), count)


def _sync(connection_row: Connection) -> bool:
    try:
        return sync_templates_of(connection_row)
    except GraphError as error:
        raise ProviderFailed(_("WhatsApp did not answer; try again"), retry_after=30) from error


def _build(row: MessageTemplate) -> TemplateShape:
    template = parse_template(row.listed)
    return TemplateShape(
        id=str(row.id),
        connection=Ref(str(row.connection_id), row.connection.name),
        name=row.name,
        language=row.language,
        category=row.category,
        status=row.status,
        quality=row.quality or None,
        reason=row.reason or None,
        is_sendable=template.is_sendable and not row.is_gone,
        is_gone=row.is_gone,
        header_kind=template.header_kind or None,
        header=template.header or None,
        body=template.body,
        footer=template.footer or None,
        buttons=[msgspec.to_builtins(button) for button in template.buttons],
        variables=[
            VariableShape(each.key, each.kind, each.sample, each.is_optional) for each in template.variables
        ],
        synced_at=row.synced_at,
    )
