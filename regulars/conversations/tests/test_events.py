"""Rows of older versions are read, and no fact of an event is lost between log and reader."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest

from regulars.conversations.events import (
    ConversationAssigned,
    ConversationChanged,
    ConversationSnoozed,
    ConversationTagged,
    MessageQueued,
    MessageStatusChanged,
    NoteWritten,
    held_before,
)
from regulars.kernel.events import Doer, Event, _to_event, facts_of

ID = UUID(int=7)
OTHER = UUID(int=8)
ANN = Doer("member", OTHER, "Ann")
WHERE = {"conversation_id": str(ID)}
STORED_BEFORE: list[tuple[str, dict[str, object], Event]] = [
    (
        "MessageStatusChanged",
        {**WHERE, "message_id": str(OTHER), "status": "sent"},
        MessageStatusChanged(ID, ID, OTHER, "sent", from_status=""),
    ),
    (
        "MessageQueued",
        {**WHERE, "message_id": str(OTHER), "contact_id": None},
        MessageQueued(ID, ID, None, OTHER, kind="", author_member_id=None),
    ),
    ("NoteWritten", {**WHERE, "note_id": str(OTHER)}, NoteWritten(ID, ID, OTHER, by=None)),
    (
        "ConversationChanged",
        {**WHERE, "what": "team", "from_team_id": str(OTHER), "was_a_fact_once": [1]},
        ConversationChanged(ID, ID, "team", None, OTHER),
    ),
    (
        "ConversationTagged",
        {
            **WHERE,
            "from_tags": [],
            "to_tags": ["vip"],
            "by": {"kind": "member", "id": str(OTHER), "name": "Ann"},
        },
        ConversationTagged(ID, ID, ANN),
    ),
]


@pytest.mark.parametrize(("kind", "body", "event"), STORED_BEFORE)
def test_a_row_of_before_is_read_as_far_as_it_goes(kind: str, body: dict[str, object], event: Event) -> None:
    assert _to_event(ID, kind, orjson.loads(orjson.dumps(body))) == event


@pytest.mark.parametrize(
    "event",
    [
        ConversationAssigned(ID, ID, None, OTHER, "Ben", None, by=ANN),
        ConversationTagged(ID, ID, Doer("rule", OTHER, "Big spender"), ID, "vip", "two orders"),
        ConversationSnoozed(ID, ID, "open", datetime(2096, 2, 29, 7, 5, 3, 21, UTC), by=ANN),
    ],
)
def test_facts_come_back_as_they_went_in(event: Event) -> None:
    assert _to_event(ID, type(event).__name__, facts_of(event)) == event


def test_who_had_it_before_is_known_of_old_rows_too() -> None:
    assert held_before(ConversationChanged(ID, ID, "team", OTHER, ID)) == (OTHER, ID)
    assert held_before(ConversationChanged(ID, ID, "unread")) is None
    assert held_before(ConversationAssigned(ID, ID, OTHER, None, "", ID, by=ANN)) == (OTHER, ID)
