"""Generated data: the frame in which each room makes its own kinds of rows, quick and repeatable.

A room says in ``<room>/generating`` what it generates (:class:`Generated`); ``config.wiring.GENERATED`` joins the
rooms, each after what it builds on. Rows are history, like what an import brings: they tell no events, so nothing
reacts to them.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, connection
from psycopg.errors import UniqueViolation

from regulars.kernel.errors import Conflict, Invalid

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
NULL = "\\N"
"""how COPY's text form writes it"""


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can be asked for by number: ``regulars seed --<name> N``.

    ``implied``: how many there are when nobody said, from the numbers that somebody did say.
    """

    name: str
    implied: Callable[[Mapping[str, int]], int]


@dataclass(frozen=True, slots=True)
class Generated:
    """What one room generates.

    ``check`` raises ``Invalid`` for what cannot be; all are asked before one writes. ``write`` yields how many of
    its kinds' things it has made since it yielded last: what it has yielded is committed and consistent.
    """

    kinds: tuple[Kind, ...]
    check: Callable[[Run], None]
    write: Callable[[Run], Iterator[int]]
    watches: frozenset[str] = frozenset()
    """tables of which it wants to know what the ones before it made"""


@dataclass(slots=True)
class Run:
    """One filling of a workspace. Times lie in the ``days`` before ``until``; ``rows`` counts by table.

    Of tables in ``watched`` the ids are kept (``made``), for what is made of them afterwards.
    """

    workspace_id: UUID
    seed: int
    until: datetime
    days: int
    amounts: Mapping[str, int]
    rows: Counter[str] = field(default_factory=Counter)
    watched: set[str] = field(default_factory=set)
    _made: dict[str, bytearray] = field(default_factory=dict)

    @property
    def since(self) -> datetime:
        return self.until - timedelta(days=self.days)

    def dice(self, *place: object) -> random.Random:
        """The same for the same seed and place, whatever was thrown elsewhere."""
        return random.Random(f"{self.seed}:{':'.join(map(str, place))}")  # noqa: S311 (repeatable on purpose)

    def copy(self, table: str, columns: str, lines: Sequence[str]) -> None:
        """``lines``: rows in COPY's text form (tabs between columns), their texts passed through :func:`escaped`."""
        if not lines:
            return
        with (
            connection.cursor() as cursor,
            cursor.cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy,  # names of ours
        ):
            copy.write("\n".join(lines) + "\n")
        self.rows[table] += len(lines)
        if table in self.watched:
            kept = self._made.setdefault(table, bytearray())
            for line in lines:
                kept += UUID(line[: line.index("\t")]).bytes

    def made(self, table: str, at_once: int) -> Iterator[list[UUID]]:
        """The ids of the rows of a watched table, the first column of its lines, so many at a time."""
        kept = self._made.get(table, bytearray())
        for start in range(0, len(kept), 16 * at_once):
            some = bytes(kept[start : start + 16 * at_once])
            yield [UUID(bytes=some[place : place + 16]) for place in range(0, len(some), 16)]


def escaped(text: str) -> str:
    """As COPY's text form wants it."""
    return text.translate(_ESCAPED)


def amounts_of(generators: Iterable[Generated], given: Mapping[str, int]) -> dict[str, int]:
    """How many of every kind that somebody generates; raises ``Invalid`` for one that nobody does yet."""
    kinds = {kind.name: kind for generated in generators for kind in generated.kinds}
    if unknown := [name for name in given if name not in kinds]:
        raise Invalid(
            f"Nothing generates {' and '.join(unknown)} yet: the part of Regulars that they belong to is not there, or "
            f"does not generate them. There are {', '.join(kinds)}."
        )
    return {name: given[name] if name in given else kind.implied(given) for name, kind in kinds.items()}


def check(generators: Iterable[Generated], run: Run) -> None:
    """Raises ``Invalid`` for what cannot be, before anything is written."""
    for generated in generators:
        generated.check(run)


def generate(generators: Iterable[Generated], run: Run) -> Iterator[int]:
    """Everything, room by room; yields how many things were made since it yielded last, of ``sum(amounts)``.

    Raises ``Conflict`` where the same seed has been before.
    """
    generators = list(generators)
    run.watched.update(table for generated in generators for table in generated.watches)
    try:
        for generated in generators:
            yield from generated.write(run)
    except IntegrityError as error:
        if not isinstance(error.__cause__ or error, UniqueViolation):
            raise
        raise Conflict(
            f"What the seed {run.seed} makes is there already. Leave --seed out, or choose another."
        ) from error
    with connection.cursor() as cursor:
        for table in run.rows:
            cursor.execute(f"ANALYZE {table}")  # names of ours; else lists are slow until somebody looks
