"""What the command box finds."""

from __future__ import annotations

from django.urls import reverse

from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.workspaces.access import Actor

FOUND_LIMIT = 8


def search_everything(actor: Actor, text: str) -> list[dict[str, str]]:
    """Conversations of every status whose contact matches, newest first; each with the address that opens it."""
    if len(text) < 2:
        return []
    page = list_conversations(actor, ConversationFilter(text=text), limit=FOUND_LIMIT)
    return [
        {
            "icon": "resolved" if each.status == "resolved" else "bubble",
            "label": each.contact.display_name,
            "detail": f"{each.contact.phone} · {each.inbox.name}".strip(" ·"),
            "url": reverse("conversation", args=[each.id]),
        }
        for each in page.items
    ]
