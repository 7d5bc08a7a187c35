"""Single rows and messages as HTML, from the same templates as the whole page. For the live screens."""

from __future__ import annotations

from django.template.loader import render_to_string
from django.utils import translation

from regulars.web.inbox.view_models import ConversationRow, ThreadItem


def render_row(row: ConversationRow, language: str) -> str:
    """One line of the conversation list, the same for every member who reads that language."""
    with translation.override(language):
        return render_to_string("inbox/_row.html", {"row": row})


def render_message(item: ThreadItem, language: str) -> str:
    """One message, note or quiet line of a thread, the same for every member who reads that language."""
    with translation.override(language):
        return render_to_string(f"inbox/_{item.item}.html", {"item": item})
