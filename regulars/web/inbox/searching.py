"""What the command box finds."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.tags import group_name
from regulars.workspaces.access import Actor

FOUND_LIMIT = 12


def search_everything(actor: Actor, text: str) -> list[dict[str, str]]:
    if len(text) < 2:
        return []
    found = list_conversations(actor, ConversationFilter(text=text), limit=FOUND_LIMIT).items
    newest = {each.contact_id: each.id for each in reversed(found) if each.contact_id}
    stand_for_people = set(newest.values())
    people = [_item(each, "person") for each in found if each.id in stand_for_people]
    return people + [_item(each, "conversation") for each in found if each.id not in stand_for_people]


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
    return conversation.contact.phone if conversation.contact else gettext("Group")
