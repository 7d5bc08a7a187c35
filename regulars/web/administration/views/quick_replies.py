"""Quick replies: found, written with a preview, archived, imported and exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.forms import BaseFormSet, Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.inboxes.channels import judge_file
from regulars.inboxes.ports import OutgoingInteractive
from regulars.kernel.errors import Invalid, ProductError
from regulars.kernel.ids import parse_id
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload
from regulars.media.sniffing import FileFacts
from regulars.quick_replies.access import access_quick_reply, can_change, own_uploads
from regulars.quick_replies.advice import advise
from regulars.quick_replies.events import QUICK_REPLY_EVENTS
from regulars.quick_replies.filling import fill, unknown_in
from regulars.quick_replies.models import QuickReply, files_of
from regulars.quick_replies.operations import (
    change_reply,
    create_reply,
    remove_reply,
    restore_reply,
    switch_advice,
)
from regulars.quick_replies.ports import every_placeholder, example_values
from regulars.quick_replies.queries import (
    Audience,
    QuickReplyFilter,
    QuickReplyLine,
    folders_in,
    is_advised,
    languages_in,
    lines_of,
    list_quick_replies,
    users_of,
)
from regulars.quick_replies.wordings import Wording
from regulars.web.administration.answers import attempt
from regulars.web.administration.quick_reply_forms import (
    QuickReplyForm,
    WordingForm,
    draft_in,
    name_of_language,
    wording_forms,
)
from regulars.web.administration.views.quick_reply_files import export, import_page, plan, run
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.limit_words import limit_sentence
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.queries import teams_of

PAGE_SIZE = 50
LONGEST_SEARCH = 64
COLUMNS = (
    Column(gettext_lazy("Quick reply")),
    Column(gettext_lazy("Languages")),
    Column(gettext_lazy("For whom")),
    Column(gettext_lazy("Sent"), is_number=True),
    Column(gettext_lazy("Last sent")),
)


# --- the list ---------------------------------------------------------------------------------------


@require_safe
@member_with("quick_replies:read")
def quick_replies(request: MemberRequest) -> HttpResponse:
    chosen, kept = _filter(request.GET)
    page = list_quick_replies(
        request.actor, chosen, limit=PAGE_SIZE, cursor=request.GET.get("cursor") or None
    )
    context = {
        "columns": COLUMNS,
        "folders": _by_folder(page.lines),
        "kept": kept,
        "is_narrowed": bool(kept),
        "next_url": "?" + urlencode({**kept, "cursor": page.next_cursor}) if page.next_cursor else "",
        "is_first_page": "cursor" not in request.GET,
        "every_folder": folders_in(request.actor),
        "languages": [(code, name_of_language(code)) for code in languages_in(request.actor)],
        "can_manage": request.actor.can("quick_replies:manage"),
        "is_advised": is_advised(request.actor),
    }
    return render(request, "administration/quick_replies.html", context)


def _filter(given: QueryDict) -> tuple[QuickReplyFilter, dict[str, str]]:
    """And the parameters that say so."""
    text = given.get("q", "").strip()[:LONGEST_SEARCH].replace("\x00", "")
    wanted = {
        "q": text,
        "folder": given.get("folder", "").replace("\x00", ""),
        "language": given.get("language", "").replace("\x00", ""),
        "for": given.get("for", ""),
        "show": given.get("show", ""),
    }
    audience = wanted["for"] if wanted["for"] in ("all", "teams", "member") else None
    chosen = QuickReplyFilter(
        text=text,
        folder=wanted["folder"] or None,
        language=wanted["language"],
        audience=cast("Audience | None", audience),
        is_archived=wanted["show"] == "archived",
        is_unused=True if wanted["show"] == "unused" else None,
    )
    return chosen, {name: value for name, value in wanted.items() if value}


def _by_folder(lines: Sequence[QuickReplyLine]) -> list[tuple[str, list[dict[str, Any]]]]:
    folders: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        folders.setdefault(line.reply.folder, []).append(_row(line))
    return list(folders.items())


def _row(line: QuickReplyLine) -> dict[str, Any]:
    reply = line.reply
    return {
        "reply": reply,
        "text": reply.wordings[0].text,
        "languages": [(each.language, name_of_language(each.language)) for each in reply.wordings],
        "teams": [team.name for team in reply.teams.all()] if reply.audience == "teams" else [],
        "uses": line.uses,
    }


@require_POST
@member_with("quick_replies:read")
def change_advice(request: MemberRequest) -> HttpResponse:
    switch_advice(request.actor, on=request.POST.get("advice") == "on")
    return redirect("quick-replies")


# --- one of them ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Editor:
    form: QuickReplyForm
    wordings: BaseFormSet[WordingForm]
    files: Sequence[MediaFile] = ()


@require_safe
@member_with("quick_replies:read")
def new(request: MemberRequest) -> HttpResponse:
    editor = _Editor(_form(request, None), wording_forms(wordings=[_blank(request)]))
    return _draw(request, None, editor)


def _blank(request: MemberRequest) -> Wording:
    """One in the language of the workspace."""
    return Wording(language=request.member.workspace.language, text="")


@require_safe
@member_with("quick_replies:read")
def show(request: MemberRequest, reply_id: str) -> HttpResponse:
    reply = access_quick_reply(request.actor, parse_id(reply_id))
    initial = {
        "shortcut": reply.shortcut,
        "name": reply.name,
        "folder": reply.folder,
        "audience": reply.audience,
        "teams": [str(team.id) for team in reply.teams.all()],
        "version": reply.version,
    }
    editor = _Editor(
        _form(request, reply, initial=initial),
        wording_forms(wordings=reply.wordings),
        files_of([reply])[reply.id],
    )
    return _draw(request, reply, editor)


def _form(request: MemberRequest, reply: QuickReply | None, *given: Any, **more: Any) -> QuickReplyForm:
    can_manage = request.actor.can("quick_replies:manage")
    return QuickReplyForm(
        *given, teams=teams_of(request.actor.workspace_id), can_manage=can_manage, is_own=True, **more
    )


def _draw(
    request: MemberRequest, reply: QuickReply | None, editor: _Editor, *, status: int = 200
) -> HttpResponse:
    changes = reply is None or can_change(request.actor, reply)
    context: dict[str, Any] = {
        "reply": reply,
        "form": editor.form,
        "wordings": editor.wordings,
        "files": editor.files,
        "changes": changes,
        "folders": folders_in(request.actor),
        "placeholders": every_placeholder().values(),
        "shown": _shown(editor),
        "action": reverse("change-quick-reply", args=[reply.id]) if reply else reverse("add-quick-reply"),
    }
    if reply is not None:
        (line,) = lines_of([reply])
        context |= {"uses": line.uses, "users": users_of(reply)}
        if changes and reply.archived_at is None:
            context["removing"] = _removing(line)
    return render(request, "administration/quick_reply.html", context, status=status)


def _removing(line: QuickReplyLine) -> FormDialog:
    used = line.uses.count
    return FormDialog.about_one(
        "remove-quick-reply",
        line.reply,
        Form(),
        title=(_("Archive %(name)s?") if used else _("Remove %(name)s?")) % {"name": line.reply.name},
        about=_("It is not offered any more. How often it was sent stays known, and it can be restored.")
        if used
        else _("Nobody has sent it yet: it is gone then."),
        submit=_("Archive") if used else _("Remove"),
        is_dangerous=True,
    )


@require_POST
@member_with("quick_replies:read")
def add(request: MemberRequest) -> HttpResponse:
    form, wordings = _form(request, None, request.POST), wording_forms(request.POST)
    files = _files(request, form, None)
    if form.is_valid() & wordings.is_valid():
        draft = draft_in(form, wordings, [file.id for file in files])
        made = attempt(form, lambda: create_reply(draft, by=request.actor))
        if made:
            return redirect("quick-reply", made.id)
    return _draw(request, None, _Editor(form, wordings, files), status=422)


@require_POST
@member_with("quick_replies:read")
def change(request: MemberRequest, reply_id: str) -> HttpResponse:
    reply = access_quick_reply(request.actor, parse_id(reply_id))
    filled_in = request.POST.copy()
    form, wordings = _form(request, reply, filled_in), wording_forms(filled_in)
    files = _files(request, form, reply)
    if form.is_valid() & wordings.is_valid():
        draft = draft_in(form, wordings, [file.id for file in files])
        changes = {name: getattr(draft, name) for name in draft.__slots__}
        version = form.cleaned_data["version"]
        if attempt(
            form,
            lambda: change_reply(reply, changes, by=request.actor, if_version=[version] if version else None),
        ):
            return redirect("quick-replies")
    filled_in["version"] = access_quick_reply(
        request.actor, reply.id
    ).version  # told of it, they may save all the same
    return _draw(request, reply, _Editor(form, wordings, files), status=422)


def _files(request: MemberRequest, form: QuickReplyForm, reply: QuickReply | None) -> list[MediaFile]:
    """Those that stay, and those that come; what is wrong with one stands in the form."""
    wanted = [parse_id(each) for each in request.POST.getlist("keep_file")]
    known = _uploads(request, wanted, reply)
    for given in request.FILES.getlist("file"):
        try:
            known.append(_store(request, given))
        except ProductError as problem:
            form.is_valid()
            form.add_error(None, f"{given.name}: {problem.detail or problem.title}")
    return known


def _uploads(
    request: MemberRequest, wanted: Sequence[UUID | None], reply: QuickReply | None
) -> list[MediaFile]:
    own = own_uploads(request.actor, [each for each in wanted if each])
    if reply is not None:
        own |= {file.id: file for file in files_of([reply])[reply.id]}
    return [own[each] for each in wanted if each in own]


def _store(request: MemberRequest, given: UploadedFile[Any]) -> MediaFile:
    size = given.size or 0

    def kind_of(facts: FileFacts) -> str:
        kind, problems = judge_file(facts.mime_type, size, is_animated=facts.is_animated, traits=facts.traits)
        if problems:
            raise Invalid(" ".join(limit_sentence(each) for each in problems))
        return kind

    if given.file is None:
        raise Invalid(_("Choose a file"))
    claimed = (given.content_type or "").lower()
    return store_upload(
        request.actor.workspace_id, kind_of, given.file, given.name or "", claimed, by=request.actor
    )


@require_POST
@member_with("quick_replies:read")
def remove(request: MemberRequest, reply_id: str) -> HttpResponse:
    remove_reply(access_quick_reply(request.actor, parse_id(reply_id)), by=request.actor)
    return redirect("quick-replies")


@require_POST
@member_with("quick_replies:read")
def restore(request: MemberRequest, reply_id: str) -> HttpResponse:
    reply = restore_reply(access_quick_reply(request.actor, parse_id(reply_id)), by=request.actor)
    return redirect("quick-reply", reply.id)


# --- how it will look ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Shown:
    """A text as the customer sees it, with examples for what is known of customers, and what one would say about it."""

    language: str
    text: str
    interactive: OutgoingInteractive | None
    unknown: Sequence[str]
    advice: Sequence[str]


@require_POST
@member_with("quick_replies:read")
def preview(request: MemberRequest) -> HttpResponse:
    wordings = wording_forms(request.POST)
    wordings.is_valid()
    editor = _Editor(_form(request, None, request.POST), wordings)
    return render(request, "administration/_quick_reply_shown.html", {"shown": _shown(editor)})


def _shown(editor: _Editor) -> list[_Shown]:
    said = [
        {name: str(each[name].value() or "") for name in ("language", "text", *_TAPPED)}
        for each in editor.wordings
    ]
    return [_one_shown(each) for each in said if each["text"].strip()]


_TAPPED = ("button_1", "button_2", "button_3", "link_label", "link_url")


def _one_shown(said: dict[str, str]) -> _Shown:
    text = fill(said["text"].replace("\r\n", "\n"), example_values()).text
    titles = tuple(said[name] for name in _TAPPED[:3] if said[name].strip())
    wording = Wording(
        language=said["language"],
        text=text,
        buttons=titles,
        link_label=said["link_label"],
        link_url="" if titles else fill(said["link_url"], example_values()).text,
    )
    content = wording.content
    return _Shown(
        language=name_of_language(said["language"]) if said["language"] else "",
        text=text,
        interactive=content if isinstance(content, OutgoingInteractive) else None,
        unknown=unknown_in(said["text"], every_placeholder()),
        advice=[_advice_sentence(each.kind, each.count, each.advised) for each in advise(text)],
    )


def _advice_sentence(kind: str, count: int, advised: int) -> str:
    facts = {"count": count, "advised": advised}
    if kind == "long":
        return _("Length: %(count)s. Up to %(advised)s characters are read at a glance.") % facts
    return _("Emoji: %(count)s. One or two are enough.") % facts


QUICK_REPLIES = SettingsPage(
    key="quick-replies",
    address="quick-replies",
    view=quick_replies,
    icon="quick-reply",
    label=gettext_lazy("Quick replies"),
    words=gettext_lazy(
        "saved texts, canned responses, snippets, shortcuts, slash, placeholders, import, export"
    ),
    changed_by=QUICK_REPLY_EVENTS,
    acts=(
        path("settings/quick-replies/new", new, name="new-quick-reply"),
        path("settings/quick-replies/add", add, name="add-quick-reply"),
        path("settings/quick-replies/preview", preview, name="preview-quick-reply"),
        path("settings/quick-replies/advice", change_advice, name="quick-reply-advice"),
        path("settings/quick-replies/export", export, name="export-quick-replies"),
        path("settings/quick-replies/import", import_page, name="import-quick-replies"),
        path("settings/quick-replies/import/plan", plan, name="plan-quick-replies"),
        path("settings/quick-replies/import/run", run, name="run-quick-replies"),
        path("settings/quick-replies/<str:reply_id>", show, name="quick-reply"),
        path("settings/quick-replies/<str:reply_id>/change", change, name="change-quick-reply"),
        path("settings/quick-replies/<str:reply_id>/removal", remove, name="remove-quick-reply"),
        path("settings/quick-replies/<str:reply_id>/restoring", restore, name="restore-quick-reply"),
    ),
)
