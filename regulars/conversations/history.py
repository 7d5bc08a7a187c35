"""What decides about a conversation and is remembered: its status, whose it is, in which team's queue.

An entry of ``DECIDING`` is all that another fact needs, besides a migration that opens its rows for what is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from regulars.conversations.events import (
    AnswerFailed,
    ConversationAssigned,
    ConversationClaimed,
    ConversationHandedToTeam,
    ConversationLostTeam,
    ConversationReopened,
    ConversationReopenedByMessage,
    ConversationResolved,
    ConversationSnoozed,
    ConversationWoken,
)
from regulars.conversations.models import Conversation, ConversationHistory
from regulars.kernel.events import Doer, Event
from regulars.kernel.history import HOUSE, Change, keep

STARTED = "started"
CONTACT = Doer("contact", None, "")


class _Now(NamedTuple):
    """What a fact is from now on; of an id also what people call it."""

    value: str | None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Deciding:
    """A fact: the column that holds it, what it is at first, and which events change it."""

    name: str
    column: str
    first: str | None
    set_by: Mapping[type[Event], Callable[[Any], _Now]]


def _is(value: str) -> Callable[[Any], _Now]:
    return lambda _event: _Now(value)


def _to(member_or_team: UUID | None, name: str) -> _Now:
    return _Now(str(member_or_team), name) if member_or_team else _Now(None)


DECIDING = (
    Deciding(
        "status",
        "status",
        "open",
        {
            ConversationResolved: _is("resolved"),
            ConversationSnoozed: _is("snoozed"),
            ConversationReopened: _is("open"),
            ConversationReopenedByMessage: _is("open"),
            ConversationWoken: _is("open"),
            AnswerFailed: _is("open"),
        },
    ),
    Deciding(
        "assignee",
        "assignee_id",
        None,
        {
            ConversationAssigned: lambda event: _to(event.to_member_id, event.to_name),
            ConversationClaimed: lambda event: _to(event.by.id, event.by.name),
        },
    ),
    Deciding(
        "team",
        "team_id",
        None,
        {
            ConversationHandedToTeam: lambda event: _to(event.to_team_id, event.to_name),
            ConversationLostTeam: lambda event: _to(event.to_team_id, event.to_name),
        },
    ),
)
FACTS = tuple(fact.name for fact in DECIDING)


def remember(happened: Iterable[tuple[Any, str]]) -> None:
    """Write what events changed, each with the word of its quiet line; one statement if there is anything."""
    if changes := [change for event, why in happened for change in _changes_of(event, why)]:
        keep(ConversationHistory, changes)


def _changes_of(event: Any, why: str) -> Iterator[Change]:
    for fact in DECIDING:
        if set_by := fact.set_by.get(type(event)):
            value, name = set_by(event)
            yield Change(event.workspace_id, event.conversation_id, fact.name, value, name, _by(event), why)


def _by(event: Any) -> Doer:
    if isinstance(event, ConversationReopenedByMessage):
        return CONTACT
    by: Doer = getattr(event, "by", HOUSE)
    return by


def open_history(conversation: Conversation) -> None:
    """Of one that was just made."""
    firsts = (
        Change(conversation.workspace_id, conversation.id, fact.name, fact.first, why=STARTED)
        for fact in DECIDING
    )
    keep(ConversationHistory, firsts, at=conversation.created_at)
