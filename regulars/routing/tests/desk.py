"""Short forms for who is where, and for letting routing read what happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from regulars.conversations.models import Conversation
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.tests.saying import AnyContent
from regulars.inboxes.ports import OutgoingText
from regulars.kernel.events import Position, Recorded, recorded_at
from regulars.kernel.models import Event
from regulars.routing.models import Queue
from regulars.routing.operations import Wanted, change_routing, create_queue
from regulars.routing.reactions import ROUTED_ON, route
from regulars.workspaces.availability import choose_availability
from regulars.workspaces.models import Member
from regulars.workspaces.serving import set_capacity
from tests.cast import Cast


class Desk:
    """Reads the log as the reaction does, in a transaction that the test holds."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.read = 0

    def on(self, *, capacity: int = 3, **settings: Any) -> None:
        """The first number is routed, and these people take so many."""
        change_routing(
            self.cast.workspace.id, inbox_ids=[self.cast.inbox.id], by=self.cast.actor(), **settings
        )
        for member in (self.cast.lead, self.cast.agent, self.cast.mate):
            set_capacity(member, capacity, by=self.cast.actor())
        for member in (self.cast.owner, self.cast.admin):
            set_capacity(member, 0, by=self.cast.actor())
        self.go()

    def queue(self, name: str = "All", **wanted: Any) -> Queue:
        return create_queue(self.cast.workspace.id, Wanted(name, **wanted), by=self.cast.actor())

    def come(self, *members: Member, state: str = "online") -> None:
        for member in members:
            choose_availability(member, state, by=self.cast.actor())

    def hear(self, *phones: str, text: str = "hello") -> list[Conversation]:
        return [self.cast.hears(phone, text) for phone in phones]

    def answer(self, conversation: Conversation, by: Member) -> None:
        fresh = Conversation.objects.select_related("inbox__connection", "contact", "group").get(
            id=conversation.id
        )
        draft = OutgoingDraft(fresh, OutgoingText(body="hi"))
        queue_message(draft, by=self.cast.actor(by), channel=AnyContent())

    def go(self) -> None:
        """Routing reads what it has not read."""
        kinds = [each.__name__ for each in ROUTED_ON]
        rows = list(Event.objects.filter(id__gt=self.read, kind__in=kinds).order_by("id"))
        if rows:
            self.read = rows[-1].id
            route(list(map(recorded, rows)))
            self.go()  # what it did itself

    def whose(self, conversations: Iterable[Conversation]) -> list[UUID | None]:
        found = dict(Conversation.objects.values_list("id", "assignee_id"))
        return [found[each.id] for each in conversations]


def recorded(row: Event) -> Recorded:
    place = Position(row.generation, 0, row.id)
    return recorded_at(place, row.happened_at, row.workspace_id, row.kind, row.body)


def phones(count: int) -> list[str]:
    return [f"+1202556{number:04}" for number in range(count)]
