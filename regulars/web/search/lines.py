"""What was found, as lines: whose conversation it is in, who said it, and the way there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from regulars.cases.access import cases_visible_to
from regulars.cases.models import Case
from regulars.conversations.access import contacts_visible_to, visible_to
from regulars.search.kinds.facts import SAID_BY_US
from regulars.search.queries import Found
from regulars.search.terms import Excerpt
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.tags import group_name
from regulars.web.inbox.view_models import ConversationRow
from regulars.workspaces.access import Actor
from regulars.workspaces.queries import members_of

ICONS = {"message": "bubble", "contact": "contact", "note": "lock", "file": "document", "case": "case"}


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One thing that was found. ``url`` is empty where there is nothing to open."""

    id: UUID
    kind: str
    name: str
    """of whom, or of the group, the conversation is with; a case's own"""
    avatar_id: UUID | None
    is_group: bool
    inbox_name: str
    """whose a case is"""
    is_resolved: bool
    author: str
    """of ours, who said it; empty for the contact"""
    is_ours: bool
    at: datetime
    excerpt: Excerpt
    url: str

    @property
    def icon(self) -> str:
        return ICONS[self.kind]

    @property
    def marked(self) -> SafeString:
        """The excerpt with what was found marked."""
        pieces: list[SafeString] = []
        text, place = self.excerpt.text, 0
        for start, end in self.excerpt.found:
            pieces.append(format_html("{}<mark>{}</mark>", text[place:start], text[start:end]))
            place = end
        return format_html("{}{}", format_html_join("", "{}", ((piece,) for piece in pieces)), text[place:])


def result_lines(actor: Actor, found: Sequence[Found]) -> list[ResultLine]:
    """Four queries at most, whatever their number."""
    threads = _threads(actor, found)
    names = _names(actor, found)
    people = _people(actor, found)
    cases = _cases(actor, found)
    return [
        _case_line(each, cases[each.thing.id]) if each.kind == "case" else _line(each, threads, names, people)
        for each in found
        if each.kind != "case" or each.thing.id in cases
    ]


def _cases(actor: Actor, found: Sequence[Found]) -> dict[UUID, Case]:
    ids = [each.thing.id for each in found if each.kind == "case"]
    return {case.id: case for case in cases_visible_to(actor).filter(id__in=ids)} if ids else {}


def _case_line(each: Found, case: Case) -> ResultLine:
    return ResultLine(
        id=case.id,
        kind="case",
        name=f"{case} {case.title}",
        avatar_id=None,
        is_group=False,
        inbox_name=str(case.owner or case.team or ""),
        is_resolved=case.status == "resolved",
        author="",
        is_ours=False,
        at=each.thing.at,
        excerpt=each.excerpt,
        url=reverse("case", args=[case.id]),
    )


def _threads(actor: Actor, found: Sequence[Found]) -> dict[UUID, ConversationRow]:
    """By their ids, and the newest of each contact that was found by the contact's."""
    ids = {each.thing.conversation_id for each in found if each.thing.conversation_id}
    contacts = {each.thing.id for each in found if each.kind == "contact"}
    rows: dict[UUID, ConversationRow] = {}
    if ids:
        rows |= {each.id: conversation_row(each) for each in visible_to(actor).filter(id__in=ids)}
    if contacts:
        theirs = visible_to(actor).filter(contact_id__in=contacts).order_by("last_message_at", "id")
        rows |= {each.contact_id: conversation_row(each) for each in theirs if each.contact_id}
    return rows


def _names(actor: Actor, found: Sequence[Found]) -> dict[str, str]:
    """Of members, by the fact that says who it was."""
    if all(each.kind in ("contact", "case") for each in found):
        return {}
    return {f"by:{each.id}": str(each) for each in members_of(actor.workspace_id)}


def _people(actor: Actor, found: Sequence[Found]) -> dict[UUID, str]:
    ids = [each.thing.id for each in found if each.kind == "contact"]
    if not ids:
        return {}
    return {each.id: each.display_name for each in contacts_visible_to(actor).filter(id__in=ids)}


def _line(
    each: Found, threads: dict[UUID, ConversationRow], names: dict[str, str], people: dict[UUID, str]
) -> ResultLine:
    thing = each.thing
    thread = threads.get(thing.conversation_id or thing.id)
    author = next((names[word] for word in thing.facts if word in names), "")
    name = people.get(thing.id) or (_name(thread) if thread else "")
    return ResultLine(
        id=thing.id,
        kind=each.kind,
        name=name,
        avatar_id=(thread.group.id if thread.group else thread.person_id) if thread else thing.id,
        is_group=bool(thread and thread.group),
        inbox_name=thread.inbox_name if thread else "",
        is_resolved=bool(thread and thread.status == "resolved"),
        author=author,
        is_ours=SAID_BY_US in thing.facts,
        at=thing.at,
        excerpt=each.excerpt,
        url=_url(each, thread),
    )


def _name(thread: ConversationRow) -> str:
    return group_name(thread.group) if thread.group else thread.name


def _url(each: Found, thread: ConversationRow | None) -> str:
    if thread is None:
        return ""
    address = reverse("conversation", args=[thread.id])
    view = urlencode({"view": "resolved" if thread.status == "resolved" else "open", "from": "search"})
    if each.kind == "contact":
        return f"{address}?{view}"
    anchor = "note" if each.kind == "note" else "message"
    return f"{address}?{view}#{anchor}-{each.thing.id},{each.thing.at.strftime('%Y-%m-%dT%H:%M:%SZ')}"
