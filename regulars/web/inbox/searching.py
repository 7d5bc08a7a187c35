"""What the command box finds."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext

from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.tags import group_name
from regulars.workspaces.access import Actor

FOUND_LIMIT = 8


def search_everything(actor: Actor, text: str) -> list[dict[str, str]]:
    """Conversations of every status that match, newest first; each with the address that opens it."""
    if len(text) < 2:
        return []
    page = list_conversations(actor, ConversationFilter(text=text), limit=FOUND_LIMIT)
    return [
        {
            "icon": "resolved" if each.status == "resolved" else "bubble" if each.contact else "team",
            "label": _label(each),
            "detail": f"{_kind(each)} · {each.inbox.name}".strip(" ·"),
            "url": reverse("conversation", args=[each.id]),
        }
        for each in page.items
    ]


def _label(conversation: Conversation) -> str:
    row = conversation_row(conversation)
    return group_name(row.group) if row.group else row.name


def _kind(conversation: Conversation) -> str:
    return conversation.contact.phone if conversation.contact else gettext("Group")
