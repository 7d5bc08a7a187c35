"""What the command box finds: by name, number and tag at once; by what was said, what the index knows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext

from regulars.cases.queries.lists import CaseFilter, list_cases
from regulars.contacts.numbers import shown_number
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.kernel.errors import Invalid
from regulars.search.queries import search
from regulars.search.reading import ask
from regulars.search.searchable import searchable
from regulars.tags.queries import matching_tags
from regulars.web.cases.words import STATUS_ICONS, status_word
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.lists import ListChoice, usual_order
from regulars.web.inbox.tags import group_name
from regulars.web.search.lines import ResultLine, result_lines
from regulars.workspaces.access import Actor

FOUND_LIMIT = 12
FOUND_TAGS = FOUND_CASES = 5
FOUND_MESSAGES = 5


def suggest(actor: Actor, text: str, zone: ZoneInfo) -> list[dict[str, str]]:
    if len(text) < 2:
        return []
    return [*_by_name(actor, text), *_by_words(actor, text, zone)]


def _by_name(actor: Actor, text: str) -> list[dict[str, str]]:
    found = list_conversations(actor, ConversationFilter(text=text), limit=FOUND_LIMIT).items
    newest = {each.contact_id: each.id for each in reversed(found) if each.contact_id}
    stand_for_people = set(newest.values())
    people = [_item(each, "person") for each in found if each.id in stand_for_people]
    return (
        _cases(actor, text)
        + _tags(actor, text)
        + people
        + [_item(each, "conversation") for each in found if each.id not in stand_for_people]
    )


def _cases(actor: Actor, text: str) -> list[dict[str, str]]:
    """By number, words and people; the newest first."""
    if not actor.can("cases:read"):
        return []
    lines = list_cases(actor, CaseFilter(text=text), limit=FOUND_CASES).lines
    return [
        {
            "group": "case",
            "icon": STATUS_ICONS[line.case.status],
            "label": f"{line.case} {line.case.title}",
            "detail": status_word(line.case.status),
            "url": reverse("case", args=[line.case.id]),
        }
        for line in lines
    ]


def _by_words(actor: Actor, text: str, zone: ZoneInfo) -> list[dict[str, str]]:
    """Messages; nothing while an operator is half written."""
    try:
        asked = ask(text, zone)
        found = search(actor, asked, [searchable("message")], zone, limit=FOUND_MESSAGES).items
    except Invalid:
        return []
    return [_message(line) for line in result_lines(actor, found)]


def _message(line: ResultLine) -> dict[str, str]:
    return {
        "group": "message",
        "icon": "bubble",
        "label": line.excerpt.text,
        "detail": line.name,
        "url": line.url,
    }


def _tags(actor: Actor, text: str) -> list[dict[str, str]]:
    """Each leads to the open conversations that have it."""
    return [
        {
            "group": "tag",
            "icon": "tag",
            "label": tag.name,
            "detail": "",
            "url": ListChoice("open", usual_order("open"), tag=str(tag.id)).url,
        }
        for tag in matching_tags(actor.workspace_id, text)[:FOUND_TAGS]
    ]


def _item(each: Conversation, group: str) -> dict[str, str]:
    icon = "contact" if group == "person" else "bubble" if each.contact else "team"
    return {
        "group": group,
        "icon": "resolved" if each.status == "resolved" else icon,
        "label": _label(each),
        "detail": f"{_kind(each)} · {each.inbox.name}".strip(" ·"),
        "url": reverse("conversation", args=[each.id]),
    }


def _label(conversation: Conversation) -> str:
    row = conversation_row(conversation)
    return group_name(row.group) if row.group else row.name


def _kind(conversation: Conversation) -> str:
    return shown_number(conversation.contact.phone) if conversation.contact else gettext("Group")
