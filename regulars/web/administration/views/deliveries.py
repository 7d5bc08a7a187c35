"""What came by webhook, what reactions could not digest, what the platform told; and reading it again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.channels.decoding import NotJSON, TooDeep, load_body
from regulars.contacts.events import MERGE_EVENTS, SUGGESTION_EVENTS
from regulars.conversations.events import MessageReceived, MessageStatusChanged
from regulars.inboxes.access import access_delivery
from regulars.inboxes.events import INBOX_EVENTS, DeliveriesReplayed, DeliveryFailed, NoticeReceived
from regulars.inboxes.models import Delivery
from regulars.inboxes.queries import names_of_addresses
from regulars.inboxes.replaying import (
    WhichDeliveries,
    find_deliveries,
    notices_of,
    open_delivery,
    replay_deliveries,
    start_replay,
)
from regulars.kernel.errors import NotFound
from regulars.kernel.events import PARKING_EVENTS
from regulars.kernel.ids import parse_id, parse_serial
from regulars.web.administration.answers import done
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.people.panel import suggestion_count
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import access_parked_event, parked_events_of
from regulars.workspaces.parked_events import retry_parked_events
from regulars.workspaces.sight import NUMBERS, PROTECTED

PAGE_SIZE = 50
LONGEST_SHOWN = 200_000
"""characters of a body; REST gives the whole"""
FAILED = WhichDeliveries(state="failed")
COLUMNS = (
    Column(gettext_lazy("Received")),
    Column(gettext_lazy("Account")),
    Column(gettext_lazy("Updates"), is_number=True),
    Column(gettext_lazy("State")),
)


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery as the list and its own page show it."""

    row: Delivery
    update_count: int

    @property
    def is_waiting(self) -> bool:
        return self.row.state == "pending"


@require_safe
@member_with("connections:manage")
def deliveries(request: MemberRequest) -> HttpResponse:
    state = "failed" if request.GET.get("state") == "failed" else ""
    rows = find_deliveries(request.actor, WhichDeliveries(state=state))
    shown, next_url = _page(request, rows, state=state)
    context = {
        "part": "deliveries",
        "columns": COLUMNS,
        "state": state,
        "rows": [_line(row) for row in shown],
        "failed_count": find_deliveries(request.actor, FAILED).count(),
        "next_url": next_url,
    }
    return _render(request, "deliveries.html", context)


@require_safe
@member_with("connections:manage")
def parked(request: MemberRequest) -> HttpResponse:
    rows = parked_events_of(request.actor)
    shown, next_url = _page(request, rows)
    context = {"part": "parked", "rows": shown, "parked_count": rows.count(), "next_url": next_url}
    return _render(request, "parked_events.html", context)


@require_safe
@member_with("connections:manage")
def notices(request: MemberRequest) -> HttpResponse:
    place = parse_id(request.GET.get("before", ""))
    rows = notices_of(request.actor)
    before = rows.filter(id=place).first() if place else None
    if before is not None:
        rows = rows.filter(at__lte=before.at).exclude(at=before.at, id__gte=before.id)
    found = list(rows.order_by("-at", "-id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    next_url = _next_url(request, before=str(shown[-1].id)) if len(found) > PAGE_SIZE else ""
    waiting = suggestion_count(request.actor)
    context = {"part": "notices", "rows": shown, "next_url": next_url, "suggestion_count": waiting}
    return _render(request, "notices.html", context)


@require_safe
@member_with("connections:manage")
def delivery(request: MemberRequest, delivery_id: str) -> HttpResponse:
    """The audit trail notes who looked."""
    row = open_delivery(_serial(delivery_id), by=request.actor)
    sees_all = request.actor.can(NUMBERS) and request.actor.can(PROTECTED)
    text = _pretty(bytes(row.body)) if sees_all else ""
    context = {
        "part": "deliveries",
        "line": _line(row),
        "text": text[:LONGEST_SHOWN],
        "sees_all": sees_all,
        "is_cut": len(text) > LONGEST_SHOWN,
        "updates": _updates(row),
    }
    return _render(request, "delivery.html", context)


@require_POST
@member_with("connections:manage")
def replay(request: MemberRequest, delivery_id: str) -> HttpResponse:
    row = access_delivery(request.actor, _serial(delivery_id))
    return _replayed(request, replay_deliveries(WhichDeliveries(ids=[row.id]), by=request.actor))


@require_POST
@member_with("connections:manage")
def replay_failed(request: MemberRequest) -> HttpResponse:
    start_replay(FAILED, by=request.actor)
    return done(request, _("It is being done; “What is running” says how far it is"), "deliveries")


@require_POST
@member_with("connections:manage")
def retry(request: MemberRequest, event_id: str) -> HttpResponse:
    row = access_parked_event(request.actor, _serial(event_id))
    return _retried(request, retry_parked_events(by=request.actor, ids=[row.id]))


@require_POST
@member_with("connections:manage")
def retry_all(request: MemberRequest) -> HttpResponse:
    return _retried(request, retry_parked_events(by=request.actor))


def _replayed(request: MemberRequest, count: int) -> HttpResponse:
    told = ngettext("%(count)s delivery is read again", "%(count)s deliveries are read again", count)
    return done(request, told % {"count": count}, "deliveries")


def _retried(request: MemberRequest, count: int) -> HttpResponse:
    told = ngettext("%(count)d event is tried again", "%(count)d events are tried again", count)
    return done(request, told % {"count": count}, "parked-events")


def _render(request: MemberRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    shared = {
        "tabs": [
            ("deliveries", _("Deliveries"), reverse("deliveries")),
            ("parked", _("Parked events"), reverse("parked-events")),
            ("notices", _("Notices"), reverse("notices")),
        ],
        "first_url": request.path if "before" in request.GET else "",
    }
    return render(request, f"administration/{template}", {**shared, **context})


def _page(request: HttpRequest, rows: Any, **more: str) -> tuple[list[Any], str]:
    """Of rows whose ids count up; the address of the next page is empty on the last."""
    before = parse_serial(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(id__lt=before)
    found = list(rows.order_by("-id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    is_last = len(found) <= PAGE_SIZE
    return shown, "" if is_last else _next_url(request, before=str(shown[-1].id), **more)


def _next_url(request: HttpRequest, **query: str) -> str:
    return f"{request.path}?{urlencode({name: value for name, value in query.items() if value})}"


def _line(row: Delivery) -> DeliveryLine:
    return DeliveryLine(row, sum(row.update_counts.values()))


def _updates(row: Delivery) -> list[tuple[str, str, int]]:
    """Per number: its name, empty when it is not added, its address at the platform, and how many updates."""
    names = names_of_addresses(row.connection_id, row.update_counts)
    return [(names.get(address, ""), address, count) for address, count in sorted(row.update_counts.items())]


def _serial(text: str) -> int:
    serial = parse_serial(text)
    if serial is None:
        raise NotFound(_("There is no such object"))
    return serial


def _pretty(raw: bytes) -> str:
    try:
        return json.dumps(load_body(raw), ensure_ascii=False, indent=2)
    except (NotJSON, TooDeep, RecursionError):
        return raw.decode("utf-8", "replace")


DELIVERIES = SettingsPage(
    key="deliveries",
    address="deliveries",
    view=deliveries,
    icon="delivery",
    label=gettext_lazy("Deliveries"),
    words=gettext_lazy("webhooks, what came in, read again, parked events, notices"),
    changed_by=(
        MessageReceived,
        MessageStatusChanged,
        DeliveriesReplayed,
        DeliveryFailed,
        NoticeReceived,
        *PARKING_EVENTS,
        *MERGE_EVENTS,
        *SUGGESTION_EVENTS,
        *INBOX_EVENTS,
    ),
    acts=(
        path("settings/deliveries/failed/replay", replay_failed, name="replay-failed"),
        path("settings/deliveries/<str:delivery_id>", delivery, name="delivery"),
        path("settings/deliveries/<str:delivery_id>/replay", replay, name="replay-delivery"),
        path("settings/parked-events", parked, name="parked-events"),
        path("settings/parked-events/replay", retry_all, name="retry-parked"),
        path("settings/parked-events/<str:event_id>/replay", retry, name="retry-parked-event"),
        path("settings/notices", notices, name="notices"),
    ),
)
