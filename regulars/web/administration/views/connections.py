"""Connections and numbers: what is connected, whether it works, what the platform must be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.operations.portfolios import set_portfolio
from regulars.inboxes.access import access_connection, access_inbox
from regulars.inboxes.events import CONNECTION_EVENTS, INBOX_EVENTS, NoticeReceived
from regulars.inboxes.models import Connection, Inbox
from regulars.inboxes.operations import (
    Credentials,
    add_connection,
    add_inbox,
    change_inbox,
    replace_credentials,
)
from regulars.inboxes.queries import connections_in, inboxes_in, last_heard
from regulars.kernel.ids import parse_id
from regulars.web.addresses import public_address
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import (
    ConnectionForm,
    CredentialsForm,
    InboxForm,
    NumberForm,
    PortfolioForm,
)
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.events import TEAM_EVENTS
from regulars.workspaces.models import Team
from regulars.workspaces.queries import teams_of


@dataclass(frozen=True, slots=True)
class NumberRow:
    inbox: Inbox
    changing: FormDialog


@dataclass(frozen=True, slots=True)
class ConnectionCard:
    """One account with its numbers and what its health is judged by."""

    connection: Connection
    numbers: list[NumberRow]
    webhook_url: str
    last_delivery_at: datetime | None
    adding: FormDialog
    replacing: FormDialog
    naming: FormDialog


@require_safe
@member_with("connections:manage")
def connections(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/connections.html", _context(request))


def _context(request: MemberRequest, refused: FormDialog | None = None) -> dict[str, Any]:
    """``refused`` stands in the place of the dialog with its key, and is open."""
    connecting = _connecting(ConnectionForm())
    return {
        "cards": _cards(request, refused),
        "connecting": _instead(refused, connecting),
    }


def _instead(refused: FormDialog | None, dialog: FormDialog) -> FormDialog:
    return refused if refused and refused.key == dialog.key else dialog


def _refused(request: MemberRequest, dialog: FormDialog) -> HttpResponse:
    return render(request, "administration/connections.html", _context(request, dialog), status=422)


def _cards(request: MemberRequest, refused: FormDialog | None) -> list[ConnectionCard]:
    """Four queries and one for the numbers' teams, whatever the number of accounts and numbers."""
    found = list(connections_in(request.member.workspace_id))
    numbers: dict[UUID, list[Inbox]] = {each.id: [] for each in found}
    inboxes = inboxes_in(request.member.workspace_id).prefetch_related("teams")
    for inbox in inboxes.order_by("name", "id"):
        numbers[inbox.connection_id].append(inbox)
    teams = list(teams_of(request.actor.workspace_id))
    last = last_heard(numbers)
    return [
        ConnectionCard(
            each,
            [_number(inbox, teams, refused) for inbox in numbers[each.id]],
            webhook_url(request, each),
            last.get(each.id),
            _instead(refused, _adding(each, InboxForm())),
            _instead(refused, _replacing(each, CredentialsForm(secret_count=len(each.secrets)))),
            _instead(refused, _naming(each, PortfolioForm(initial={"portfolio": each.portfolio}))),
        )
        for each in found
    ]


def _number(inbox: Inbox, teams: Sequence[Team], refused: FormDialog | None) -> NumberRow:
    staffing = [str(team.id) for team in inbox.teams.all()]
    known = {"name": inbox.name, "team": staffing, "paused_reason": inbox.paused_reason}
    form = NumberForm(teams=teams, initial=known)
    return NumberRow(inbox, _instead(refused, _changing(inbox, form)))


def _connecting(form: ConnectionForm) -> FormDialog:
    return FormDialog(
        key="connect",
        title=_("Connect a WhatsApp Business account"),
        action=reverse("connect"),
        form=form,
        submit=_("Connect"),
    )


def _adding(connection: Connection, form: InboxForm) -> FormDialog:
    return FormDialog.about_one("add-number", connection, form, title=_("Add a number"), submit=_("Add"))


def _replacing(connection: Connection, form: CredentialsForm) -> FormDialog:
    note = _("Empty fields stay as they are.")
    title, submit = _("Replace credentials"), _("Replace")
    return FormDialog.about_one("credentials", connection, form, title=title, submit=submit, note=note)


def _naming(connection: Connection, form: PortfolioForm) -> FormDialog:
    note = _("A contact’s ids are valid inside one portfolio. What is known so far moves along.")
    title, submit = _("Business portfolio"), _("Save")
    return FormDialog.about_one("portfolio", connection, form, title=title, submit=submit, note=note)


def _changing(inbox: Inbox, form: NumberForm) -> FormDialog:
    return FormDialog.about_one("change-number", inbox, form, title=inbox.name, submit=_("Save"))


def webhook_url(request: HttpRequest, connection: Connection) -> str:
    return public_address(request, f"/webhooks/{connection.channel}/{connection.key}")


@require_POST
@member_with("connections:manage")
def connect(request: MemberRequest) -> HttpResponse:
    form = ConnectionForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        credentials = Credentials(
            given["account_id"],
            given["access_token"],
            (given["app_secret"],),
            portfolio=given["portfolio"],
        )
        workspace_id = request.member.workspace_id
        if attempt(
            form,
            lambda: add_connection(workspace_id, "whatsapp", given["name"], credentials, by=request.actor),
        ):
            return redirect("connections")
    return _refused(request, _connecting(form))


@require_POST
@member_with("connections:manage")
def credentials(request: MemberRequest, connection_id: str) -> HttpResponse:
    connection = access_connection(request.actor, parse_id(connection_id))
    form = CredentialsForm(request.POST, secret_count=len(connection.secrets))
    if form.is_valid():
        given = form.cleaned_data
        if attempt(form, lambda: replace_credentials(connection, by=request.actor, **given) or True):
            return redirect("connections")
    return _refused(request, _replacing(connection, form))


@require_POST
@member_with("connections:manage")
def portfolio(request: MemberRequest, connection_id: str) -> HttpResponse:
    connection = access_connection(request.actor, parse_id(connection_id))
    form = PortfolioForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data["portfolio"]
        if attempt(form, lambda: set_portfolio(connection, wanted, by=request.actor) or True):
            return redirect("connections")
    return _refused(request, _naming(connection, form))


@require_POST
@member_with("inboxes:manage")
def add_number(request: MemberRequest, connection_id: str) -> HttpResponse:
    connection = access_connection(request.actor, parse_id(connection_id))
    form = InboxForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        name, address, display = given["name"], given["address"], given["display_address"]
        if attempt(form, lambda: add_inbox(connection, name, address, display, by=request.actor)):
            return redirect("connections")
    return _refused(request, _adding(connection, form))


@require_POST
@member_with("inboxes:manage")
def change_number(request: MemberRequest, inbox_id: str) -> HttpResponse:
    inbox = access_inbox(request.actor, parse_id(inbox_id))
    teams = list(teams_of(request.actor.workspace_id))
    form = NumberForm(request.POST, teams=teams)
    if form.is_valid():
        name = form.cleaned_data["name"]
        reason = form.cleaned_data["paused_reason"] if "paused_reason" in request.POST else None
        chosen = [team for team in teams if str(team.id) in form.cleaned_data["team"]]
        if attempt(
            form,
            lambda: (
                change_inbox(inbox, by=request.actor, name=name, teams=chosen, paused_reason=reason) or True
            ),
        ):
            return redirect("connections")
    return _refused(request, _changing(inbox, form))


NUMBERS = SettingsPage(
    key="connections",
    address="numbers",
    view=connections,
    icon="connection",
    label=gettext_lazy("Numbers"),
    words=gettext_lazy("accounts, channels, webhook, credentials, access token"),
    changed_by=(*CONNECTION_EVENTS, *INBOX_EVENTS, *TEAM_EVENTS, NoticeReceived),
    acts=(
        path("settings/numbers/connect", connect, name="connect"),
        path("settings/connections/<str:connection_id>/credentials", credentials, name="credentials"),
        path("settings/connections/<str:connection_id>/portfolio", portfolio, name="portfolio"),
        path("settings/connections/<str:connection_id>/numbers", add_number, name="add-number"),
        path("settings/numbers/<str:inbox_id>", change_number, name="change-number"),
    ),
)
