"""Single rows and lines of a thread as HTML, for pages and live screens. One that cannot be drawn stops nobody."""

from __future__ import annotations

from dataclasses import replace

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import SafeString

from regulars.kernel.shielding import shielded
from regulars.web.inbox.view_models import (
    ActivityView,
    ConversationRow,
    MessageView,
    NoteView,
    TakenBackView,
    ThreadItem,
    UnreadableView,
)


def draw_row(row: ConversationRow) -> SafeString:
    bare = replace(row, name="", assignee=None, preview=None, tags=(), is_unreadable=True)
    return shielded("conversation", row.id, lambda: _draw_row(row), lambda: _draw_row(bare))


def _draw_row(row: ConversationRow) -> SafeString:
    return render_to_string("inbox/_row.html", {"row": row})


def draw_line(item: ThreadItem) -> SafeString:
    what = item.what if isinstance(item, UnreadableView) else item.item
    return shielded(what, item.id, lambda: _draw_line(item), lambda: _draw_line(_unreadable(item)))


def _draw_line(item: ThreadItem) -> SafeString:
    return render_to_string(f"inbox/_{item.item}.html", {"item": item})


def _unreadable(item: ThreadItem) -> UnreadableView:
    match item:
        case UnreadableView():
            return item
        case TakenBackView():
            return UnreadableView(item.id, item.conversation_id, "message", item.at, "out")
        case NoteView():
            return UnreadableView(item.id, item.conversation_id, "note", item.at, "out")
        case ActivityView():
            return UnreadableView(item.id, item.conversation_id, "activity", item.at)
        case MessageView():
            return UnreadableView(item.id, item.conversation_id, "message", item.at, item.direction)


def render_row(row: ConversationRow, language: str) -> str:
    """The same for every member who reads that language."""
    with translation.override(language):
        return draw_row(row)


def render_message(item: ThreadItem, language: str) -> str:
    """The same for every member who reads that language."""
    with translation.override(language):
        return draw_line(item)
