"""The audit trail: who looked at what and changed what; checked, and taken out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from ipaddress import ip_address
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.conversations.access import conversations_seen_among
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import parse_id, parse_serial
from regulars.web.administration.answers import done
from regulars.web.administration.audit_words import ACT_WORDS, amounts, deed, face_word, kind_word
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.jobs import jobs_of
from regulars.workspaces.models import AuditEntry
from regulars.workspaces.queries import live_tokens_of, members_of
from regulars.workspaces.trail.jobs import (
    CHECK,
    ExportArguments,
    export_text,
    open_export,
    start_check,
    start_export,
)
from regulars.workspaces.trail.reading import (
    PERMISSION,
    WhichEntries,
    access_entry,
    read_entries,
    seals_of,
    touched_in,
)

PAGE_SIZE = 50
FEW_TOUCHED = 3
"""so many of a kind are links already in the list"""
COLUMNS = (
    Column(gettext_lazy("When")),
    Column(gettext_lazy("Who")),
    Column(gettext_lazy("What")),
    Column(gettext_lazy("From where")),
)
LONGEST_ADDRESS = 300
"""letters of what is pasted: an id, or the address of a conversation"""
TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/x-ndjson"}


class FilterForm(forms.Form):
    """Days are the reader's own."""

    act = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    who = forms.ChoiceField(label=gettext_lazy("Who"), required=False)
    since = forms.DateField(
        label=gettext_lazy("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    object = forms.CharField(
        label=gettext_lazy("Id of a conversation, contact or message"),
        required=False,
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
    )
    source = forms.CharField(
        label=gettext_lazy("Network address"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"dir": "ltr", "spellcheck": "false"}),
    )

    def __init__(self, request: MemberRequest) -> None:
        super().__init__(request.GET)
        self._zone = ZoneInfo(request.member.user.time_zone)
        workspace_id = request.actor.workspace_id
        people = [(str(each.id), str(each)) for each in members_of(workspace_id).order_by("created_at")]
        scripts = [(str(each.id), each.name) for each in live_tokens_of(workspace_id)]
        self.fields["who"] = forms.ChoiceField(
            label=_("Who"), required=False, choices=[("", _("Everybody")), *people, *scripts]
        )
        self.fields["act"] = forms.ChoiceField(
            label=_("Kind"), required=False, choices=[("", _("Everything")), *ACT_WORDS.items()]
        )

    def clean_object(self) -> UUID | None:
        written = self.cleaned_data["object"].strip().rsplit("/", 1)[-1]
        found = parse_id(written)
        if written and found is None:
            raise forms.ValidationError(_("This is not an id; copy it from the address of a conversation"))
        return found

    def clean_source(self) -> str:
        written = self.cleaned_data["source"].strip()
        try:
            return str(ip_address(written)) if written else ""
        except ValueError:
            raise forms.ValidationError(_("This is not a network address")) from None

    @property
    def which(self) -> WhichEntries:
        """Raises ``Invalid`` for what cannot be looked for: nobody is shown, or takes out, all instead."""
        if not self.is_valid():
            raise Invalid(_("Please check what you entered"), fields=dict.fromkeys(self.errors, ""))
        given = self.cleaned_data
        return WhichEntries(
            actor_id=parse_id(given.get("who") or ""),
            object_id=given.get("object"),
            act=given.get("act") or "",
            source=given.get("source") or "",
            since=self._start(given.get("since")),
            until=self._start(given.get("until"), days=1),
        )

    def _start(self, day: date | None, days: int = 0) -> datetime | None:
        return datetime.combine(day + timedelta(days=days), time.min, self._zone) if day else None


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry as the list shows it."""

    entry: AuditEntry
    deed: str
    amounts: str
    conversations: list[UUID]
    """few enough to be links"""


@require_safe
@member_with(PERMISSION)
def audit(request: MemberRequest) -> HttpResponse:
    form = FilterForm(request)
    problem, lines, next_url = "", [], ""
    try:
        page = read_entries(
            request.actor, form.which, limit=PAGE_SIZE, cursor=request.GET.get("cursor") or None
        )
    except Invalid as error:
        problem = str(error.detail)
    else:
        lines = _lines(request, page.entries)
        next_url = _next_url(request, page.next_cursor)
    last = seals_of(request.actor).first()
    context = {
        "form": form,
        "columns": COLUMNS,
        "lines": lines,
        "next_url": next_url,
        "problem": problem,
        "is_filtered": any(form.data.get(name) for name in form.fields),
        "is_first_page": "cursor" not in request.GET,
        "asked": urlencode({name: value for name, value in request.GET.items() if name in form.fields}),
        "last_seal": last,
        "last_check": jobs_of(request.actor).filter(kind=CHECK.key).order_by("-created_at").first(),
        "tell_check": _told_check(request),
    }
    return render(request, "administration/audit.html", context)


def _told_check(request: MemberRequest) -> str:
    found = jobs_of(request.actor).filter(kind=CHECK.key, status="done").order_by("-created_at").first()
    return str(CHECK.tell(found.result)) if found and found.result and CHECK.tell else ""


def _lines(request: MemberRequest, entries: list[AuditEntry]) -> list[EntryLine]:
    few = {each.id: _few_conversations(each) for each in entries}
    seen = conversations_seen_among(request.actor, {key for some in few.values() for key in some})
    return [
        EntryLine(each, deed(each), amounts(each.object_counts), [key for key in few[each.id] if key in seen])
        for each in entries
    ]


def _few_conversations(entry: AuditEntry) -> list[UUID]:
    some = dict(touched_in(entry)).get("conversation", [])
    return some if len(some) <= FEW_TOUCHED else []


def _next_url(request: MemberRequest, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    return f"?{query.urlencode()}"


@require_safe
@member_with(PERMISSION)
def entry(request: MemberRequest, entry_id: str) -> HttpResponse:
    found = access_entry(request.actor, parse_serial(entry_id))
    touched = [(kind_word(kind), kind, ids) for kind, ids in touched_in(found) if ids]
    conversations = [key for _word, kind, ids in touched if kind == "conversation" for key in ids]
    context = {
        "entry": found,
        "deed": deed(found),
        "amounts": amounts(found.object_counts),
        "face": face_word(found.face),
        "touched": touched,
        "seen": conversations_seen_among(request.actor, conversations),
        "facts": sorted(found.details.items()),
    }
    return render(request, "administration/audit_entry.html", context)


@require_POST
@member_with(PERMISSION)
def check(request: MemberRequest) -> HttpResponse:
    start_check(by=request.actor)
    return done(request, _("The audit trail is being checked; “What is running” says how far it is"), "audit")


@require_POST
@member_with(PERMISSION)
def take_out(request: MemberRequest) -> HttpResponse:
    """What the page shows, whole."""
    form = FilterForm(request)
    which = form.which
    wanted = ExportArguments(
        format="json" if request.POST.get("format") == "json" else "csv",
        actor=which.actor_id,
        object=which.object_id,
        act=which.act,
        source=which.source,
        since=which.since,
        until=which.until,
    )
    start_export(wanted, by=request.actor)
    return done(request, _("The file is being made; it can be downloaded on “What is running”"), "jobs")


@require_safe
@member_with(PERMISSION)
def download(request: MemberRequest, export_id: str) -> StreamingHttpResponse:
    found = open_export(parse_id(export_id), by=request.actor)
    response = StreamingHttpResponse(export_text(found), content_type=TYPES[found.format])
    response["Content-Disposition"] = f'attachment; filename="audit-trail.{found.format}"'
    response["Cache-Control"] = "private, no-store"
    return response


AUDIT = SettingsPage(
    key="audit",
    address="audit",
    view=audit,
    icon="audit",
    label=gettext_lazy("Audit trail"),
    words=gettext_lazy("who looked at what, who changed what, log, history, seals"),
    acts=(
        path("settings/audit/check", check, name="check-audit-trail"),
        path("settings/audit/export", take_out, name="export-audit-trail"),
        path("settings/audit/exports/<str:export_id>", download, name="audit-export"),
        path("settings/audit/<str:entry_id>", entry, name="audit-entry"),
    ),
)
