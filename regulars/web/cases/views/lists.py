"""The list of cases, what is done with several at once, and the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from msgspec import UNSET

from regulars.cases.access import access_case
from regulars.cases.models import STATUSES
from regulars.cases.operations.changing import CaseChanges, change_cases
from regulars.cases.queries.lists import CaseLine, CasePage, count_cases, list_cases
from regulars.cases.queries.settings import categories_in
from regulars.kernel.errors import Invalid
from regulars.kernel.events import end_of_log
from regulars.kernel.ids import parse_id
from regulars.web.cases.choices import CaseChoice, read_choice, said
from regulars.web.cases.opening import owner_named
from regulars.web.cases.words import status_word
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.workspaces.access import Actor
from regulars.workspaces.queries import active_members_of

PAGE_SIZE = 50
MOST_AT_ONCE = 200
COLUMN_SIZE = 30
MOST_IN_COLUMN = 1_000
COLUMNS = (
    Column(gettext_lazy("Case")),
    Column(gettext_lazy("Contacts")),
    Column(gettext_lazy("Status")),
    Column(gettext_lazy("Owner")),
    Column(gettext_lazy("Due")),
)


@require_safe
@member_with("cases:read")
def cases(request: MemberRequest) -> HttpResponse:
    live_cursor = str(end_of_log())
    choice = read_choice(request)
    cursor = request.GET.get("cursor") or None
    page = list_cases(
        request.actor, choice.filter(request.actor), order=choice.order, limit=PAGE_SIZE, cursor=cursor
    )
    context = {
        **_frame(request.actor, choice, live_cursor),
        "columns": COLUMNS,
        "lines": page.lines,
        "next_url": _next_url(choice, page),
        "is_first_page": cursor is None,
        "may_edit": request.actor.can("cases:edit"),
        "here": request.get_full_path(),
    }
    return render(request, "cases/list.html", context)


def _frame(actor: Actor, choice: CaseChoice, live_cursor: str) -> dict[str, Any]:
    """What list and board have in common."""
    return {
        **said(choice),
        "live_cursor": live_cursor,
        "current_view": "cases",
        "members": active_members_of(actor.workspace_id),
        "categories": categories_in(actor.workspace_id),
        "statuses": [(each, status_word(each)) for each in STATUSES],
        "may_edit": actor.can("cases:edit"),
    }


def _next_url(choice: CaseChoice, page: CasePage) -> str:
    if not page.next_cursor:
        return ""
    rest = urlencode({"cursor": page.next_cursor})
    return f"{reverse('cases')}?{choice.query}&{rest}" if choice.query else f"{reverse('cases')}?{rest}"


@require_POST
@member_with("cases:edit")
def change_several(request: MemberRequest) -> HttpResponse:
    """``case``: ids; ``status`` and ``owner``: what they get, where something is chosen."""
    ids = list(dict.fromkeys(request.POST.getlist("case")))
    if not ids or len(ids) > MOST_AT_ONCE:
        raise Invalid(
            _("Choose 1 to %(limit)s cases") % {"limit": MOST_AT_ONCE},
            fields={"case": f"1 to {MOST_AT_ONCE} ids"},
        )
    chosen = [access_case(request.actor, parse_id(each)) for each in ids]
    status, owner = (request.POST.get(name, "") for name in ("status", "owner"))
    changes = CaseChanges(
        status=status or UNSET,
        owner=owner_named(request, "" if owner == "none" else owner) if owner else UNSET,
    )
    change_cases(chosen, changes, by=request.actor)
    return HttpResponseRedirect(_way_back(request))


def _way_back(request: MemberRequest) -> str:
    there = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(there, {request.get_host()}) and there.startswith("/cases")
    return there if is_ours else reverse("cases")


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """The cases of one status, as far as they are shown."""

    status: str
    word: str
    lines: list[CaseLine]
    count: int
    more_url: str
    """with more of them; empty when all are here"""


@require_safe
@member_with("cases:read")
def board(request: MemberRequest) -> HttpResponse:
    live_cursor = str(end_of_log())
    choice = replace(read_choice(request), status="unresolved", order="due")
    actor = request.actor
    counts = count_cases(actor, replace(choice.filter(actor), statuses=()))
    columns = [_column(request, choice, status, counts) for status in STATUSES if _shows(choice, status)]
    context = {**_frame(actor, choice, live_cursor), "board": columns, "here": request.get_full_path()}
    return render(request, "cases/board.html", context)


def _shows(choice: CaseChoice, status: str) -> bool:
    return status != "resolved" or not choice.overdue


def _column(
    request: MemberRequest, choice: CaseChoice, status: str, counts: Mapping[str, int]
) -> BoardColumn:
    shown = _shown(request, status)
    wanted = replace(choice.filter(request.actor), statuses=(status,))
    order = "updated" if status == "resolved" else "due"
    lines = list_cases(request.actor, wanted, order=order, limit=shown).lines  # type: ignore[arg-type]
    more_url = ""
    if counts.get(status, 0) > shown and shown < MOST_IN_COLUMN:
        asked = request.GET.copy()
        asked[f"shown_{status}"] = str(shown + COLUMN_SIZE)
        more_url = f"{request.path}?{asked.urlencode()}"
    return BoardColumn(status, status_word(status), lines, counts.get(status, 0), more_url)


def _shown(request: MemberRequest, status: str) -> int:
    written = request.GET.get(f"shown_{status}", "")
    wanted = int(written) if written.isascii() and written.isdecimal() and len(written) < 6 else COLUMN_SIZE
    return min(max(wanted, COLUMN_SIZE), MOST_IN_COLUMN)
