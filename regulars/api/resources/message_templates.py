"""Message templates: what the accounts have, and fetching their lists anew."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from django.utils.translation import gettext as _

from regulars.api.paging import Page, PageQuery, last_made_first
from regulars.api.parsing import parse_reference
from regulars.api.problems import ProviderFailed
from regulars.api.shapes.common import Id, Ref
from regulars.channels.record import NotAnswered
from regulars.channels.register import channel_of
from regulars.inboxes.channels import facts_of
from regulars.inboxes.models import Connection
from regulars.inboxes.ports.templates import TemplateButton, VariableKind
from regulars.inboxes.queries import connections_in
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.message_templates.access import templates_visible_to
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.queries import count_listed
from regulars.workspaces.access import Actor


class VariableShape(msgspec.Struct):
    """A place to fill in."""

    key: Annotated[str, told("Such as `body.1`, `header.media` or `button.0`.", "body.1")]
    kind: Annotated[VariableKind, told("What it is filled with.", "text")]
    sample: Annotated[str, told("What the platform saw as its example; may be empty.", "4821")]
    is_optional: Annotated[bool, told("Whether it may stay open.", False)]


class TemplateShape(msgspec.Struct, kw_only=True):
    """A wording in one language that the provider knows; only those that ``is_sendable`` can be sent."""

    id: Id
    connection: Annotated[Ref, told("The account that has it.")]
    name: Annotated[str, told("Of the template.", "order_shipped")]
    language: Annotated[str, told("Of the wording.", "en_US")]
    category: Annotated[str, told("The platform's word.", "UTILITY")]
    status: Annotated[str, told("The platform's word.", "APPROVED")]
    quality: Annotated[str | None, told("The platform's word for how well it is liked.", "GREEN")]
    reason: Annotated[str | None, told("Why the platform refused or paused it.", "INVALID_FORMAT")]
    is_sendable: Annotated[bool, told("Whether the platform and we can send it.", True)]
    is_gone: Annotated[bool, told("The account no longer lists it.", False)]
    header_kind: Annotated[
        Literal["text", "image", "video", "document", "location"] | None,
        told("What stands above the text.", "text"),
    ]
    header: Annotated[str | None, told("A text above the text.", "Your order")]
    body: Annotated[str, told("The text; `{{1}}` stands for a value.", "Order {{1}} is on its way.")]
    footer: Annotated[str | None, told("The small line below.", "Lotus Shop")]
    buttons: Annotated[list[TemplateButton], told("Its buttons, in their order.")]
    variables: Annotated[list[VariableShape], told("What is to be filled in.")]
    synced_at: Annotated[Moment, told("When we last asked the account.")]


class TemplateQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of templates shows; every parameter narrows."""

    connection: Annotated[str | None, told("A connection's id.", EXAMPLE_ID)] = None
    status: Annotated[str | None, told("In the platform's word.", "APPROVED")] = None
    name: Annotated[str | None, told("Of this name only.", "order_shipped")] = None
    language: Annotated[str | None, told("In this language only.", "en_US")] = None


class SyncRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whose list to fetch."""

    connection: Annotated[str | None, told("A connection's id; all of them without one.", EXAMPLE_ID)] = None


class SyncResult(msgspec.Struct):
    """What came of it."""

    connections: Annotated[int, told("How many connections answered.", 1)]
    templates: Annotated[int, told("How many templates they have now.", 24)]


def list_templates(actor: Actor, query: TemplateQuery) -> Page[TemplateShape]:
    """The workspace's message templates, the last one that we learned of first."""
    templates = templates_visible_to(actor)
    if query.connection is not None:
        templates = templates.filter(connection_id=parse_reference(query.connection, "connection"))
    wanted = {"status": query.status, "name": query.name, "language": query.language}
    templates = templates.filter(**{name: value for name, value in wanted.items() if value is not None})
    rows, next_cursor = last_made_first(templates, query)
    return Page([_build(row) for row in rows], next_cursor)


def sync_templates(actor: Actor, body: SyncRequest) -> SyncResult:
    """Fetch the list of templates from the provider now."""
    connections = connections_in(actor.workspace_id)
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
    templates = channel_of(connection_row.channel).templates
    try:
        return templates is None or templates.sync(connection_row)
    except NotAnswered as error:
        sentence = _("%(channel)s did not answer; try again")
        names = {"channel": facts_of(connection_row.channel).name}
        raise ProviderFailed(sentence % names, retry_after=30) from error


def _build(row: MessageTemplate) -> TemplateShape:
    template = facts_of(row.connection.channel).read_template(row.listed)
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
        buttons=list(template.buttons),
        variables=[
            VariableShape(each.key, each.kind, each.sample, each.is_optional) for each in template.variables
        ],
        synced_at=row.synced_at,
    )
