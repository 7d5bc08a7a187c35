"""The message templates of the accounts, as the platform holds them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.channels.record import NotAnswered
from regulars.channels.register import channel_of
from regulars.inboxes.channels import every_channel, facts_of
from regulars.inboxes.events import CONNECTION_EVENTS
from regulars.inboxes.models import Connection
from regulars.inboxes.ports import RenderedTemplate
from regulars.inboxes.queries import connections_in
from regulars.kernel.errors import ProductError
from regulars.message_templates.access import templates_visible_to
from regulars.message_templates.events import TEMPLATE_EVENTS
from regulars.message_templates.models import MessageTemplate
from regulars.web.administration.answers import done
from regulars.web.doors import MemberRequest, member_with
from regulars.web.intents import talks_to_provider
from regulars.web.settings.page import SettingsPage


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A stored template and how it looks with the platform's samples."""

    row: MessageTemplate
    shown: RenderedTemplate


@require_safe
@member_with("message_templates:read")
def message_templates(request: MemberRequest) -> HttpResponse:
    rows = templates_visible_to(request.actor).filter(is_gone=False)
    cards = [_card(row) for row in rows.order_by("name", "language")]
    context = {
        "cards": cards,
        "synced_at": max((card.row.synced_at for card in cards), default=None),
        "editors": ", ".join(filter(None, (each.template_editor for each in every_channel()))),
        "can_sync": request.actor.can("message_templates:manage"),
    }
    return render(request, "administration/message_templates.html", context)


def _card(row: MessageTemplate) -> TemplateCard:
    facts = facts_of(row.connection.channel)
    template = facts.read_template(row.listed)
    return TemplateCard(row, facts.render_template(template, template.samples))


class SyncRefused(ProductError):
    """The platform did not hand out its list."""

    code = "sync-refused"
    status = HTTPStatus.BAD_GATEWAY


@require_POST
@member_with("message_templates:manage")
@talks_to_provider
def sync(request: MemberRequest) -> HttpResponse:
    accounts = connections_in(request.member.workspace_id)
    refused = [account.name for account in accounts if not _sync(account)]
    if refused:
        raise SyncRefused(_("No answer for: %(names)s. The old list stays.") % {"names": ", ".join(refused)})
    return done(request, _("The templates are up to date"), "message-templates")


def _sync(account: Connection) -> bool:
    """One account stops no other; one whose platform knows no templates is up to date."""
    templates = channel_of(account.channel).templates
    try:
        return templates is None or templates.sync(account)
    except NotAnswered:
        return False


MESSAGE_TEMPLATES = SettingsPage(
    key="message-templates",
    address="templates",
    view=message_templates,
    icon="template",
    label=gettext_lazy("Templates"),
    words=gettext_lazy("message templates, approval, quality"),
    changed_by=(*TEMPLATE_EVENTS, *CONNECTION_EVENTS),
    acts=(path("settings/templates/sync", sync, name="sync-templates"),),
)
