"""What can be asked: fields, the rows that some of them count, and the subjects that they are about. Pure.

A room says in its ``condition_fields`` what it knows; ``config.wiring.CONDITION_FIELDS`` joins. Labels may be lazy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from regulars.kernel.conditions.values import COMPARABLE, OPERATORS, FieldType, Operator
from regulars.kernel.conditions.windows import AsOf


class Label(Protocol):
    """A text, or a lazy one in the reader's language."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values of its ``%s``."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One value that a field may have, and what people call it."""

    value: str
    label: Label


@dataclass(frozen=True, slots=True)
class Choices:
    """Values that a field may have: fixed ones, or those of a workspace. ``is_open``: others are no mistake."""

    fixed: tuple[Choice, ...] = ()
    asked: Callable[[UUID], Sequence[Choice]] | None = None
    is_open: bool = False

    def of(self, workspace_id: UUID) -> Sequence[Choice]:
        return self.asked(workspace_id) if self.asked else self.fixed


def one_of(*choices: tuple[str, Label]) -> Choices:
    """A closed list."""
    return Choices(tuple(Choice(value, label) for value, label in choices))


MeasureKind = Literal["count", "sum", "max", "latest", "days_since_last", "words"]


@dataclass(frozen=True, slots=True)
class Measure:
    """What is made of the counted rows. Sums of nothing are 0, but of money they are missing, like every other measure.

    ``sql``/``get``: what is summed, or of which the largest or the latest is taken; money's currency beside it.
    ``only``: which rows count at all, as SQL and as a predicate. ``words``: the set of texts in the rows; ``sql`` is
    the text as ``fold`` writes those that are asked for.
    """

    kind: MeasureKind
    sql: str = ""
    get: Callable[[Any], Any] | None = None
    currency_sql: str = ""
    get_currency: Callable[[Any], str] | None = None
    only_sql: str = ""
    only: Callable[[Any], bool] | None = None
    fold: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be asked of a source: a contact, a conversation, a message, an event, a row that is counted.

    ``sql`` is an expression over the source's table, which has the source's name as its alias, NULL where the value is
    missing; None where only one object can be asked. ``test`` stands in for ``sql`` where an operator needs its own
    form; None from it: the usual one. ``get`` reads the same from the object in memory.
    """

    name: str
    type: FieldType
    label: Label
    source: str
    sql: Callable[[AsOf], Sql] | None = None
    get: Callable[[Any, AsOf], Any] | None = None
    test: Callable[[AsOf, str, Any], Sql | None] | None = None
    passes: Callable[[str, Any, Any], bool] | None = None
    """``test`` in memory: operator, value, what it is compared with"""
    needs: tuple[str, ...] = ()
    """joins of the source's table, by name"""
    choices: Choices | None = None
    currency_sql: str = ""
    """of money, whose ``sql`` is the amount"""
    rows: Rows | None = None
    measure: Measure | None = None
    has_history: bool = False
    """whether a moment in the past is answered as it was then; others are answered as they are now"""
    then: Field | None = None
    """the same, read from history rows: what a moment in the past asks (``columns.remembered``)"""
    only_operators: tuple[Operator, ...] = ()

    @property
    def operators(self) -> tuple[Operator, ...]:
        if self.only_operators:
            return self.only_operators
        known = OPERATORS[self.type]
        if self.is_never_missing:
            return tuple(each for each in known if each != "is_empty")
        return known

    @property
    def is_never_missing(self) -> bool:
        """Whether nothing counted is 0."""
        if self.measure is None:
            return False
        return self.measure.kind == "count" or (self.measure.kind == "sum" and self.type == "number")

    @property
    def takes_where(self) -> bool:
        return self.rows is not None and bool(self.rows.fields)

    @property
    def takes_window(self) -> bool:
        return self.rows is not None and self.rows.takes_window

    @property
    def takes_compare(self) -> bool:
        return self.takes_window and self.measure is not None and self.measure.kind in {"count", "sum", "max"}

    def operators_with(self, *, compare: bool) -> tuple[Operator, ...]:
        """Those that it knows, alone or with a second window."""
        return tuple(each for each in self.operators if not compare or each in COMPARABLE)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that belong to a source and are counted: a table (alias ``counted``), and the same rows in memory."""

    name: str
    source: str
    """whose they are; ``key`` is its id in a row"""
    table: str
    key: str
    workspace: str
    at: str
    order: str = "counted.id"
    """among rows of the same moment"""
    fields: Mapping[str, Field] = field(default_factory=dict)
    """what ``where`` can ask of a row, by name"""
    joins: Mapping[str, str] = field(default_factory=dict)
    load: Callable[[Any], Sequence[Any]] | None = None
    """every row of one object, in the order of their time and ``order``"""
    get_at: Callable[[Any], datetime] | None = None
    until: str = ""
    """when a row ends, NULL while it lasts: one that has ended by then does not count; else what was stays"""
    get_until: Callable[[Any], datetime | None] | None = None
    takes_window: bool = True
    asks_for: tuple[str, str] | None = None
    """the permission to see them and the kind of thing: told to whoever has the one and reaches all of the other"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What a condition is about: its table, which has its name as alias, and the sources that lead from it."""

    name: str
    label: Label
    table: str = ""
    joins: Mapping[str, str] = field(default_factory=dict)
    """how other sources' tables, and what fields need besides, are joined, by name"""
    reaches: Mapping[str, str] = field(default_factory=dict)
    """sources beside its own: the expression of their id here"""

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.name, *self.reaches)

    def id_of(self, source: str) -> str:
        return f"{self.name}.id" if source == self.name else self.reaches[source]


@dataclass(frozen=True, slots=True)
class Family:
    """Fields of one kind under names that nobody knows beforehand: ``contact.fields.<key>``."""

    prefix: str
    pattern: Field
    make: Callable[[Field, str], Field]
    longest_key: int = 100

    def find(self, name: str) -> Field | None:
        key = name.removeprefix(self.prefix)
        if key == name or not 0 < len(key) <= self.longest_key or not key.isprintable():
            return None
        return replace(self.make(self.pattern, key), name=name)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one room knows."""

    subjects: tuple[Subject, ...] = ()
    fields: tuple[Field, ...] = ()
    families: tuple[Family, ...] = ()


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything that can be asked in this house."""

    subjects: Mapping[str, Subject]
    fields: Mapping[str, Field]
    families: tuple[Family, ...] = ()

    def find(self, name: str) -> Field | None:
        return self.fields.get(name) or next(filter(None, (each.find(name) for each in self.families)), None)

    def of(self, subject: str) -> Iterator[Field]:
        """What can be asked of a subject; families by their pattern."""
        sources = self.subjects[subject].sources
        return (each for each in self.all() if each.source in sources)

    def all(self) -> Iterator[Field]:
        """Everything, families by their pattern."""
        yield from self.fields.values()
        yield from (family.pattern for family in self.families)

    def subjects_of(self, asked: Field) -> Collection[str]:
        return [name for name, each in self.subjects.items() if asked.source in each.sources]


def join(contributions: Iterable[Contribution]) -> Registry:
    """What all rooms know; two fields of one name are a mistake in the house."""
    subjects: dict[str, Subject] = {}
    fields: dict[str, Field] = {}
    families: list[Family] = []
    for each in contributions:
        subjects.update({subject.name: subject for subject in each.subjects})
        for asked in each.fields:
            if asked.name in fields:
                raise ValueError(f"two rooms contribute the field {asked.name}")
            fields[asked.name] = asked
        families += each.families
    return Registry(subjects, fields, tuple(families))
