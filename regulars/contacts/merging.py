"""Who is one person with whom: what merges say, and what is left of them when a contact goes. Pure.

A merge names two contacts; everybody who was one person with the second is one with the first from then on. Where
contacts point to follows from the merges that stand, in their order, and from nothing else: so each can be taken back
whenever it was made, and what is left is as if it had never been.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID


class Tie(NamedTuple):
    """A merge that stands: ``first`` names the person that stays, ``second`` whom it takes in."""

    id: UUID
    first: UUID
    second: UUID


def persons_of(contacts: Collection[UUID], ties: Iterable[Tie]) -> dict[UUID, UUID]:
    """To whom each contact points. ``ties``: the oldest first, and between these contacts."""
    persons = {contact: contact for contact in contacts}
    for tie in ties:
        kept, absorbed = persons[tie.first], persons[tie.second]
        if kept != absorbed:
            persons.update((each, kept) for each, person in persons.items() if person == absorbed)
    return persons


def without_contact(gone: UUID, ties: Sequence[Tie]) -> tuple[list[Tie], list[Tie]]:
    """The ties as they stand when a contact is removed: those that go with it, and those that name another now.

    The others stay one person: the one tied to it first takes its place in the later ties.
    """
    own = [tie for tie in ties if gone in (tie.first, tie.second)]
    if not own:
        return [], []
    heir = own[0].second if own[0].first == gone else own[0].first
    named = [
        tie._replace(
            first=heir if tie.first == gone else tie.first, second=heir if tie.second == gone else tie.second
        )
        for tie in own[1:]
    ]
    return own[:1], named
