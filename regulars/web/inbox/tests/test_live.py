"""What the inbox is told: who gets which piece, and how many queries that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.conversations.access import ConversationFacts, Staffing
from regulars.conversations.events import ConversationTagged, MessageReceived, NoteWritten
from regulars.conversations.models import Message
from regulars.conversations.operations.handling import write_note
from regulars.kernel.events import Doer, Event
from regulars.web.inbox.live import LiveRow, _pieces_of_row, draw_pieces
from regulars.web.live.topics import Eyes, Looker
from regulars.workspaces.access import Actor
from regulars.workspaces.permissions import permissions_of
from tests.cast import ALICE, BORIS, Cast, make_cast


@pytest.mark.parametrize(
    ("assignee", "before", "told"),
    [
        ("other", [None], ["gone"]),  # it was free for all, and a colleague took it
        ("other", ["me"], ["gone"]),
        ("other", ["third"], []),  # nothing that this agent ever saw: not even its id
        ("other", [], []),  # a message in a colleague's conversation
        ("other", ["third", "me"], ["gone"]),
        ("me", ["other"], ["row", "thread"]),
        (None, ["me"], ["row", "thread"]),
    ],
)
def test_only_whoever_saw_a_conversation_is_told_that_it_is_gone(
    assignee: str | None, before: Sequence[str | None], told: list[str]
) -> None:
    workspace_id, conversation_id = uuid4(), uuid4()
    people: dict[str | None, UUID | None] = {"me": uuid4(), "other": uuid4(), "third": uuid4(), None: None}
    actor = Actor("member", people["me"], workspace_id, "Ann", "agent", permissions_of("agent"))
    facts = ConversationFacts(workspace_id, uuid4(), people[assignee], None)
    held = tuple(replace(facts, assignee_id=people[each]) for each in before)
    row = LiveRow(conversation_id, facts, {}, {"en": "<li>"}, True, False, held)
    looker = Looker(actor, conversation_id, Staffing({}, {}))
    assert [piece.name for piece in _pieces_of_row(row) if piece.is_for(looker)] == told


@pytest.mark.django_db
def test_a_batch_takes_as_many_queries_as_one_message() -> None:
    """Of several threads that several screens have open, in several languages."""
    cast = make_cast()
    for address in (ALICE, BORIS):
        for number in range(3):
            cast.hears(address, f"hello {number}")
    messages = list(Message.objects.filter(direction="in").order_by("id"))
    by = Doer("member", cast.agent.id, "Ann")
    happened = [event for message in messages for event in _all_about(cast, message, by)]
    everything = frozenset(message.conversation_id for message in messages)
    here, first = frozenset({cast.workspace.id}), frozenset({messages[0].conversation_id})
    few = _queries(happened[:3], Eyes(here, ("en",), first))
    many = _queries(happened, Eyes(here, ("en", "ko", "th"), everything))
    assert (len(everything), many) == (2, few)


def _all_about(cast: Cast, message: Message, by: Doer) -> list[Event]:
    note = write_note(message.conversation, "call back", by=cast.actor(cast.owner))
    where = (cast.workspace.id, message.conversation_id)
    return [
        MessageReceived(*where, message.contact_id, message.id, message.kind, "in"),
        NoteWritten(*where, note.id, by),
        ConversationTagged(*where, by, None, "vip"),
    ]


def _queries(happened: Sequence[Event], eyes: Eyes) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert draw_pieces(happened, eyes)
    return len(captured)
