"""Who is one person follows from the merges that stand, whatever was made and taken back in whatever order. Pure."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.contacts.merging import Tie, persons_of, without_contact

NAMES = [UUID(int=number) for number in range(1, 8)]


@st.composite
def forests(draw: st.DrawFn) -> list[Tie]:
    """Merges as they can be made: never of two who are one already."""
    ties: list[Tie] = []
    pairs = draw(st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=12))
    for number, (first, second) in enumerate(pairs):
        persons = persons_of(NAMES, ties)
        if persons[first] != persons[second]:
            ties.append(Tie(UUID(int=100 + number), first, second))
    return ties


def _groups(persons: dict[UUID, UUID], without: UUID | None = None) -> set[frozenset[UUID]]:
    found: dict[UUID, set[UUID]] = {}
    for contact, person in persons.items():
        found.setdefault(person, set()).add(contact)
    return {frozenset(each - {without}) for each in found.values()} - {frozenset()}


@given(forests())
def test_whoever_stands_for_a_person_points_to_themselves(ties):
    persons = persons_of(NAMES, ties)
    assert all(persons[person] == person for person in persons.values())
    assert len(set(persons.values())) == len(NAMES) - len(ties)


@given(forests())
def test_the_newest_merge_taken_back_points_everybody_where_they_pointed(ties):
    for count in range(len(ties)):
        before, after = persons_of(NAMES, ties[:count]), persons_of(NAMES, ties[: count + 1])
        changed = {contact for contact in NAMES if before[contact] != after[contact]}
        tie = ties[count]
        assert changed == {each for each in NAMES if before[each] == before[tie.second]}
        assert {after[each] for each in changed} == {before[tie.first]}


@settings(max_examples=200)
@given(forests(), st.sampled_from(NAMES), st.data())
def test_a_removed_contact_parts_nobody_else_and_later_undos_still_part_its_sides(ties, gone, data):
    ended, renamed = without_contact(gone, ties)
    named = {each.id: each for each in renamed}
    left = [named.get(tie.id, tie) for tie in ties if tie not in ended]
    others = [each for each in NAMES if each != gone]
    assert not any(gone in (tie.first, tie.second) for tie in left)
    assert _groups(persons_of(others, left)) == _groups(persons_of(NAMES, ties), gone)
    undone = set(data.draw(st.lists(st.sampled_from([tie.id for tie in left]), unique=True)) if left else [])
    still = [tie for tie in left if tie.id not in undone]
    with_gone = [tie for tie in ties if tie.id not in undone]
    assert _groups(persons_of(others, still)) == _groups(persons_of(NAMES, with_gone), gone)
