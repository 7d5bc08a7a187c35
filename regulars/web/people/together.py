"""All threads of one person as one, to read: lines in the order of time, each stretch with its number named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.conversations.queries.threads import read_thread
from regulars.web.inbox.building import conversation_row, thread_items
from regulars.web.inbox.view_models import ConversationRow, ThreadItem
from regulars.workspaces.access import Actor

MOST_THREADS = 20
MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines of one thread that no other thread interrupts."""

    conversation: ConversationRow
    items: Sequence[ThreadItem]

    @property
    def at(self) -> datetime:
        return self.items[0].at


@dataclass(frozen=True, slots=True)
class Together:
    threads: Sequence[ConversationRow]
    """those that the member sees, the newest first"""
    stretches: Sequence[Stretch]
    older_before: str
    """the position that an earlier page ends before; empty where there is nothing older"""

    @property
    def thread_ids(self) -> str:
        return " ".join(str(each.id) for each in self.threads)


def read_together(actor: Actor, person_id: UUID, before: tuple[datetime, UUID] | None = None) -> Together:
    found = list_conversations(actor, ConversationFilter(person_id=person_id), limit=MOST_THREADS).items
    rows = {each.id: conversation_row(each) for each in found}
    items, is_whole, arrival = _lines(found, before)
    shown = items[-MOST_LINES:]
    told = sorted(shown, key=lambda item: (item.at, arrival.get(item.id, 0), item.id))
    has_older = not is_whole or len(items) > len(shown)
    return Together(
        list(rows.values()),
        [Stretch(rows[key], list(lines)) for key, lines in groupby(told, lambda item: item.conversation_id)],
        shown[0].position if has_older and shown else "",
    )


def _lines(
    conversations: Iterable[Conversation], before: tuple[datetime, UUID] | None
) -> tuple[list[ThreadItem], bool, dict[UUID, int]]:
    """The newest lines of all, without gaps: nothing from before the place where a thread's page begins.

    With the order in which messages came in: platforms tell whole seconds, and ids say who was processed first, which
    is that order within a thread only.
    """
    since, items, arrival = "", list[ThreadItem](), dict[UUID, int]()
    for conversation in conversations:
        page = read_thread(conversation, before=before, limit=MOST_LINES)
        lines = thread_items(page, conversation)
        items += lines
        arrival |= {each.message.id: each.message.delivery_id or 0 for each in page.messages}
        if page.has_older and lines:
            since = max(since, lines[0].position)
    kept = sorted((item for item in items if item.position >= since), key=lambda item: item.position)
    return kept, not since, arrival
