"""Merging and parting: a look at what becomes one, the verbs, and the page of suggestions and merges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from regulars.contacts.events import CONTACT_EVENTS, MERGE_EVENTS, SUGGESTION_EVENTS
from regulars.contacts.exports import export_text
from regulars.contacts.models import Contact, ContactTagging, Merge
from regulars.contacts.operations.merging import (
    BY_HAND,
    UNDO_WITHIN,
    dismiss_suggestion,
    merge_contacts,
    reopen_suggestion,
    undo_merge,
    undo_until,
)
from regulars.contacts.queries import open_suggestions
from regulars.contacts.search import matching_contacts
from regulars.conversations.access import (
    access_contact,
    access_conversation,
    access_merge,
    access_merge_suggestion,
    contacts_visible_to,
    merge_suggestions_visible_to,
    merges_visible_to,
)
from regulars.conversations.operations.exporting import PERMISSION as EXPORTING
from regulars.conversations.operations.exporting import open_export, start_export
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.kernel import clock
from regulars.kernel.errors import NotFound
from regulars.kernel.events import end_of_log
from regulars.kernel.ids import parse_id
from regulars.media.models import MediaFile
from regulars.tags.taggings import tags_on
from regulars.web.doors import MemberRequest, member_with
from regulars.web.inbox.building import conversation_row, parse_position, tag_views
from regulars.web.inbox.lists import choice_or
from regulars.web.inbox.panes import list_context, panel_context
from regulars.web.inbox.view_models import ConversationRow, TagView
from regulars.web.people.panel import PersonFacts, person_facts
from regulars.web.people.together import read_together
from regulars.web.problems import toast_header
from regulars.web.settings.page import SettingsPage
from regulars.workspaces.access import Actor

FOUND_LIMIT = 20
PAGE_SIZE = 50
THREADS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Side:
    """One of two people who become one."""

    contact: Contact
    facts: PersonFacts
    conversations: list[ConversationRow]
    tags: tuple[TagView, ...]


@dataclass(frozen=True, slots=True)
class MergeLine:
    merge: Merge

    @property
    def can_be_undone(self) -> bool:
        return self.merge.undone_at is None and clock.now() < undo_until(self.merge)


@require_safe
@member_with("contacts:merge")
def show_merge(request: MemberRequest, contact_id: str) -> HttpResponse:
    """With ``with``, both of them side by side; else whom it could be with."""
    here = access_contact(request.actor, parse_id(contact_id))
    other_id = request.GET.get("with", "")
    context: dict[str, Any] = {
        "here": _side(request.actor, here),
        "text": request.GET.get("q", "").strip()[:200],
    }
    if other_id:
        other = access_contact(request.actor, parse_id(other_id))
        context["other"] = _side(request.actor, other)
        context["are_one"] = here.person_id == other.person_id
        context["undo_days"] = UNDO_WITHIN.days
    elif context["text"]:
        context["found"] = _found(request.actor, here, context["text"])
    return render(request, "people/merge.html", context)


def _side(actor: Actor, contact: Contact) -> Side:
    wanted = ConversationFilter(person_id=contact.person_id)
    rows = [conversation_row(each) for each in list_conversations(actor, wanted, limit=THREADS_SHOWN).items]
    facts = person_facts(contact)
    found = tags_on(ContactTagging, [each.id for each in facts.contacts])
    tags = {tag.id: tag for each in facts.contacts for tag in found[each.id]}
    return Side(contact, facts, rows, tag_views(tags.values()))


def _found(actor: Actor, here: Contact, text: str) -> list[Contact]:
    named = matching_contacts(actor, text).values("id")
    others = contacts_visible_to(actor).filter(id__in=named).exclude(person_id=here.person_id)
    return list(others.order_by("-created_at", "-id")[:FOUND_LIMIT])


@require_POST
@member_with("contacts:merge")
def merge(request: MemberRequest, contact_id: str) -> HttpResponse:
    """``with`` becomes one person with the contact in the address, which stands for both."""
    first = access_contact(request.actor, parse_id(contact_id))
    second = access_contact(request.actor, parse_id(request.POST.get("with", "")))
    made = merge_contacts(first, second, by=request.actor, reason=_reason(request.actor, first, second))
    text = _("One person: %(name)s") % {"name": first.person.display_name}
    return _told(text, reverse("undo-merge", args=[made.id]), goes_to=_way_on(request.actor, first))


def _reason(actor: Actor, first: Contact, second: Contact) -> str:
    pair = sorted((first.id, second.id))
    suggested = (
        open_suggestions(merge_suggestions_visible_to(actor)).filter(first=pair[0], second=pair[1]).first()
    )
    return suggested.reason if suggested else BY_HAND


def _way_on(actor: Actor, contact: Contact) -> str:
    """To the newest conversation of the person, or to the page of merges when the member sees none."""
    wanted = ConversationFilter(person_id=contact.person_id)
    newest = list_conversations(actor, wanted, limit=1).items
    return reverse("conversation", args=[newest[0].id]) if newest else reverse("merges")


def _told(
    text: str, undo_url: str = "", undo_values: dict[str, str] | None = None, *, goes_to: str = ""
) -> HttpResponse:
    response = HttpResponse(status=204)
    response["X-Toast"] = toast_header(text, undo_url=undo_url, undo_values=undo_values)
    if goes_to:
        response["X-Next"] = goes_to
    return response


@require_POST
@member_with("contacts:merge")
def undo(request: MemberRequest, merge_id: str) -> HttpResponse:
    undo_merge(access_merge(request.actor, parse_id(merge_id)), by=request.actor)
    return _told(_("Undone: they are two people again"))


@require_POST
@member_with("contacts:merge")
def decide(request: MemberRequest, suggestion_id: str) -> HttpResponse:
    """``state``: dismissed, or open again; ``conversation``: whose panel is shown."""
    suggestion = access_merge_suggestion(request.actor, parse_id(suggestion_id))
    if request.POST.get("state") == "open":
        reopen_suggestion(suggestion, by=request.actor)
        return _told(_("Suggested again"))
    dismiss_suggestion(suggestion, by=request.actor)
    response = _panel(request) or HttpResponse(status=204)
    response["X-Toast"] = toast_header(
        _("Noted: they are two people"), undo_url=request.path, undo_values={"state": "open"}
    )
    return response


def _panel(request: MemberRequest) -> HttpResponse | None:
    shown = parse_id(request.POST.get("conversation", ""))
    if shown is None:
        return None
    context = panel_context(request.actor, access_conversation(request.actor, shown))
    return render(request, context["panel_template"], context)


@require_safe
@member_with("conversations:read")
def together(request: MemberRequest, conversation_id: str) -> HttpResponse:
    """The threads of a conversation's person in one; for the script only its pane."""
    cursor = str(end_of_log())
    conversation = access_conversation(request.actor, parse_id(conversation_id))
    if conversation.contact is None:
        raise NotFound(_("A group is nobody's own"))
    before = parse_position(request.GET.get("before", ""))
    context = {
        "live_cursor": cursor,
        "opened_from": conversation_row(conversation),
        "person": conversation.contact.person,
        "together": read_together(request.actor, conversation.contact.person_id, before),
        "is_newest": before is None,
    }
    if request.headers.get("X-Fragment"):
        return render(request, "people/_together.html", context)
    home = "resolved" if conversation.status == "resolved" else "open"
    choice = choice_or(request, home)
    return render(request, "people/together.html", {**list_context(request.actor, choice), **context})


@require_POST
@member_with(EXPORTING)
def export(request: MemberRequest, contact_id: str) -> HttpResponse:
    """Starts the job that makes the file, and leads to where it runs."""
    start_export(access_contact(request.actor, parse_id(contact_id)), by=request.actor)
    return _told(_("The file is being made; it can be downloaded here"), goes_to=reverse("jobs"))


@require_safe
@member_with(EXPORTING)
def download(request: MemberRequest, export_id: str) -> StreamingHttpResponse:
    found = open_export(parse_id(export_id), by=request.actor)
    response = StreamingHttpResponse(
        export_text(found, {MediaFile._meta.label: _with_address}),  # noqa: SLF001 -- Django's public way to a name
        content_type="application/json",
    )
    response["Content-Disposition"] = f'attachment; filename="person-{found.contact.person_id}.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def _with_address(file: dict[str, Any]) -> dict[str, Any]:
    return {**file, "url": reverse("media", args=[file["id"]])}


@require_safe
@member_with("contacts:merge")
def merges(request: MemberRequest) -> HttpResponse:
    actor = request.actor
    made = merges_visible_to(actor).select_related("first", "second").order_by("-made_at", "-id")
    context = {
        "suggestions": open_suggestions(merge_suggestions_visible_to(actor))[:PAGE_SIZE],
        "merges": [MergeLine(each) for each in made[:PAGE_SIZE]],
        "undo_days": UNDO_WITHIN.days,
    }
    return render(request, "people/merges.html", context)


MERGES = SettingsPage(
    key="merges",
    address="merges",
    view=merges,
    icon="contacts",
    label=gettext_lazy("One person?"),
    words=gettext_lazy("duplicates, merge contacts, the same person, undo a merge"),
    changed_by=(*MERGE_EVENTS, *SUGGESTION_EVENTS, *CONTACT_EVENTS),
)
ROUTES = [
    path("contacts/<str:contact_id>/merge", show_merge, name="merge-contact"),
    path("contacts/<str:contact_id>/merges", merge, name="contact-merges"),
    path("contacts/<str:contact_id>/export", export, name="export-contact"),
    path("exports/<str:export_id>", download, name="person-export"),
    path("merges/<str:merge_id>/undo", undo, name="undo-merge"),
    path("merge-suggestions/<str:suggestion_id>", decide, name="merge-suggestion"),
    path("conversations/<str:conversation_id>/person", together, name="person-threads"),
]
