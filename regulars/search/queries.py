"""Searching: what an actor finds, the newest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from heapq import merge
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from regulars.contacts.numbers import masked
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.search.asking import Asked
from regulars.search.finding import EXAMINED, Place, Sought, find_rows, having_any, searching
from regulars.search.keys import NUMBER, open_keys
from regulars.search.sealing import known_sealed_keys
from regulars.search.searchable import Findable, Searchable
from regulars.search.terms import Excerpt, Stretch, Term, digits_of, excerpt_of, find_in, find_number, joined
from regulars.search.tokens import tokens_of
from regulars.workspaces.access import Actor
from regulars.workspaces.sight import NUMBERS, PROTECTED, sees

AT_ONCE = 60
"""entries that are held against their texts together"""


@dataclass(frozen=True, slots=True)
class Found:
    """Something that is there, in sight, and says what was looked for."""

    kind: str
    thing: Findable
    excerpt: Excerpt

    @property
    def place(self) -> Place:
        return Place(self.thing.at, self.thing.id)


@dataclass(frozen=True, slots=True)
class Results:
    """A page, the newest first; with a cursor there may be more. ``is_cut``: it ended before it was full, because so
    much had been looked at; going on from the cursor looks further.
    """

    items: list[Found]
    next_cursor: str | None
    is_cut: bool = False


def search(
    actor: Actor,
    asked: Asked,
    kinds: Sequence[Searchable],
    zone: ZoneInfo,
    *,
    limit: int = 50,
    cursor: str | None = None,
) -> Results:
    """``zone``: where the days of the search begin. Raises ``Invalid`` for names that nothing has."""
    if asked.is_empty:
        return Results([], None)
    after = _read_cursor(cursor) if cursor else None
    with searching():
        looks = [_Look(actor, asked, kind, zone, limit) for kind in kinds]
        newest = merge(*(look.results(after) for look in looks), key=lambda each: each.place, reverse=True)
        items = list(islice(newest, limit + 1))
    stopped = max((look.stopped_at for look in looks if look.stopped_at), default=None)
    if stopped is not None:
        items = [each for each in items if each.place >= stopped]
    if len(items) > limit:
        return Results(items[:limit], _write_cursor(items[limit - 1].place))
    return Results(items, _write_cursor(stopped) if stopped else None, is_cut=stopped is not None)


def count_up_to(actor: Actor, asked: Asked, kind: Searchable, zone: ZoneInfo, most: int) -> int:
    """How many of a kind are found; of more than ``most`` nobody counts the rest."""
    if asked.is_empty:
        return 0
    with searching():
        return sum(1 for _each in islice(_Look(actor, asked, kind, zone, most).results(None), most))


class _Look:
    """One search among things of one kind."""

    def __init__(self, actor: Actor, asked: Asked, kind: Searchable, zone: ZoneInfo, limit: int) -> None:
        self._asked, self._kind, self._at_once = asked, kind, min(limit + 1, AT_ONCE)
        numbers = [term.as_number for term in asked.terms if term.as_number]
        self._digits = numbers if kind.has_numbers and actor.can("contacts:read") else []
        self._whole = None if actor.can(NUMBERS) else {digits_of(term.written) for term in asked.terms}
        sees_all = actor.sees_all and actor.far("contacts") == "all"
        self._sought = Sought(
            actor.workspace_id,
            kind.kind,
            having_any(self._ways(actor.workspace_id)),
            lambda entries: kind.narrow(actor, entries, asked),
            lambda entries: kind.visible(actor, entries, asked),
            is_worded=bool(asked.terms),
            is_wide=bool(asked.terms) and not sees_all and not asked.is_narrowed,
            since=_start(asked.since, zone),
            until=_start(asked.until, zone),
        )
        self.stopped_at: Place | None = None
        """where it gave up to look further"""

    def results(self, after: Place | None) -> Iterator[Found]:
        examined = 0
        for rows in find_rows(self._sought, after, self._at_once):
            things = {each.id: each for each in self._kind.read([row.id for row in rows])} if rows else {}
            for row in rows:
                thing = things.get(row.id)
                if thing is not None and (found := self._held_against(thing)) is not None:
                    yield found
            examined += len(rows)
            if examined >= EXAMINED:
                self.stopped_at = rows[-1].place
                return

    def _ways(self, workspace_id: UUID) -> Iterator[list[int]]:
        """Of what is kept openly; for whoever may read it of what lies sealed, too."""
        if sees(PROTECTED) and self._kind.has_sealed and self._asked.terms:
            sealed = known_sealed_keys(workspace_id, self._kind.kind)
            if sealed is not None:
                yield sorted({sealed(token) for term in self._asked.terms for token in term.tokens})
        key_of = open_keys(workspace_id, self._kind.kind)
        worded = {key_of(token) for term in self._asked.terms for token in term.tokens}
        yield sorted(worded)
        if self._digits:
            number_key = open_keys(workspace_id, NUMBER)
            names = {
                key_of(token) for term in self._asked.terms if not term.as_number for token in term.tokens
            }
            numbers = {
                number_key(token) for term in self._asked.terms if term.as_number for token in _parts(term)
            }
            yield sorted(names | numbers)

    def _held_against(self, thing: Findable) -> Found | None:
        terms = self._asked.terms
        found = find_in(thing.text, terms)
        if found is not None:
            return Found(self._kind.kind, thing, excerpt_of(thing.text, found))
        if not (self._digits and thing.numbers):
            return None
        shown = [(each, stretches) for each in thing.numbers if (stretches := self._in_number(each))]
        words = [term for term in terms if not term.as_number]
        by_words = find_in(thing.text, words) if words else []
        if not shown or by_words is None:
            return None
        number, stretches = shown[0]
        if self._whole is not None:
            number, stretches = masked(number), []
        return Found(self._kind.kind, thing, _with_number(thing.text, by_words, number, stretches))

    def _in_number(self, number: str) -> list[Stretch]:
        """Empty unless all numbers that are looked for are in it. Who may not see numbers has to have written it whole:
        nobody finds one out digit by digit.
        """
        if self._whole is not None:
            return [Stretch(0, 0)] if digits_of(number) in self._whole else []
        each = [find_number(number, digits) for digits in self._digits]
        return joined(stretch for stretches in each for stretch in stretches) if all(each) else []


def _parts(term: Term) -> set[str]:
    """Of a number among those of people, by its last digits."""
    return {token for token in tokens_of(term.as_number) if not token.startswith("^")} or {
        f"^{term.as_number}"
    }


def _with_number(text: str, found: Sequence[Stretch], number: str, in_number: Sequence[Stretch]) -> Excerpt:
    """``name · number``, with what was found in both."""
    excerpt = excerpt_of(
        text.splitlines()[0] if text else "", [each for each in found if "\n" not in text[: each.end]]
    )
    before = f"{excerpt.text} · " if excerpt.text else ""
    moved = [Stretch(each.start + len(before), each.end + len(before)) for each in in_number]
    return Excerpt(before + number, [*excerpt.found, *moved])


def _start(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.min, zone) if day else None


def _write_cursor(place: Place) -> str:
    return write_cursor([place.at.isoformat(), str(place.id)])


def _read_cursor(cursor: str) -> Place:
    try:
        at, last_id = read_cursor(cursor)
        place = Place(datetime.fromisoformat(at), UUID(last_id))
    except (ValueError, TypeError, AttributeError) as error:
        raise unknown_cursor() from error
    if place.at.tzinfo is None:
        raise unknown_cursor()
    return place
