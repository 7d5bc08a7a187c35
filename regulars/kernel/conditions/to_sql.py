"""A condition as SQL: the set of everything of a subject that it holds for, in one workspace.

What can be told without counting comes first and narrows whose rows are counted (``_split``). Rows are counted in
sub-selects that are grouped once and joined (``_Whole``), which PostgreSQL does by hash however conditions nest; where
only a few objects are looked at, one by one (``_OneByOne``). ``IN`` and ``NOT IN`` would be shorter, but PostgreSQL no
longer hashes them inside ``any`` and ``none`` once they might not fit into ``work_mem``.

Tests may come out NULL, which is as good as false: ``AND`` and ``OR`` keep it so, and ``none`` is ``IS NOT TRUE``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, UUIDField
from django.db.models.expressions import RawSQL

from regulars.kernel.conditions.counting import Counted, Pass, joined
from regulars.kernel.conditions.fields import Field, Measure, Registry, Rows, Sql, Subject
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.tree import Condition, Group, Leaf, leaves_of
from regulars.kernel.conditions.values import Money, holds
from regulars.kernel.conditions.windows import AsOf, Stretch, Window, stretch_of

COUNTING = {"work_mem": "64MB", "max_parallel_workers_per_gather": "1", "jit": "off"}
"""for a count: the groups of a million rows then need no disk, a second processor helps where one is free, and no time
goes into machine code for one statement"""
TRUE, FALSE, MISSING = Sql("TRUE"), Sql("FALSE"), Sql("NULL")
_SIGNS = {"is": "=", "is_not": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def ids(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> Sql:
    """A select of the ids; raises ``Wrong`` when a field can be asked of one object only."""
    return _Whole(_asked_in_sets(registry, subject), workspace_id, as_of).select(condition)


def narrowed(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> Sql:
    """The same ids, where what is known without counting leaves few: those are found first, and counted one by one.

    PostgreSQL cannot know how few: it takes what a tag is on for rare, and begins there.
    """
    parts = [*conjuncts(condition.at(as_of))]
    plain = tuple(each for each in parts if not _counts(each))
    counting = tuple(each for each in parts if _counts(each))
    if not plain or not counting:
        return ids(condition, registry, subject, workspace_id, as_of)
    known = ids(Group("all", plain), registry, subject, workspace_id, as_of)
    test = one_by_one(Group("all", counting), registry, subject, workspace_id, as_of, "known")
    text = f'SELECT "known".id FROM ({known.text} OFFSET 0) "known" WHERE {test.text}'
    return Sql(text, (*known.values, *test.values))


def matching(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> Q:
    """For ``filter``: those that the condition holds for."""
    return _among(ids(condition, registry, subject, workspace_id, as_of))


def matching_few(
    condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf
) -> Q:
    """``matching`` as ``narrowed`` finds them."""
    return _among(narrowed(condition, registry, subject, workspace_id, as_of))


def _among(found: Sql) -> Q:
    return Q(id__in=RawSQL(f"({found.text})", found.values, output_field=UUIDField()))  # noqa: S611 (built of fields)


def count(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> int:
    """How many the condition holds for."""
    found = ids(condition, registry, subject, workspace_id, as_of)
    with transaction.atomic(), connection.cursor() as cursor:
        for name, value in COUNTING.items():
            cursor.execute(f"SET LOCAL {name} TO '{value}'")
        cursor.execute(f"SELECT count(*) FROM ({found.text}) matching", found.values)
        (number,) = cursor.fetchone()
        for name in COUNTING:
            cursor.execute(f"SET LOCAL {name} TO DEFAULT")  # the caller's transaction may go on
    return int(number)


def one_by_one(
    condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf, outer: str
) -> Sql:
    """A test of the row that another query is at; a scalar sub-select, which PostgreSQL does not make a join of.

    ``outer``: what that query calls the subject's table. NULL where it fails for what is known without counting.
    """
    return _OneByOne(_asked_in_sets(registry, subject), workspace_id, as_of).test(condition, outer)


def _asked_in_sets(registry: Registry, subject: str) -> Subject:
    about = registry.subjects[subject]
    if not about.table:
        raise Wrong("no_set", "a subject that is kept in a table")
    return about


@dataclass
class _Builder(ABC):
    """Compiles one condition; collects what has to be joined for it."""

    subject: Subject
    workspace_id: UUID
    as_of: AsOf
    _joined: dict[str, str] = field(default_factory=dict)
    _passes: list[Pass] = field(default_factory=list)

    def _compile(self, condition: Condition) -> Sql:
        """A test that may stand on what is counted."""
        if not _counts(condition):
            return self._known(self._plain(condition))
        if isinstance(condition, Leaf):
            return self._counting(condition)
        return _group(condition, [self._compile(part) for part in condition.parts])

    def _plain(self, condition: Condition) -> Sql:
        """A test of the object alone."""
        if isinstance(condition, Group):
            return _group(condition, [self._plain(part) for part in condition.parts])
        asked = condition.field
        own = () if asked.source == self.subject.name else (asked.source,)
        for name in (*own, *asked.needs):
            self._joined[name] = self.subject.joins[name]
        return _test_of(condition, self.as_of)

    def _split(self, condition: Condition) -> tuple[list[Sql], list[Condition]]:
        """What holds of the object without counting, and what stands on counted rows: all of both must."""
        first: list[Sql] = []
        last: list[Condition] = []
        for each in conjuncts(condition.at(self.as_of)):
            test = self._presence(each) if _counts(each) else self._plain(each)
            if test is None:
                last.append(each)
            else:
                first.append(test)
        return first, last

    def _presence(self, condition: Condition) -> Sql | None:
        """Where it is enough that there is a row, or none: PostgreSQL joins by that and groups nothing."""
        leaf = condition.parts[0] if isinstance(condition, Group) and condition.join == "none" else condition
        counted = self._counted(leaf, leaf.window) if isinstance(leaf, Leaf) and _is_presence(leaf) else None
        if counted is None or not isinstance(leaf, Leaf):
            return None
        found = Pass([counted]).any_of(self.workspace_id, self.subject.id_of(counted.rows.source))
        is_without = (leaf is not condition) != (leaf.operator == "is_empty" and leaf.value is True)
        return Sql(f"NOT {found.text}", found.values) if is_without else found

    @abstractmethod
    def _known(self, test: Sql) -> Sql:
        """How a test of the object alone is said beside what is counted."""

    def _objects(self) -> str:
        """The subject's table with everything that its tests stand on."""
        joins = "".join(f" {text}" for text in self._joined.values())
        return f"{self.subject.table} {self.subject.name}{joins}"

    def _counting(self, leaf: Leaf) -> Sql:
        value = self._measured(leaf, leaf.window)
        if leaf.field.type == "words":
            return _number_of_words(leaf, value)
        if leaf.compare is not None:
            return self._compared(leaf, value, self._measured(leaf, leaf.compare))
        measure = leaf.field.measure
        if value is not MISSING and measure and measure.kind == "days_since_last":
            at = self.as_of.at
            value = Sql(f"floor(extract(epoch FROM (%s - {value.text})) / 86400)", (at,))
        if value is not MISSING and not _needs_rows(leaf) and leaf.field.is_never_missing:
            value = Sql(f"COALESCE({value.text}, 0)", value.values)
        wanted = _amounts(leaf.value)
        return compare(leaf.operator, value, wanted)

    def _compared(self, leaf: Leaf, first: Sql, second: Sql) -> Sql:
        if first is MISSING or second is MISSING:
            return FALSE
        if leaf.field.is_never_missing:
            first, second = (Sql(f"COALESCE({each.text}, 0)") for each in (first, second))
        factors = _amounts(leaf.value)
        times = f"%s::numeric * {second.text}"  # of two whole numbers the product might be none
        if leaf.operator == "between":
            return Sql(f"{first.text} BETWEEN {times} AND {times}", tuple(factors))
        return Sql(f"{first.text} {_SIGNS[leaf.operator]} {times}", (factors,))

    def _measured(self, leaf: Leaf, window: Window | None) -> Sql:
        counted = self._counted(leaf, window)
        if counted is None:
            return MISSING
        place = next((n for n, each in enumerate(self._passes) if each.takes(counted)), len(self._passes))
        if place == len(self._passes):
            self._passes.append(Pass())
        return Sql(f"count{place}.value{self._passes[place].place_of(counted)}")

    def _counted(self, leaf: Leaf, window: Window | None) -> Counted | None:
        stretch = stretch_of(window, self.as_of)
        if stretch is None or leaf.field.rows is None or leaf.field.measure is None:
            return None
        return _counted(leaf, leaf.field.rows, leaf.field.measure, stretch, self.as_of)


@dataclass
class _Whole(_Builder):
    """For sets: what can be told without counting narrows whose rows are counted, then these are counted once."""

    _columns: list[Sql] = field(default_factory=list)
    """tests of the object alone inside of others that stand on what is counted"""

    def select(self, condition: Condition) -> Sql:
        first, counting = self._split(condition)
        last = joined("AND", [self._compile(each) for each in counting]) if counting else TRUE
        sources = {each.rows.source for each in self._passes}
        leader = None if self._columns or sources != {self.subject.name} else self._leader(counting)
        counts = [self._made_of(each, first, is_leader=each is leader) for each in self._passes]
        if leader is None:
            base, name = self._objects_with(first), "object"
        else:
            place = self._passes.index(leader)
            base, name = counts[place], f"count{place}"
        joins = [
            Sql(
                f" LEFT JOIN ({each.text}) count{place} ON count{place}.id = {name}.{self._id_of(made)}",
                each.values,
            )
            for place, (made, each) in enumerate(zip(self._passes, counts, strict=True))
            if made is not leader
        ]
        text = f"SELECT {name}.id FROM ({base.text}) {name}{''.join(each.text for each in joins)} WHERE {last.text}"
        return Sql(text, (*base.values, *(value for each in joins for value in each.values), *last.values))

    def _leader(self, counting: Sequence[Condition]) -> Pass | None:
        """What only knows objects that can pass: the rest is joined to it, and the objects need not be read again."""
        for each in counting:
            counted = (
                self._counted(each, each.window) if isinstance(each, Leaf) and _needs_rows(each) else None
            )
            found = next((made for made in self._passes if counted in made.made), None)
            if found and not found.stands_alone:
                return found
        return None

    def _known(self, test: Sql) -> Sql:
        self._columns.append(test)
        return Sql(f"object.test{len(self._columns) - 1}")

    def _objects_with(self, tests: list[Sql]) -> Sql:
        """Those that the tests hold for, with what the rest stands on."""
        name, sources = self.subject.name, dict.fromkeys(each.rows.source for each in self._passes)
        columns = [Sql(f"{name}.id")]
        columns += [Sql(f"{self.subject.id_of(each)} AS {each}_id") for each in sources if each != name]
        columns += [
            Sql(f"{test.text} AS test{place}", test.values) for place, test in enumerate(self._columns)
        ]
        return self._selected(columns, tests)

    def _selected(self, columns: Sequence[Sql], tests: Sequence[Sql]) -> Sql:
        whose = joined("AND", [Sql(f"{self.subject.name}.workspace_id = %s", (self.workspace_id,)), *tests])
        listed = ", ".join(column.text for column in columns)
        values = tuple(value for column in columns for value in column.values)
        return Sql(f"SELECT {listed} FROM {self._objects()} WHERE {whose.text}", (*values, *whose.values))

    def _made_of(self, made: Pass, tests: list[Sql], *, is_leader: bool) -> Sql:
        if made.stands_alone or not (tests or is_leader):
            return made.by_object(self.workspace_id)
        theirs = self._selected([Sql(self.subject.id_of(made.rows.source))], tests)
        return made.by_object(self.workspace_id, Sql(f"{made.rows.key} IN ({theirs.text})", theirs.values))

    def _id_of(self, made: Pass) -> str:
        return "id" if made.rows.source == self.subject.name else f"{made.rows.source}_id"


class _OneByOne(_Builder):
    """For single objects: their rows are counted where the tests of the object alone hold."""

    def test(self, condition: Condition, outer: str) -> Sql:
        first, counting = self._split(condition)
        last = joined("AND", [self._compile(each) for each in counting]) if counting else TRUE
        whose = joined("AND", [Sql(f'{self.subject.name}.id = "{outer}".id'), *first])
        texts: list[str] = []
        values: list[Any] = []
        for place, each in enumerate(self._passes):
            counts = each.of_one(self.workspace_id, self.subject.id_of(each.rows.source))
            texts.append(f" LEFT JOIN LATERAL ({counts.text}) count{place} ON true")
            values += counts.values
        text = f"(SELECT {last.text} FROM {self._objects()}{''.join(texts)} WHERE {whose.text})"
        return Sql(text, (*last.values, *values, *whose.values))

    def _known(self, test: Sql) -> Sql:
        return test


def _counts(condition: Condition) -> bool:
    return any(leaf.field.rows for leaf in leaves_of(condition))


def conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Leaf) or condition.join == "any":
        yield condition
    elif condition.join == "all":
        for part in condition.parts:
            yield from conjuncts(part)
    else:
        yield from (Group("none", (part,)) for part in condition.parts)


def _is_presence(leaf: Leaf) -> bool:
    """Whether one row of those that it asks for decides."""
    measure = leaf.field.measure
    return measure is not None and measure.kind == "words" and _number_wanted(leaf) == 1


def _needs_rows(leaf: Leaf) -> bool:
    """Whether it fails where nothing is counted."""
    if leaf.operator == "is_empty":
        return not leaf.value
    if leaf.compare is not None:
        return False
    return not (leaf.field.is_never_missing and holds(leaf.operator, 0, leaf.value))


def _counted(leaf: Leaf, rows: Rows, measure: Measure, stretch: Stretch, as_of: AsOf) -> Counted:
    tests: list[Sql] = []
    if rows.until:
        tests.append(Sql(f"COALESCE({rows.until} >= %s, true)", (stretch.end,)))
    if measure.only_sql:
        tests.append(Sql(measure.only_sql))
    if measure.kind == "words" and leaf.operator != "is_empty":
        tests.append(Sql(f"{measure.sql} = ANY(%s)", (sorted(_words_asked(leaf)),)))
    wanted = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
    if isinstance(wanted, Money) and measure.currency_sql:
        tests.append(Sql(f"{measure.currency_sql} = %s", (wanted.currency,)))
    if leaf.where is not None:
        tests.append(test_of(leaf.where, as_of))
    return Counted(
        rows,
        _row_joins(rows, leaf),
        stretch,
        tuple(tests),
        _made(leaf, measure, rows),
        is_latest=measure.kind == "latest",
        stands_alone=measure.kind == "words",
    )


def _group(group: Group, parts: Sequence[Sql]) -> Sql:
    if not parts:
        return FALSE if group.join == "any" else TRUE
    together = joined("AND" if group.join == "all" else "OR", parts)
    return Sql(f"({together.text}) IS NOT TRUE", together.values) if group.join == "none" else together


def test_of(condition: Condition, as_of: AsOf) -> Sql:
    if isinstance(condition, Leaf):
        return _test_of(condition, as_of)
    return _group(condition, [test_of(part, as_of) for part in condition.parts])


def _row_joins(rows: Rows, leaf: Leaf) -> str:
    needed = dict.fromkeys(_needs(leaf.where) if leaf.where is not None else ())
    return "".join(f" {rows.joins[name]}" for name in needed)


def _needs(where: Condition) -> list[str]:
    if isinstance(where, Leaf):
        return list(where.field.needs)
    return [name for part in where.parts for name in _needs(part)]


def _words_asked(leaf: Leaf) -> set[str]:
    fold = leaf.field.measure.fold if leaf.field.measure else str
    return set(map(fold, leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)))


def _number_of_words(leaf: Leaf, found: Sql) -> Sql:
    """``found``: how many of those that are asked for are there, of ``is_empty`` how many at all; or NULL for none."""
    if leaf.operator == "is_empty":
        return Sql(f"COALESCE({found.text}, 0) {'=' if leaf.value else '>'} 0", found.values)
    return Sql(f"{found.text} >= %s", (*found.values, _number_wanted(leaf)))


def _number_wanted(leaf: Leaf) -> int:
    """Of different words."""
    return len(_words_asked(leaf)) if leaf.operator == "has_all" else 1


def _made(leaf: Leaf, measure: Measure, rows: Rows) -> str:
    match measure.kind:
        case "latest":
            return measure.sql
        case "days_since_last":
            return f"max({rows.at})"
        case "words" if _number_wanted(leaf) > 1:
            return f"count(DISTINCT {measure.sql})"
        case "count" | "words":
            return "count(*)"
        case _:
            return f"{measure.kind}({measure.sql})"


def _test_of(leaf: Leaf, as_of: AsOf) -> Sql:
    asked = leaf.field
    own = asked.test(as_of, leaf.operator, leaf.value) if asked.test else None
    if own is not None:
        return own
    if asked.sql is None:
        raise Wrong("no_set", "a field that sets can be asked for", leaf.path)
    value = asked.sql(as_of)
    if isinstance(leaf.value, Money) or (isinstance(leaf.value, tuple) and isinstance(leaf.value[0], Money)):
        return _money(leaf, asked, value)
    return compare(leaf.operator, value, _amounts(leaf.value))


def _money(leaf: Leaf, asked: Field, amount: Sql) -> Sql:
    wanted = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
    currency = Sql(f"{asked.currency_sql} = %s", (wanted.currency,))
    return joined("AND", [compare(leaf.operator, amount, _amounts(leaf.value)), currency])


def _amounts(wanted: Any) -> Any:
    """Amounts without their currency, and whole numbers as such, so that a count need not be cast."""
    if isinstance(wanted, tuple):
        numbers = tuple(each.amount if isinstance(each, Money) else each for each in wanted)
        return tuple(map(int, numbers)) if all(map(_is_whole, numbers)) else numbers
    number = wanted.amount if isinstance(wanted, Money) else wanted
    return int(number) if _is_whole(number) else number


def _is_whole(number: Any) -> bool:
    return isinstance(number, Decimal) and number == number.to_integral_value()


def compare(operator: str, value: Sql, wanted: Any) -> Sql:
    """One operator over an expression; NULL or false where the value is missing."""
    match operator:
        case "is_empty":
            return Sql(f"{value.text} IS {'' if wanted else 'NOT '}NULL", value.values)
        case "in":
            return Sql(f"{value.text} = ANY(%s)", (*value.values, list(wanted)))
        case "not_in":
            return Sql(f"{value.text} <> ALL(%s)", (*value.values, list(wanted)))
        case "contains":
            return Sql(f"strpos(lower({value.text}), lower(%s)) > 0", (*value.values, wanted))
        case "between":
            return Sql(f"{value.text} BETWEEN %s AND %s", (*value.values, *wanted))
        case _:
            return Sql(f"{value.text} {_SIGNS[operator]} %s", (*value.values, wanted))
