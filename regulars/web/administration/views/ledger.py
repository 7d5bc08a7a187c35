"""The ledger: both equations written out, per number, with what was refused and what is not known."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from regulars.conversations.events import MESSAGE_EVENTS
from regulars.conversations.ledger import read_ledger, read_unknown
from regulars.inboxes.events import INBOX_EVENTS, DeliveriesReplayed, DeliveryFailed
from regulars.inboxes.ledger import Ledger
from regulars.inboxes.queries import inboxes_in
from regulars.kernel import clock
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage

UNKNOWN_LIMIT = 100
COLUMNS = (
    Column(gettext_lazy("Number")),
    Column(gettext_lazy("Received"), is_number=True),
    Column(gettext_lazy("Stored"), is_number=True),
    Column(gettext_lazy("Duplicate"), is_number=True),
    Column(gettext_lazy("Rejected"), is_number=True),
    Column(gettext_lazy("Pending"), is_number=True),
    Column(gettext_lazy("Intended"), is_number=True),
    Column(gettext_lazy("Accepted"), is_number=True),
    Column(gettext_lazy("Refused"), is_number=True),
    Column(gettext_lazy("Unknown"), is_number=True),
    Column(gettext_lazy("Pending"), is_number=True),
    Column(gettext_lazy("Adds up"), is_hidden=True),
)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One number's (or address's) part of the ledger."""

    name: str
    ledger: Ledger


@require_safe
@member_with("ledger:read")
def ledger(request: MemberRequest) -> HttpResponse:
    total, parts = read_ledger(request.member.workspace_id)
    names = {
        (inbox.connection_id, inbox.address): inbox.name for inbox in inboxes_in(request.member.workspace_id)
    }
    lines = [LedgerLine(names.get(key) or _words_for_address(key[1]), part) for key, part in parts.items()]
    context = {
        "total": total,
        "columns": COLUMNS,
        "lines": sorted(lines, key=lambda line: line.name.casefold()),
        "unknown": read_unknown(request.member.workspace_id, UNKNOWN_LIMIT),
        "as_of": clock.now(),
        "can_replay": request.actor.can("connections:manage"),
    }
    return render(request, "administration/ledger.html", context)


def _words_for_address(address: str) -> str:
    return _("Number %(address)s (not added)") % {"address": address} if address else _("The account itself")


LEDGER = SettingsPage(
    key="ledger",
    address="ledger",
    view=ledger,
    icon="ledger",
    label=gettext_lazy("Ledger"),
    words=gettext_lazy("received, sent, counts, does it add up"),
    changed_by=(*MESSAGE_EVENTS, DeliveriesReplayed, DeliveryFailed, *INBOX_EVENTS),
)
