"""What waits for its time, as thread and list show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from regulars.conversations.guardrails import Refusal, words_of
from regulars.conversations.models import Conversation
from regulars.inboxes.ports import OutgoingText
from regulars.protection.fields import is_hidden
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.operations import REASONS, contents_of
from regulars.scheduling.queries import scheduled_in
from regulars.web.inbox.building import drawn_text
from regulars.web.inbox.view_models import Author


@dataclass(frozen=True, slots=True)
class ScheduledView:
    id: UUID
    conversation_id: UUID
    text: str
    kind: str
    due_at: datetime
    author: Author
    is_refused: bool
    why: tuple[str | Promise, str | Promise]
    """title and explanation of a refusal"""
    stops_on_answer: bool
    is_plain: bool
    """a text that can go back to the text field"""


def scheduled_context(conversation: Conversation) -> dict[str, Any]:
    contact = conversation.contact
    return {
        "conversation_id": conversation.id,
        "scheduled": scheduled_views(scheduled_in(conversation)),
        "there": contact.time_zone if contact else "",
    }


def scheduled_views(rows: Iterable[ScheduledMessage]) -> list[ScheduledView]:
    return [_view(row) for row in rows]


def _view(row: ScheduledMessage) -> ScheduledView:
    contents = () if is_hidden(row.contents) else contents_of(row)
    return ScheduledView(
        row.id,
        row.conversation_id,
        drawn_text(row.text),
        row.kind,
        row.due_at,
        Author("member" if row.author_kind == "member" else "api", row.author_name, row.author_member_id),
        row.state == "refused",
        why_words(row.error or {}),
        row.stops_on_answer,
        len(contents) == 1 and isinstance(contents[0], OutgoingText),
    )


def why_words(error: Mapping[str, Any]) -> tuple[str | Promise, str | Promise]:
    """In the reader's language where the code is one of ours; else as it was told."""
    code = str(error.get("code", ""))
    if code in REASONS:
        return _(REASONS[code]), ""
    try:
        return words_of(Refusal(code))
    except KeyError:
        return str(error.get("title", "")), str(error.get("details", ""))
