"""What stands in the demo's audit trail from the days before: who signed in from where, read which conversations, and
took something out. Made as requests make it, at the times of then, and sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from regulars.conversations.models import Conversation
from regulars.demo.seed import Made
from regulars.kernel import clock
from regulars.kernel.touching import looked_at
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.operations import audit
from regulars.workspaces.sessions import note_sign_in
from regulars.workspaces.trail.collecting import Collector, collected
from regulars.workspaces.trail.sealing import seal_all
from regulars.workspaces.trail.writing import write_held


class _Day(NamedTuple):
    """Of one member: so many days ago, how often a conversation was opened after signing in, and from where."""

    who: str
    days: int
    opened: int
    source: str


OFFICE, HOME, CAFE = "192.0.2.14", "198.51.100.23", "203.0.113.9"
"""addresses that RFC 5737 keeps for documents"""
BEGINS = timedelta(hours=8, minutes=52)
BETWEEN = timedelta(minutes=17)
WEEK = (
    _Day("agent@demo.example", 3, 4, OFFICE),
    _Day("agent2@demo.example", 3, 3, OFFICE),
    _Day("lead@demo.example", 3, 5, OFFICE),
    _Day("agent@demo.example", 2, 5, OFFICE),
    _Day("agent3@demo.example", 2, 2, HOME),
    _Day("admin@demo.example", 2, 1, CAFE),
    _Day("agent2@demo.example", 1, 4, HOME),
    _Day("owner@demo.example", 1, 2, HOME),
)
TAKEN_OUT_BY, TAKEN_OUT_DAYS = "admin@demo.example", 2
"""who had a file made of a person, and how many days ago"""


def leave_a_trail(made: Made, talks: Sequence[Conversation], now: datetime) -> None:
    members = {member.user.email: member for member in made.members}
    for day in WEEK:
        by = actor_of_member(members[day.who])
        begins = _midnight(now) - timedelta(days=day.days) + BEGINS
        with clock.frozen_at(begins):
            note_sign_in(members[day.who], day.source)
        for place in range(day.opened):
            with clock.frozen_at(begins + (place + 1) * BETWEEN):
                _open(by, talks[(day.days + place) % len(talks)], day.source)
    with clock.frozen_at(_midnight(now) - timedelta(days=TAKEN_OUT_DAYS) + BEGINS + 3 * BETWEEN):
        _take_out(actor_of_member(members[TAKEN_OUT_BY]), talks[0].contact_id)
    write_held()
    seal_all()


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _open(by: Actor, talk: Conversation, source: str) -> None:
    with collected(Collector(by, "screen", source=source, route="conversation")):
        looked_at("conversation", [talk.id])
        looked_at("contact", [talk.contact_id] if talk.contact_id else [])


def _take_out(by: Actor, contact_id: UUID | None) -> None:
    with collected(Collector(by, "screen", source=CAFE, route="export-person")):
        audit(by, "contacts:export", "contact", str(contact_id), contacts=1)
