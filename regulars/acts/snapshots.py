"""What decides about conversations, as it is right now, and what is different between two such moments."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.conversations.models import Conversation, ConversationTagging

COLUMNS = (
    "status",
    "snoozed_until",
    "sleeps_through",
    "assignee_id",
    "team_id",
    "priority",
    "unread_count",
    "waiting_since",
)
FOLLOWING = frozenset({"sleeps_through", "unread_count", "waiting_since"})
"""what goes along with another fact: changed since, it stays, and is nobody's decision that stands against undoing"""


class State(msgspec.Struct, frozen=True, omit_defaults=True):
    """Facts of a conversation; those that are of no interest are left out."""

    status: str | UnsetType = UNSET
    snoozed_until: datetime | UnsetType | None = UNSET
    sleeps_through: bool | UnsetType = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    team_id: UUID | UnsetType | None = UNSET
    priority: str | UnsetType = UNSET
    unread_count: int | UnsetType = UNSET
    waiting_since: datetime | UnsetType | None = UNSET
    tags: tuple[UUID, ...] | UnsetType = UNSET
    """those of interest that are on it, in order"""

    def has(self, fact: str) -> bool:
        return getattr(self, fact) is not UNSET

    def stored(self) -> Any:
        return msgspec.to_builtins(self)


def read_state(stored: object) -> State:
    return msgspec.convert(stored, State)


def hold_states(conversation_ids: Collection[UUID]) -> dict[UUID, State]:
    """All facts, the rows held until the transaction ends, in one order. Of conversations that were accessed."""
    rows = Conversation.objects.select_for_update().filter(id__in=conversation_ids).order_by("id")
    held = {row[0]: row[1:] for row in rows.values_list("id", *COLUMNS)}
    tags: dict[UUID, list[UUID]] = defaultdict(list)
    there = ConversationTagging.objects.filter(conversation_id__in=held, until_at=None)
    for conversation_id, tag_id in there.order_by("tag_id").values_list("conversation_id", "tag_id"):
        tags[conversation_id].append(tag_id)
    return {
        key: State(**dict(zip(COLUMNS, row, strict=True)), tags=tuple(tags[key])) for key, row in held.items()
    }


def difference(before: State, after: State) -> tuple[State, State] | None:
    """What of a state is another one now, as it was and as it is; of tags those that came or went. None: nothing."""
    was: dict[str, Any] = {}
    is_now: dict[str, Any] = {}
    for fact in COLUMNS:
        old, new = getattr(before, fact), getattr(after, fact)
        if old != new:
            was[fact], is_now[fact] = old, new
    old_tags, new_tags = _tags(before), _tags(after)
    if moved := set(old_tags) ^ set(new_tags):
        was["tags"] = tuple(tag for tag in old_tags if tag in moved)
        is_now["tags"] = tuple(tag for tag in new_tags if tag in moved)
    return (State(**was), State(**is_now)) if was else None


def changed_since(left: State, now: State, was: State) -> list[str]:
    """Facts that are not as an act left them (``left``), what goes along with others aside. ``was``: before it."""
    found = [
        fact
        for fact in COLUMNS
        if fact not in FOLLOWING and left.has(fact) and getattr(left, fact) != getattr(now, fact)
    ]
    if left.has("tags"):
        there = set(_tags(now))
        if not set(_tags(left)) <= there or there & set(_tags(was)):
            found.append("tags")
    return found


def _tags(state: State) -> tuple[UUID, ...]:
    return () if state.tags is UNSET else state.tags


def facts_of(state: State) -> Mapping[str, Any]:
    return {fact: getattr(state, fact) for fact in COLUMNS if state.has(fact)}
