"""Quick replies to a file, and from one: what would happen is shown first."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from regulars.kernel.errors import Invalid, ProductError
from regulars.quick_replies.exchange import Format
from regulars.quick_replies.importing import (
    LONGEST_FILE,
    ImportLine,
    export_replies,
    import_replies,
    plan_import,
)
from regulars.web.administration.quick_reply_forms import ImportForm
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with

_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
_BOM = "\ufeff"
"""without it spreadsheets take the file for one in the machine's own encoding"""
MOST_SHOWN = 200


@require_safe
@member_with("quick_replies:read")
def export(request: MemberRequest) -> HttpResponse:
    written_as = _format(request.GET.get("format", ""))
    content = export_replies(request.actor, written_as)
    response = HttpResponse((_BOM if written_as == "csv" else "") + content, content_type=_TYPES[written_as])
    response["Content-Disposition"] = f'attachment; filename="quick-replies.{written_as}"'
    response["Cache-Control"] = "no-store"
    return response


def _format(written: str) -> Format:
    return "json" if written == "json" else "csv"


@require_safe
@member_with("quick_replies:manage")
def import_page(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/quick_replies_import.html", {"form": ImportForm()})


@require_POST
@member_with("quick_replies:manage")
def plan(request: MemberRequest) -> HttpResponse:
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            content = _content(form.cleaned_data["file"].read(LONGEST_FILE * 4 + 1))
            planned = plan_import(content, form.written_as, by=request.actor)
        except ProductError as problem:
            form.add_error("file", str(problem.detail or problem.title))
        else:
            context = {**_told(planned), "form": form, "content": content, "format": form.written_as}
            return render(request, "administration/quick_replies_import.html", context)
    return render(request, "administration/quick_replies_import.html", {"form": form}, status=422)


def _content(written: bytes) -> str:
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("The file is not in UTF-8"), fields={"file": "UTF-8"}) from error


@require_POST
@member_with("quick_replies:manage")
def run(request: MemberRequest) -> HttpResponse:
    content, written_as = request.POST.get("content", ""), _format(request.POST.get("format", ""))
    done = import_replies(content, written_as, by=request.actor)
    context = {**_told(done), "form": ImportForm(), "is_done": True}
    return render(request, "administration/quick_replies_import.html", context)


def _told(lines: list[ImportLine]) -> dict[str, Any]:
    """What is wrong first, then what changes; what stays is counted only."""
    order = ("wrong", "change", "create")
    told = sorted(
        (line for line in lines if line.outcome != "same"),
        key=lambda line: (order.index(line.outcome), line.line),
    )
    counts = {name: sum(line.outcome == name for line in lines) for name in (*order, "same")}
    return {
        "columns": (
            Column(_("Line"), is_number=True),
            Column(_("Shortcut")),
            Column(_("What happens")),
            Column(_("Details")),
        ),
        "lines": told[:MOST_SHOWN],
        "hidden": max(0, len(told) - MOST_SHOWN),
        "counts": counts,
        "effects": counts["create"] + counts["change"],
    }
