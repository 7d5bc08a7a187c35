"""The screen that searches everything: a page of results, further ones, how many there are of each kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from regulars.kernel.errors import Invalid
from regulars.search.asking import Asked
from regulars.search.queries import count_up_to, search
from regulars.search.reading import ask
from regulars.search.searchable import Searchable, searchables
from regulars.web.doors import MemberRequest, member_with
from regulars.web.search.lines import result_lines
from regulars.web.search.suggesting import suggest
from regulars.web.search.typing_help import operator_help
from regulars.web.search.widening import narrowings, ways_to_widen
from regulars.workspaces.queries import time_zone_of

LONGEST = 500
PAGE_SIZE = 30
MOST_COUNTED = 100
_NEEDS = {"contact": "contacts:read", "case": "cases:read"}
"""of the kinds that not everybody sees who searches"""


@dataclass(frozen=True, slots=True)
class Tab:
    """One kind of thing. ``count`` is None until somebody counted."""

    key: str
    label: str
    url: str
    is_chosen: bool
    count: int | None = None
    has_more: bool = False


@require_safe
@member_with("conversations:read")
def show(request: MemberRequest) -> HttpResponse:
    """For the script (``X-Fragment``) what was found, or from ``cursor`` on further lines."""
    context = _context(request)
    part = request.headers.get("X-Fragment")
    if part == "more":
        return render(request, "search/_lines.html", context)
    if part:
        return render(request, "search/_found.html", context)
    return render(request, "search/search.html", context)


@require_safe
@member_with("conversations:read")
def counts(request: MemberRequest) -> HttpResponse:
    """The tabs once more, with how much each has."""
    written, zone = _written(request), zone_of(request)
    try:
        asked = ask(written, zone)
    except Invalid:
        asked = Asked()
    tabs = [_counted(request, tab, kind, asked, zone) for tab, kind in _tabs(request, written)]
    return render(request, "search/_tabs.html", {"tabs": tabs})


@require_safe
@member_with("conversations:read")
def suggestions(request: MemberRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    return JsonResponse({"items": suggest(request.actor, text, zone_of(request))})


def zone_of(request: MemberRequest) -> ZoneInfo:
    return ZoneInfo(request.member.user.time_zone or time_zone_of(request.actor.workspace_id))


def _written(request: MemberRequest) -> str:
    return request.GET.get("q", "").strip()[:LONGEST]


def _context(request: MemberRequest) -> dict[str, Any]:
    written = _written(request)
    tabs = _tabs(request, written)
    context: dict[str, Any] = {
        "text": written,
        "tabs": [tab for tab, _kind in tabs],
        "help": operator_help(),
        "is_first_page": "cursor" not in request.GET,
        "kind": _chosen(request).kind,
    }
    zone = zone_of(request)
    try:
        asked = ask(written, zone)
        results = search(
            request.actor,
            asked,
            [_chosen(request)],
            zone,
            limit=PAGE_SIZE,
            cursor=request.GET.get("cursor") or None,
        )
    except Invalid as refusal:
        return {**context, "refusal": refusal.detail, "lines": []}
    lines = result_lines(request.actor, results.items)
    context |= {"asked": asked, "lines": lines, "is_cut": results.is_cut, "is_empty": asked.is_empty}
    if results.next_cursor:
        context["next_url"] = _address(_chosen(request).plural, written, cursor=results.next_cursor)
    if not lines and not asked.is_empty:
        context["narrowings"] = narrowings(asked)
        context["widening"] = ways_to_widen(asked, written, _chosen(request).plural)
    return context


def _chosen(request: MemberRequest) -> Searchable:
    asked = request.GET.get("in", "")
    kinds = searchables()
    return next((each for each in kinds if each.plural == asked), kinds[0])


def _tabs(request: MemberRequest, written: str) -> list[tuple[Tab, Searchable]]:
    chosen = _chosen(request)
    return [
        (Tab(each.plural, kind_label(each.plural), _address(each.plural, written), each is chosen), each)
        for each in searchables()
        if request.actor.can(_NEEDS.get(each.kind, "conversations:read"))
    ]


def _counted(request: MemberRequest, tab: Tab, kind: Searchable, asked: Asked, zone: ZoneInfo) -> Tab:
    try:
        count = count_up_to(request.actor, asked, kind, zone, MOST_COUNTED + 1)
    except Invalid:
        count = 0
    return Tab(tab.key, tab.label, tab.url, tab.is_chosen, min(count, MOST_COUNTED), count > MOST_COUNTED)


def _address(plural: str, written: str, **more: str) -> str:
    values = {"q": written, "in": plural, **more}
    return f"{reverse('search')}?{urlencode({name: value for name, value in values.items() if value})}"


def kind_label(plural: str) -> str:
    return {
        "messages": _("Messages"),
        "contacts": _("Contacts"),
        "notes": _("Notes"),
        "files": _("Files"),
        "cases": pgettext("tab of a search", "Cases"),
    }[plural]
