"""Connections and numbers: what is connected, whether it works, what the platform must be told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.operations.portfolios import set_portfolio
from regulars.inboxes.access import access_connection, access_inbox
from regulars.inboxes.models import Connection, Inbox, LedgerEntry
from regulars.inboxes.operations import (
    Credentials,
    add_connection,
    add_inbox,
    change_inbox,
    replace_credentials,
)
from regulars.kernel.ids import parse_id
from regulars.web.addresses import public_address
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import ConnectionForm, CredentialsForm, InboxForm, PortfolioForm
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.models import Team

CONNECT_IDS = "connect-%s"


@dataclass(frozen=True, slots=True)
class ConnectionCard:
    """One account with its numbers and what its health is judged by."""

    connection: Connection
    inboxes: list[Inbox]
    webhook_url: str
    last_delivery_at: datetime | None
    inbox_form: InboxForm
    credentials_form: CredentialsForm
    portfolio_form: PortfolioForm


@require_safe
@member_with("connections:manage")
def connections(request: MemberRequest) -> HttpResponse:
    """Every account with its numbers, health and webhook."""
    return render(request, "administration/connections.html", _context(request))


def _context(request: MemberRequest, filled: InboxForm | None = None, **more: Any) -> dict[str, Any]:
    """``filled`` is a number's form with mistakes; ``adding_to`` in ``more`` says of which account."""
    return {
        "cards": _cards(request, more.get("adding_to"), filled, more.get("portfolio_form")),
        "form": ConnectionForm(auto_id=CONNECT_IDS),
        "teams": Team.objects.filter(workspace=request.member.workspace),
        **more,
    }


def _cards(
    request: MemberRequest,
    adding_to: UUID | None = None,
    filled: InboxForm | None = None,
    portfolio_form: PortfolioForm | None = None,
) -> list[ConnectionCard]:
    """Three queries, whatever the number of accounts and numbers."""
    found = list(Connection.objects.filter(workspace_id=request.member.workspace_id).order_by("created_at"))
    numbers: dict[UUID, list[Inbox]] = {each.id: [] for each in found}
    inboxes = Inbox.objects.filter(workspace_id=request.member.workspace_id).prefetch_related("teams")
    for inbox in inboxes.order_by("name", "id"):
        numbers[inbox.connection_id].append(inbox)
    heard = LedgerEntry.objects.filter(connection_id__in=numbers, flow="inbound", outcome="received")
    last = dict(heard.values_list("connection_id").annotate(last=Max("at")))
    return [
        ConnectionCard(
            each,
            numbers[each.id],
            webhook_url(request, each),
            last.get(each.id),
            filled if filled and each.id == adding_to else InboxForm(auto_id=_number_ids(each)),
            CredentialsForm(auto_id=f"credentials-{each.id}-%s"),
            portfolio_form
            if portfolio_form and portfolio_form.auto_id == _portfolio_ids(each)
            else PortfolioForm(auto_id=_portfolio_ids(each), initial={"portfolio": each.portfolio}),
        )
        for each in found
    ]


def _number_ids(connection: Connection) -> str:
    """Ids of a form's fields: several forms stand on the page, and each label must find its own field."""
    return f"number-{connection.id}-%s"


def _portfolio_ids(connection: Connection) -> str:
    return f"portfolio-{connection.id}-%s"


def webhook_url(request: HttpRequest, connection: Connection) -> str:
    """The address to enter at the platform."""
    return public_address(request, f"/webhooks/{connection.channel}/{connection.key}")


@require_POST
@member_with("connections:manage")
def connect(request: MemberRequest) -> HttpResponse:
    """A new account."""
    form = ConnectionForm(request.POST, auto_id=CONNECT_IDS)
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
    return render(
        request, "administration/connections.html", _context(request, form=form, is_adding=True), status=422
    )


@require_POST
@member_with("connections:manage")
def credentials(request: MemberRequest, connection_id: str) -> HttpResponse:
    """A new access token, one more app secret, or the end of the older ones."""
    connection = access_connection(request.actor, parse_id(connection_id))
    form = CredentialsForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        replace_credentials(connection, by=request.actor, **given)
    return redirect("connections")


@require_POST
@member_with("connections:manage")
def portfolio(request: MemberRequest, connection_id: str) -> HttpResponse:
    """Which business portfolio owns the account."""
    connection = access_connection(request.actor, parse_id(connection_id))
    form = PortfolioForm(request.POST, auto_id=_portfolio_ids(connection))
    if form.is_valid():
        wanted = form.cleaned_data["portfolio"]
        if attempt(form, lambda: set_portfolio(connection, wanted, by=request.actor) or True):
            return redirect("connections")
    context = _context(request, portfolio_form=form, naming=connection.id)
    return render(request, "administration/connections.html", context, status=422)


@require_POST
@member_with("inboxes:manage")
def add_number(request: MemberRequest, connection_id: str) -> HttpResponse:
    """One more number of an account."""
    connection = access_connection(request.actor, parse_id(connection_id))
    form = InboxForm(request.POST, auto_id=_number_ids(connection))
    if form.is_valid():
        given = form.cleaned_data
        name, address, display = given["name"], given["address"], given["display_address"]
        if attempt(form, lambda: add_inbox(connection, name, address, display, by=request.actor)):
            return redirect("connections")
    context = _context(request, form, adding_to=connection.id)
    return render(request, "administration/connections.html", context, status=422)


@require_POST
@member_with("inboxes:manage")
def change_number(request: MemberRequest, inbox_id: str) -> HttpResponse:
    """Another name, other teams."""
    inbox = access_inbox(request.actor, parse_id(inbox_id))
    wanted = [each for each in map(parse_id, request.POST.getlist("team")) if each]
    teams = list(Team.objects.filter(workspace_id=request.member.workspace_id, id__in=wanted))
    change_inbox(inbox, by=request.actor, name=request.POST.get("name", inbox.name), teams=teams)
    return redirect("connections")


NUMBERS = SettingsPage(
    key="connections",
    address="numbers",
    view=connections,
    icon="connection",
    label=_("Numbers"),
    words=_("accounts, channels, webhook, credentials, access token"),
    acts=(
        path("settings/numbers/connect", connect, name="connect"),
        path("settings/connections/<str:connection_id>/credentials", credentials, name="credentials"),
        path("settings/connections/<str:connection_id>/portfolio", portfolio, name="portfolio"),
        path("settings/connections/<str:connection_id>/numbers", add_number, name="add-number"),
        path("settings/numbers/<str:inbox_id>", change_number, name="change-number"),
    ),
)
