"""The page of one case: looked at, changed in place, resolved, reopened, merged, commented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe
from msgspec import UNSET

from regulars.cases.access import access_case, cases_visible_to
from regulars.cases.models import PRIORITIES, UNRESOLVED, Case, CaseFile
from regulars.cases.operations.changing import CaseChanges, change_case, reopen_case
from regulars.cases.operations.commenting import comment_case
from regulars.cases.operations.linking import link_contact, unlink_contact
from regulars.cases.operations.merging import merge_case, unmerge_case
from regulars.cases.queries.pages import (
    files_of,
    followers_of,
    merged_into,
    moment_of,
    people_of,
    threads_of,
    timeline_of,
)
from regulars.cases.queries.settings import categories_in
from regulars.contacts.models import Contact
from regulars.contacts.search import matching_contacts
from regulars.conversations.access import access_contact, contacts_visible_to
from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.events import end_of_log
from regulars.kernel.ids import parse_id
from regulars.media.names import name_of
from regulars.web.administration.answers import attempt
from regulars.web.cases.forms import DescriptionForm, NumberForm, PersonForm, ResolutionForm
from regulars.web.cases.opening import category_named, owner_named, team_named
from regulars.web.cases.words import priority_word, status_word
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row, parse_position
from regulars.web.inbox.view_models import position_of
from regulars.web.problems import toast_header
from regulars.workspaces.queries import active_members_of, teams_of, time_zone_of

SHOWN = 50


@require_safe
@member_with("cases:read")
def case(request: MemberRequest, case_id: str) -> HttpResponse:
    live_cursor = str(end_of_log())
    found = access_case(request.actor, parse_id(case_id))
    return render(request, "cases/case.html", {**_context(request, found), "live_cursor": live_cursor})


def _context(request: MemberRequest, found: Case, refused: FormDialog | None = None) -> dict[str, Any]:
    actor, workspace_id = request.actor, request.actor.workspace_id
    threads = threads_of(actor, found)
    before = parse_position(request.GET.get("before", ""))
    timeline = timeline_of(found, before=before, limit=SHOWN)
    last = timeline.items[-1] if timeline.items else None
    is_alone = found.merged_into is None
    may_edit = actor.can("cases:edit") and is_alone
    dialogs = _dialogs(request, found) if may_edit else []
    return {
        "case": found,
        "current_view": "cases",
        "is_overdue": found.is_overdue(clock.now()),
        "threads": [conversation_row(each) for each in threads.seen],
        "hidden_count": threads.hidden_count,
        "people": people_of(found),
        "files": [_shown(each) for each in files_of(found).order_by("-linked_at", "-id")],
        "may_add_files": may_edit and actor.can("messages:send"),
        "timeline": timeline.items,
        "is_newest": before is None,
        "older_than": position_of(moment_of(last), last.id) if last and timeline.has_older else "",
        "merged": merged_into(found),
        "followers": followers_of(found),
        "may_edit": may_edit,
        "may_comment": actor.can("cases:edit"),
        "may_part": actor.can("cases:edit") and not is_alone,
        "dialogs": [refused if refused and refused.key == each.key else each for each in dialogs],
        "members": active_members_of(workspace_id) if may_edit else (),
        "teams": teams_of(workspace_id) if may_edit else (),
        "categories": categories_in(workspace_id) if may_edit else (),
        "statuses": [(each, status_word(each)) for each in UNRESOLVED],
        "priorities": [(each, priority_word(each)) for each in PRIORITIES],
    }


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a case with the name that it is handed out by."""

    file: CaseFile
    name: str


def _shown(file: CaseFile) -> ShownFile:
    return ShownFile(file, name_of(file.media.filename, file.media.mime_type, file.media.kind))


def _dialogs(request: MemberRequest, found: Case) -> list[FormDialog]:
    return [
        _describing(found, _description(request, found)),
        _resolving(found, ResolutionForm(initial=_told(found))),
        _merging(found, NumberForm()),
        _adding(found, PersonForm()),
    ]


def _told(found: Case) -> dict[str, Any]:
    return {
        "version": found.version,
        "title": found.title,
        "about": found.about,
        "due_at": found.due_at,
        "outcome": found.outcome or "solved",
        "resolution": found.resolution,
    }


def _description(request: MemberRequest, found: Case, filled: QueryDict | None = None) -> DescriptionForm:
    return DescriptionForm(filled, zone=time_zone_of(request.actor.workspace_id), initial=_told(found))


def _describing(found: Case, form: DescriptionForm) -> FormDialog:
    return FormDialog.about_one(
        "describe-case", found, form, title=_("Change the case %(case)s") % {"case": found}, submit=_("Save")
    )


def _resolving(found: Case, form: ResolutionForm) -> FormDialog:
    return FormDialog.about_one(
        "resolve-case",
        found,
        form,
        title=_("Resolve the case %(case)s") % {"case": found},
        submit=pgettext("case", "Resolve"),
        note=_("Its conversations get a line that says so."),
    )


def _merging(found: Case, form: NumberForm) -> FormDialog:
    return FormDialog.about_one(
        "merge-case",
        found,
        form,
        title=_("Merge %(case)s into another case") % {"case": found},
        about=_("Its conversations and contacts belong to the other case then. It can be undone."),
        submit=_("Merge"),
    )


def _adding(found: Case, form: PersonForm) -> FormDialog:
    return FormDialog.about_one(
        "add-case-contact",
        found,
        form,
        title=_("Add a contact to %(case)s") % {"case": found},
        submit=_("Add"),
    )


def _refused(request: MemberRequest, found: Case, dialog: FormDialog) -> HttpResponse:
    context = {**_context(request, found, dialog), "live_cursor": str(end_of_log())}
    return render(request, "cases/case.html", context, status=422)


@require_POST
@member_with("cases:edit")
def change(request: MemberRequest, case_id: str) -> HttpResponse:
    """Any of status, owner, team, category and priority; ``version``: of the case that was looked at."""
    found = access_case(request.actor, parse_id(case_id))
    said = request.POST
    before = found.status
    changes = CaseChanges(
        status=said.get("status") or UNSET,
        owner=owner_named(request, said.get("owner", "")) if said.get("owner") is not None else UNSET,
        team=team_named(request, said["team"]) if "team" in said else UNSET,
        category=category_named(request, said["category"]) if "category" in said else UNSET,
        priority=said.get("priority") or UNSET,
    )
    versions = {said["version"]} if said.get("version") else None
    change_case(found, changes, by=request.actor, versions=versions)
    is_seen = cases_visible_to(request.actor).filter(id=found.id).exists()  # it may be a colleague's now
    response: HttpResponse = redirect("case", found.id) if is_seen else redirect("cases")
    if said.get("from") == "board":
        response = HttpResponse(status=204)
        if found.status != before:
            text = _("%(case)s: %(status)s") % {"case": found, "status": status_word(found.status)}
            undo = {"status": before, "from": "board"}
            response["X-Toast"] = toast_header(text, undo_url=request.path, undo_values=undo)
    return response


@require_POST
@member_with("cases:edit")
def describe(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    form = _description(request, found, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        changes = CaseChanges(title=said["title"], about=said["about"], due_at=said["due_at"])
        if attempt(form, lambda: _change(request, found, changes, said["version"])):
            return redirect("case", found.id)
    return _refused(request, found, _describing(found, form))


@require_POST
@member_with("cases:edit")
def resolve(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    form = ResolutionForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        changes = CaseChanges(status="resolved", outcome=said["outcome"], resolution=said["resolution"])
        if attempt(form, lambda: _change(request, found, changes, said["version"])):
            return redirect("case", found.id)
    return _refused(request, found, _resolving(found, form))


def _change(request: MemberRequest, found: Case, changes: CaseChanges, version: str) -> bool:
    change_case(found, changes, by=request.actor, versions={version})
    return True


@require_POST
@member_with("cases:edit")
def reopen(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    again = reopen_case(found, by=request.actor)
    return redirect("case", again.id)


@require_POST
@member_with("cases:edit")
def merge(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    form = NumberForm(request.POST)
    if form.is_valid():
        into = cases_visible_to(request.actor).filter(number=form.cleaned_data["number"]).first()
        if into is None:
            form.add_error("number", _("There is no such case, or you may not see it"))
        elif attempt(form, lambda: _merge(request, found, into)):
            return redirect("case", into.id)
    return _refused(request, found, _merging(found, form))


def _merge(request: MemberRequest, found: Case, into: Case) -> bool:
    merge_case(found, into=into, by=request.actor)
    return True


@require_POST
@member_with("cases:edit")
def unmerge(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    unmerge_case(found, by=request.actor)
    return redirect("case", found.id)


@require_POST
@member_with("cases:edit")
def comment(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    comment_case(found, request.POST.get("text", ""), by=request.actor)
    return redirect("case", found.id)


@require_POST
@member_with("cases:edit")
def add_contact(request: MemberRequest, case_id: str) -> HttpResponse:
    found = access_case(request.actor, parse_id(case_id))
    form = PersonForm(request.POST)
    if form.is_valid():
        contact = attempt(form, lambda: _person(request, form.cleaned_data["person"]))
        if contact and attempt(form, lambda: _add(request, found, contact)):
            return redirect("case", found.id)
    return _refused(request, found, _adding(found, form))


def _person(request: MemberRequest, text: str) -> Contact:
    """The only one who is called so."""
    named = matching_contacts(request.actor, text).values("id")
    seen = list(contacts_visible_to(request.actor).filter(id__in=named)[:100])
    if not seen:
        raise Invalid(_("Nobody is called so"), fields={"person": "a name or a number"})
    if len({each.person_id for each in seen}) > 1:
        text = ngettext(
            "%(count)s contact is called so. Write the number.",
            "%(count)s contacts are called so. Write the number.",
            len(seen),
        )
        raise Invalid(text % {"count": len(seen)}, fields={"person": "a number"})
    return seen[0]


def _add(request: MemberRequest, found: Case, contact: Contact) -> bool:
    link_contact(found, contact, by=request.actor)
    return True


@require_POST
@member_with("cases:edit")
def drop_contact(request: MemberRequest, case_id: str) -> HttpResponse:
    """``on`` ``yes`` puts it back."""
    found = access_case(request.actor, parse_id(case_id))
    contact_id = parse_id(request.POST.get("contact", ""))
    if contact_id is None:
        raise NotFound(_("There is no such contact, or you may not see it"))
    if request.POST.get("on") == "yes":
        link_contact(found, access_contact(request.actor, contact_id), by=request.actor)
        return HttpResponse(status=204)
    unlink_contact(found, contact_id, by=request.actor)
    response = HttpResponse(status=204)
    undo = {"contact": str(contact_id), "on": "yes"}
    response["X-Toast"] = toast_header(
        _("Taken out of the case #%(number)s") % {"number": found.number},
        undo_url=request.path,
        undo_values=undo,
    )
    return response
