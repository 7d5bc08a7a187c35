"""A condition as SQL: the set of everything of a subject that it holds for, in one workspace.

Rows are counted in sub-selects that are grouped once and joined (``_Whole``), which PostgreSQL does by hash however
conditions nest; where only a few objects are looked at, one by one (``_OneByOne``). ``IN`` and ``NOT IN`` would be
shorter, but PostgreSQL no longer hashes them inside ``any`` and ``none`` once they might not fit into ``work_mem``.

Tests may come out NULL, which is as good as false: ``AND`` and ``OR`` keep it so, and ``none`` is ``IS NOT TRUE``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, Model, Q, QuerySet, UUIDField
from django.db.models.expressions import RawSQL

from regulars.kernel.conditions.fields import Field, Measure, Registry, Rows, Sql, Subject
from regulars.kernel.conditions.problems import Wrong
from regulars.kernel.conditions.tree import Condition, Group, Leaf
from regulars.kernel.conditions.values import Money, holds
from regulars.kernel.conditions.windows import AsOf, Stretch, Window, stretch_of

Row = TypeVar("Row", bound=Model)
PROBED = 1000
"""so many are looked at one by one before the whole set is asked for"""
WORK_MEMORY = "64MB"
"""for a count: the groups of a million rows then need no disk"""
TRUE, FALSE, MISSING = Sql("TRUE"), Sql("FALSE"), Sql("NULL")
_SIGNS = {"is": "=", "is_not": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def ids(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> Sql:
    """A select of the ids; raises ``Wrong`` when a field can be asked of one object only."""
    about = _asked_in_sets(registry, subject)
    builder = _Whole(about, workspace_id, as_of)
    test = builder.compile(condition)
    return _put(
        "SELECT {id} FROM {table} {name}{joins} WHERE {name}.workspace_id = %s AND {test}",
        {"id": Sql(f"{about.name}.id"), "table": Sql(about.table), "name": Sql(about.name)},
        {"joins": builder.joins(), "workspace": Sql("", (workspace_id,)), "test": test},
    )


def matching(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> Q:
    """For ``filter``: those that the condition holds for."""
    found = ids(condition, registry, subject, workspace_id, as_of)
    return Q(id__in=RawSQL(f"({found.text})", found.values, output_field=UUIDField()))  # noqa: S611 (built of fields)


def count(condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf) -> int:
    """How many the condition holds for."""
    found = ids(condition, registry, subject, workspace_id, as_of)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', %s, true)", [WORK_MEMORY])
        cursor.execute(f"SELECT count(*) FROM ({found.text}) matching", found.values)
        (number,) = cursor.fetchone()
        cursor.execute("SET LOCAL work_mem TO DEFAULT")  # the caller's transaction may go on
    return int(number)


def first(
    rows: QuerySet[Row],
    wanted: int,
    condition: Condition,
    registry: Registry,
    subject: str,
    workspace_id: UUID,
    as_of: AsOf,
) -> list[Row]:
    """The first so many of ordered rows that it holds for.

    Looks at the rows one by one as long as that is promising: for a page of what is common this reads a few rows, where
    the whole set would read all that is counted.
    """
    probed = list(rows.values_list("id", flat=True)[:PROBED])
    table = rows.model._meta.db_table  # noqa: SLF001 (Django's documented door to it)
    test = one_by_one(condition, registry, subject, workspace_id, as_of, table)
    passes = RawSQL(test.text, test.values, output_field=BooleanField())  # noqa: S611 (built of fields)
    found = list(rows.filter(passes, id__in=probed)[:wanted])
    if len(found) == wanted or len(probed) < PROBED:
        return found
    return list(rows.filter(matching(condition, registry, subject, workspace_id, as_of))[:wanted])


def one_by_one(
    condition: Condition, registry: Registry, subject: str, workspace_id: UUID, as_of: AsOf, outer: str
) -> Sql:
    """A test of the row that another query is at; a scalar sub-select, which PostgreSQL does not make a join of.

    ``outer``: what that query calls the subject's table.
    """
    about = _asked_in_sets(registry, subject)
    builder = _OneByOne(about, workspace_id, as_of)
    test = builder.compile(condition)
    return _put(
        "(SELECT ({test}) IS TRUE FROM {table} {name}{joins} WHERE {name}.id = {outer}.id)",
        {"test": test, "table": Sql(about.table), "name": Sql(about.name)},
        {"joins": builder.joins(), "outer": Sql(f'"{outer}"')},
    )


def _asked_in_sets(registry: Registry, subject: str) -> Subject:
    about = registry.subjects[subject]
    if not about.table:
        raise Wrong("no_set", "a subject that is kept in a table")
    return about


def _put(template: str, *parts: Mapping[str, Sql]) -> Sql:
    """The template with its parts in place; values in the order in which the parts are given."""
    merged = {name: part for group in parts for name, part in group.items()}
    text = template.format(**{name: part.text for name, part in merged.items()})
    return Sql(text, tuple(value for part in merged.values() for value in part.values))


@dataclass
class _Builder:
    """Compiles one condition; collects what has to be joined for it."""

    subject: Subject
    workspace_id: UUID
    as_of: AsOf
    _joined: dict[str, str] = field(default_factory=dict)
    _counts: list[tuple[Sql, str]] = field(default_factory=list)
    """selects of rows, and whose they are; what is asked for twice is counted once"""

    def compile(self, condition: Condition) -> Sql:
        if isinstance(condition, Leaf):
            return self._counting(condition) if condition.field.rows else self._attribute(condition)
        return _group(condition, [self.compile(part) for part in condition.parts])

    def joins(self) -> Sql:
        """Everything that the tests stand on."""
        texts = [f" {text}" for text in self._joined.values()]
        values: list[Any] = []
        for place, (select, source) in enumerate(self._counts):
            texts.append(self._join_count(select.text, f"count{place}", source))
            values += select.values
        return Sql("".join(texts), tuple(values))

    def _join_count(self, select: str, alias: str, source: str) -> str:
        raise NotImplementedError

    def _attribute(self, leaf: Leaf) -> Sql:
        asked = leaf.field
        own = () if asked.source == self.subject.name else (asked.source,)
        for name in (*own, *asked.needs):
            self._joined[name] = self.subject.joins[name]
        return _test_of(leaf, self.as_of)

    def _counting(self, leaf: Leaf) -> Sql:
        value = self._measured(leaf, leaf.window)
        if leaf.compare is not None:
            return self._compared(leaf, value, self._measured(leaf, leaf.compare))
        measure = leaf.field.measure
        if value is not MISSING and measure and measure.kind == "days_since_last":
            at = self.as_of.at
            value = Sql(f"floor(extract(epoch FROM (%s - {value.text})) / 86400)", (at,))
        if leaf.field.is_never_missing and value is not MISSING and holds(leaf.operator, 0, leaf.value):
            value = Sql(
                f"COALESCE({value.text}, 0)", value.values
            )  # else strict, so that the join may be an inner one
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
        stretch = stretch_of(window, self.as_of)
        if stretch is None or leaf.field.rows is None or leaf.field.measure is None:
            return MISSING
        select = self._select(leaf, leaf.field.rows, leaf.field.measure, stretch)
        wanted = (select, leaf.field.rows.source)
        if wanted not in self._counts:
            self._counts.append(wanted)
        return Sql(f"count{self._counts.index(wanted)}.value")

    def _select(self, leaf: Leaf, rows: Rows, measure: Measure, stretch: Stretch) -> Sql:
        raise NotImplementedError

    def _conditions(self, leaf: Leaf, rows: Rows, measure: Measure, stretch: Stretch) -> list[Sql]:
        """Which rows count, as one test after the other."""
        tests = [
            Sql(f"{rows.workspace} = %s", (self.workspace_id,)),
            Sql(f"{rows.at} >= %s", (stretch.start,)),
            Sql(f"{rows.at} < %s", (stretch.end,)),
        ]
        if measure.only_sql:
            tests.append(Sql(measure.only_sql))
        wanted = leaf.value[0] if isinstance(leaf.value, tuple) else leaf.value
        if isinstance(wanted, Money) and measure.currency_sql:
            tests.append(Sql(f"{measure.currency_sql} = %s", (wanted.currency,)))
        if leaf.where is not None:
            tests.append(_where(leaf.where, self.as_of))
        return tests


class _Whole(_Builder):
    """For sets: every count is a table of its own, made once."""

    def _join_count(self, select: str, alias: str, source: str) -> str:
        return f" LEFT JOIN ({select}) {alias} ON {alias}.id = {self.subject.id_of(source)}"

    def _select(self, leaf: Leaf, rows: Rows, measure: Measure, stretch: Stretch) -> Sql:
        tests = _together("AND", self._conditions(leaf, rows, measure, stretch))
        table = f"{rows.table}{_row_joins(rows, leaf)}"
        if measure.kind == "latest":
            return Sql(
                f"SELECT DISTINCT ON ({rows.key}) {rows.key} AS id, {measure.sql} AS value FROM {table}"
                f" WHERE {tests.text} ORDER BY {rows.key}, {rows.at} DESC, {rows.order} DESC",
                tests.values,
            )
        return Sql(
            f"SELECT {rows.key} AS id, {_aggregate(measure, rows)} AS value FROM {table}"
            f" WHERE {tests.text} GROUP BY {rows.key}",
            tests.values,
        )


class _OneByOne(_Builder):
    """For single objects: every count looks at the rows of the one."""

    def _join_count(self, select: str, alias: str, source: str) -> str:
        return f" LEFT JOIN LATERAL ({select}) {alias} ON true"

    def _select(self, leaf: Leaf, rows: Rows, measure: Measure, stretch: Stretch) -> Sql:
        tests = _together("AND", self._conditions(leaf, rows, measure, stretch))
        key = f"{rows.key} = {self.subject.id_of(rows.source)}"
        table = f"{rows.table}{_row_joins(rows, leaf)}"
        if measure.kind == "latest":
            return Sql(
                f"SELECT {measure.sql} AS value FROM {table} WHERE {key} AND {tests.text}"
                f" ORDER BY {rows.at} DESC, {rows.order} DESC LIMIT 1",
                tests.values,
            )
        return Sql(
            f"SELECT {_aggregate(measure, rows)} AS value FROM {table} WHERE {key} AND {tests.text}",
            tests.values,
        )


def _group(group: Group, parts: Sequence[Sql]) -> Sql:
    if not parts:
        return FALSE if group.join == "any" else TRUE
    together = _together("AND" if group.join == "all" else "OR", parts)
    return Sql(f"({together.text}) IS NOT TRUE", together.values) if group.join == "none" else together


def _together(word: str, parts: Sequence[Sql]) -> Sql:
    text = f" {word} ".join(f"({part.text})" for part in parts)
    return Sql(f"({text})", tuple(value for part in parts for value in part.values))


def _where(where: Condition, as_of: AsOf) -> Sql:
    if isinstance(where, Leaf):
        return _test_of(where, as_of)
    return _group(where, [_where(part, as_of) for part in where.parts])


def _row_joins(rows: Rows, leaf: Leaf) -> str:
    needed = dict.fromkeys(_needs(leaf.where) if leaf.where is not None else ())
    return "".join(f" {rows.joins[name]}" for name in needed)


def _needs(where: Condition) -> list[str]:
    if isinstance(where, Leaf):
        return list(where.field.needs)
    return [name for part in where.parts for name in _needs(part)]


def _aggregate(measure: Measure, rows: Rows) -> str:
    if measure.kind == "count":
        return "count(*)"
    if measure.kind == "days_since_last":
        return f"max({rows.at})"
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
    return _together("AND", [compare(leaf.operator, amount, _amounts(leaf.value)), currency])


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
