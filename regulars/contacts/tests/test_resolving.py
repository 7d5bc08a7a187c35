"""Who is this? Every order, split and repetition of what the platform tells leads to the same people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from regulars.contacts.resolving import Key, Known, Past, Reference, Resolution, keys_to_look_up, resolve
from regulars.kernel import clock
from regulars.kernel.ids import new_id

PEOPLE = 4
MINUTE = timedelta(minutes=1)
EARLIER = datetime(2026, 11, 1, 12, tzinfo=UTC)
LATER = EARLIER + 10 * MINUTE


class Book:
    """What the database would hold after each batch."""

    def __init__(self) -> None:
        self.owners: dict[Key, UUID] = {}
        self.past: dict[Key, list[Past]] = {}
        self.since: dict[Key, datetime] = {}
        self.suggestions: set[frozenset[UUID]] = set()

    def take(self, told: list[tuple[Key, ...]], at: datetime | None = None) -> list[UUID | None]:
        references = [Reference(keys, at) for keys in told]
        wanted = keys_to_look_up(references)
        bsuids: dict[UUID, set[str]] = {}
        for (kind, value), owner in self.owners.items():
            if kind == "bsuid":
                bsuids.setdefault(owner, set()).add(value)
        known = Known(
            {key: self.owners[key] for key in wanted if key in self.owners},
            bsuids,
            {key: list(self.past[key]) for key in wanted if key in self.past},
            {key: self.since[key] for key in wanted if key in self.since},
        )
        resolution = resolve(references, known, new_id)
        self._write(resolution)
        return resolution.contact_ids

    def _write(self, resolution: Resolution) -> None:
        for key in resolution.moved:
            if key in self.owners:
                self.end(key, resolution.added_at[key] or clock.now())
        for key, past in resolution.ended:
            self.past.setdefault(key, []).append(past)
        self.since.update({key: at or clock.now() for key, at in resolution.added_at.items()})
        self.owners.update(resolution.attached)
        self.owners.update(resolution.moved)
        self.suggestions |= {frozenset(pair[:2]) for pair in resolution.suggestions}

    def end(self, key: Key, until: datetime) -> None:
        self.past.setdefault(key, []).append(Past(self.owners.pop(key), until))


def _bsuid(person: int) -> Key:
    return ("bsuid", f"US.{person}")


def _parent(person: int) -> Key:
    return ("parent_bsuid", f"US.ENT.{person}")


def _phone(person: int) -> Key:
    return ("phone", f"+1202555010{person}")


def _references(*forms: str) -> st.SearchStrategy[list[tuple[int, tuple[Key, ...]]]]:
    """Updates of a few people, each naming some of that person's own identities, strongest first."""
    make = {"b": _bsuid, "e": _parent, "p": _phone}
    one = st.tuples(st.integers(0, PEOPLE - 1), st.sampled_from(forms))
    return st.lists(
        one.map(lambda pair: (pair[0], tuple(make[letter](pair[0]) for letter in pair[1]))), max_size=14
    )


def _play(updates: list[tuple[int, tuple[Key, ...]]], sizes: list[int]) -> tuple[Book, dict[int, set[UUID]]]:
    book = Book()
    contacts: dict[int, set[UUID]] = {}
    rest = list(updates)
    for size in [*sizes, len(updates)]:
        part, rest = rest[:size], rest[size:]
        for (person, _keys), contact_id in zip(part, book.take([keys for _p, keys in part]), strict=True):
            assert contact_id is not None
            contacts.setdefault(person, set()).add(contact_id)
    return book, contacts


@given(_references("b", "bp", "bep", "be"), st.lists(st.integers(1, 5), max_size=6), st.randoms())
def test_whoever_is_named_by_bsuid_is_one_contact_in_any_order_and_split(updates, sizes, random):
    shuffled = list(updates)
    random.shuffle(shuffled)
    book, contacts = _play(shuffled + updates, sizes)
    assert all(len(found) == 1 for found in contacts.values())
    assert len({next(iter(found)) for found in contacts.values()}) == len(contacts)
    assert book.suggestions == set()


@given(_references("b", "p", "bp", "bep", "e", "ep"), st.lists(st.integers(1, 5), max_size=6))
def test_two_people_are_never_one_contact_and_one_person_is_found_again_or_suggested(updates, sizes):
    book, contacts = _play(updates, sizes)
    everybody = [contact_id for found in contacts.values() for contact_id in found]
    assert len(everybody) == len(set(everybody))
    own = {contact_id: person for person, found in contacts.items() for contact_id in found}
    for pair in book.suggestions:
        assert len({own[contact_id] for contact_id in pair}) == 1


@given(_references("b", "p", "bp", "bep", "e", "ep"), st.lists(st.integers(1, 5), max_size=6))
def test_telling_everything_again_changes_nothing(updates, sizes):
    book, _contacts = _play(updates, sizes)
    before, suggested = dict(book.owners), set(book.suggestions)
    first = book.take([keys for _person, keys in updates])
    again = book.take([keys for _person, keys in updates])
    assert first == again
    assert book.owners == before
    assert {frozenset(pair) for pair in suggested} <= book.suggestions


def test_a_recycled_phone_goes_to_the_newcomer_and_is_suggested():
    book = Book()
    (old,) = book.take([(_bsuid(1), _phone(1))])
    (new,) = book.take([(_bsuid(2), _phone(1))])
    assert new != old
    assert book.owners[_phone(1)] == new
    assert book.suggestions == {frozenset({old, new})}
    assert book.take([(_bsuid(1),), (_phone(1),)]) == [old, new]


def test_a_phone_stays_with_the_newer_word_however_late_the_older_one_comes():
    book = Book()
    (new,) = book.take([(_bsuid(2), _phone(1))], LATER)
    (old,) = book.take([(_bsuid(1), _phone(1))], EARLIER)
    assert old != new
    assert book.owners[_phone(1)] == new
    assert book.suggestions == {frozenset({old, new})}


def test_a_phone_that_somebody_else_has_by_now_leaves_the_other_known_person():
    book = Book()
    (old,) = book.take([(_bsuid(1), _phone(1))], EARLIER)
    (new,) = book.take([(_bsuid(2),)], EARLIER)
    assert book.take([(_bsuid(2), _phone(1))], LATER) == [new]
    assert book.owners[_phone(1)] == new
    assert book.take([(_phone(1),)], EARLIER) == [old]
    assert book.take([(_phone(1),)], LATER + MINUTE) == [new]


def test_what_ties_two_addresses_counts_for_its_whole_batch():
    book = Book()
    found = book.take([(_phone(1),), (_bsuid(1),), (_bsuid(1), _phone(1))])
    assert len(set(found)) == 1
    assert book.suggestions == set()


def test_a_phone_of_a_contact_without_bsuid_gets_its_first_bsuid():
    book = Book()
    (first,) = book.take([(_phone(1),)])
    assert book.take([(_bsuid(1), _phone(1)), (_bsuid(1),)]) == [first, first]


def test_a_phone_never_joins_two_known_people():
    book = Book()
    one, other = book.take([(_bsuid(1),), (_phone(1),)])
    assert book.take([(_bsuid(1), _phone(1))]) == [one]
    assert book.owners[_phone(1)] == other
    assert book.suggestions == {frozenset({one, other})}


def test_nobody_named_is_nobody():
    assert Book().take([(), (_phone(1),), ()])[::2] == [None, None]


def test_a_retired_bsuid_still_leads_home_and_brings_no_address_back():
    book = Book()
    (home,) = book.take([(_bsuid(1), _phone(1))])
    for key in (_bsuid(1), _phone(1)):
        book.end(key, EARLIER)
    assert book.take([(_bsuid(1), _phone(1))]) == [home]
    assert book.owners == {}
    assert book.take([(_phone(1),)]) != [home]


def test_late_words_of_a_retired_address_lead_home_and_what_they_bring_is_past_too():
    book = Book()
    (home,) = book.take([(_phone(1),)], EARLIER)
    book.end(_phone(1), LATER)
    assert book.take([(_bsuid(1), _phone(1)), (_phone(1),)], EARLIER + MINUTE) == [home, home]
    assert book.owners == {}
    assert [(past.contact_id, past.until) for past in book.past[_bsuid(1)]] == [(home, LATER)]


def test_an_address_that_is_used_again_is_theirs_again():
    book = Book()
    (home,) = book.take([(_bsuid(1), _phone(1))], EARLIER)
    book.end(_phone(1), LATER)
    assert book.take([(_bsuid(1), _phone(1))], LATER + MINUTE) == [home]
    assert book.owners[_phone(1)] == home
