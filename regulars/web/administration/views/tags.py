"""Tags: found, made, called something else, merged, removed."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.forms import Form
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from regulars.contacts.events import ContactTagged, ContactUntagged
from regulars.conversations.events import ConversationTagged, ConversationUntagged
from regulars.kernel.ids import parse_id
from regulars.tags.access import access_tag
from regulars.tags.events import TAG_EVENTS
from regulars.tags.models import COLORS, Tag
from regulars.tags.operations import change_tag, create_tag, merge_tag, remove_tag
from regulars.tags.queries import TagLine, lines_of, list_tags, tags_in
from regulars.web.administration.answers import attempt
from regulars.web.administration.forms import MergeTagForm, TagForm
from regulars.web.design.form_dialogs import FormDialog
from regulars.web.design.tables import Column
from regulars.web.doors import MemberRequest, member_with
from regulars.web.settings.page import SettingsPage

PAGE_SIZE = 50
NEW_TAG = "new-tag"
LONGEST_SEARCH = 64
COLUMNS = (
    Column(gettext_lazy("Tag")),
    Column(gettext_lazy("When to use it")),
    Column(gettext_lazy("On contacts"), is_number=True),
    Column(gettext_lazy("On conversations"), is_number=True),
)


@require_safe
@member_with("tags:read")
def tags(request: MemberRequest) -> HttpResponse:
    return render(request, "administration/tags.html", _list_context(request))


def _list_context(request: MemberRequest, adding: TagForm | None = None) -> dict[str, Any]:
    workspace_id, text = request.actor.workspace_id, request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    page = list_tags(workspace_id, text=text, limit=PAGE_SIZE, cursor=request.GET.get("cursor") or None)
    next_url = ""
    if page.next_cursor:
        next_url = "?" + urlencode({**({"q": text} if text else {}), "cursor": page.next_cursor})
    return {
        "columns": COLUMNS,
        "rows": [_row(line) for line in page.lines],
        "text": text,
        "next_url": next_url,
        "is_first_page": "cursor" not in request.GET,
        "new_tag": _new_tag(adding or TagForm()) if request.actor.can("tags:manage") else None,
    }


def _row(line: TagLine) -> dict[str, Any]:
    uses = line.uses_by_subject
    return {
        "tag": line.tag,
        "tone": COLORS.index(line.tag.color),
        "contacts": uses.get("contact", 0),
        "conversations": uses.get("conversation", 0),
    }


def _new_tag(form: TagForm) -> FormDialog:
    return FormDialog(
        key=NEW_TAG,
        title=_("New tag"),
        action=reverse("add-tag"),
        form=form,
        submit=_("Create the tag"),
        note=_("Tags are also made where they are put on something, by typing a new word."),
    )


@require_safe
@member_with("tags:read")
def show_tag(request: MemberRequest, tag_id: str) -> HttpResponse:
    tag = access_tag(request.actor, parse_id(tag_id))
    return render(request, "administration/tag.html", _tag_context(request, tag))


def _tag_context(request: MemberRequest, tag: Tag, refused: FormDialog | None = None) -> dict[str, Any]:
    (line,) = lines_of([tag])
    context: dict[str, Any] = {"row": _row(line), "dialogs": []}
    if request.actor.can("tags:manage"):
        initial = {"name": tag.name, "color": tag.color, "description": tag.description}
        usual = [
            _changing(tag, TagForm(initial=initial)),
            _merging(tag, _merge_form(request, tag, None)),
            _removing(line),
        ]
        context["dialogs"] = [refused if refused and refused.key == each.key else each for each in usual]
    return context


def _merge_form(request: MemberRequest, tag: Tag, said: QueryDict | None) -> MergeTagForm:
    return MergeTagForm(said, others=tags_in(request.actor.workspace_id).exclude(id=tag.id))


def _changing(tag: Tag, form: TagForm) -> FormDialog:
    return FormDialog.about_one(
        "change-tag", tag, form, title=_("Change %(name)s") % {"name": tag.name}, submit=_("Save")
    )


def _merging(tag: Tag, form: MergeTagForm) -> FormDialog:
    return FormDialog.about_one(
        "merge-tag",
        tag,
        form,
        title=_("Merge %(name)s into another tag") % {"name": tag.name},
        about=_("Whatever has it has the other tag from then on. This cannot be undone."),
        submit=_("Merge"),
    )


def _removing(line: TagLine) -> FormDialog:
    about = ngettext(
        "It is taken off %(count)s contact or conversation.",
        "It is taken off %(count)s contacts and conversations.",
        line.uses,
    )
    return FormDialog.about_one(
        "remove-tag",
        line.tag,
        Form(),
        title=_("Remove the tag %(name)s?") % {"name": line.tag.name},
        about=about % {"count": number_format(line.uses, use_l10n=True, force_grouping=True)},
        note=_("That they had it stays known."),
        submit=_("Remove the tag"),
        is_dangerous=True,
    )


@require_POST
@member_with("tags:manage")
def add_tag(request: MemberRequest) -> HttpResponse:
    form = TagForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        made = attempt(
            form,
            lambda: create_tag(
                request.actor.workspace_id,
                said["name"],
                color=said["color"],
                description=said["description"],
                by=request.actor,
            ),
        )
        if made:
            return redirect("tags")
    return render(request, "administration/tags.html", _list_context(request, form), status=422)


@require_POST
@member_with("tags:manage")
def change(request: MemberRequest, tag_id: str) -> HttpResponse:
    tag = access_tag(request.actor, parse_id(tag_id))
    form = TagForm(request.POST)
    if form.is_valid() and attempt(
        form, lambda: change_tag(tag, form.cleaned_data, by=request.actor) or True
    ):
        return redirect("tag", tag.id)
    return _refused(request, tag, _changing(tag, form))


@require_POST
@member_with("tags:manage")
def merge(request: MemberRequest, tag_id: str) -> HttpResponse:
    tag = access_tag(request.actor, parse_id(tag_id))
    form = _merge_form(request, tag, request.POST)
    if form.is_valid():
        into = access_tag(request.actor, parse_id(form.cleaned_data["into"]))
        if attempt(form, lambda: merge_tag(tag, into=into, by=request.actor) or True):
            return redirect("tag", into.id)
    return _refused(request, tag, _merging(tag, form))


@require_POST
@member_with("tags:manage")
def remove(request: MemberRequest, tag_id: str) -> HttpResponse:
    remove_tag(access_tag(request.actor, parse_id(tag_id)), by=request.actor)
    return redirect("tags")


def _refused(request: MemberRequest, tag: Tag, dialog: FormDialog) -> HttpResponse:
    return render(request, "administration/tag.html", _tag_context(request, tag, dialog), status=422)


TAGS = SettingsPage(
    key="tags",
    address="tags",
    view=tags,
    icon="tag",
    label=gettext_lazy("Tags"),
    words=gettext_lazy("labels, words on contacts and conversations, colors, merge"),
    changed_by=(*TAG_EVENTS, ConversationTagged, ConversationUntagged, ContactTagged, ContactUntagged),
    acts=(
        path("settings/tags/new", add_tag, name="add-tag"),
        path("settings/tags/<str:tag_id>", show_tag, name="tag"),
        path("settings/tags/<str:tag_id>/change", change, name="change-tag"),
        path("settings/tags/<str:tag_id>/merge", merge, name="merge-tag"),
        path("settings/tags/<str:tag_id>/removal", remove, name="remove-tag"),
    ),
)
