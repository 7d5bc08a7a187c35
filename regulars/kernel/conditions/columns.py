"""Fields over a column, the same for SQL and for an object in memory: what most fields of a room are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil, floor
from typing import Any
from uuid import UUID

from regulars.kernel.conditions.fields import Choices, Field, Label, Measure, Rows, Sql
from regulars.kernel.conditions.to_sql import compare
from regulars.kernel.conditions.values import MEMBERSHIP, FieldType
from regulars.kernel.conditions.windows import AsOf

SECOND = timedelta(seconds=1)
DAY, MINUTE = 86_400, 60


def text(
    name: str, label: Label, source: str, column: str, *, type_: FieldType = "text", **rest: Any
) -> Field:
    """A text column in which nothing is written ''."""
    place = f"{source}.{column}"

    def test(_as_of: AsOf, operator: str, wanted: Any) -> Sql | None:
        """What '' fails anyway is asked of the column itself, of which PostgreSQL has statistics and indexes."""
        return compare(operator, Sql(place), wanted) if operator in {"is", "in", "contains"} else None

    return Field(
        name,
        type_,
        label,
        source,
        sql=lambda _as_of: Sql(f"NULLIF({place}, '')"),
        test=test,
        get=lambda whose, _as_of: getattr(whose, column) or None,
        **rest,
    )


def choice(name: str, label: Label, source: str, column: str, choices: Choices, **rest: Any) -> Field:
    """A text column with known values."""
    return text(name, label, source, column, type_="choice", choices=choices, **rest)


def plain(type_: FieldType, name: str, label: Label, source: str, column: str, **rest: Any) -> Field:
    """A column that is NULL where nothing is known: numbers, truths, ids (``owner_id``), times."""
    return Field(
        name,
        type_,
        label,
        source,
        sql=lambda _as_of: Sql(f"{source}.{column}"),
        get=lambda whose, _as_of: getattr(whose, column),
        **rest,
    )


def words(name: str, label: Label, source: str, column: str, **rest: Any) -> Field:
    """A JSON list of texts."""
    place = f"{source}.{column}"

    def test(_as_of: AsOf, operator: str, wanted: Any) -> Sql:
        if operator == "is_empty":
            return Sql(f"(COALESCE({place}, '[]') = '[]') = %s", (bool(wanted),))
        return _within(place, operator, wanted)

    return Field(
        name, "words", label, source, test=test, get=lambda whose, _as_of: getattr(whose, column), **rest
    )


def standing_words(
    name: str,
    label: Label,
    rows: Rows,
    *,
    sql: str,
    get: Callable[[Any], str],
    fold: Callable[[str], str],
    **rest: Any,
) -> Field:
    """A set of texts, each of which a row says as long as it lasts (``rows.until``), asked as it was at any moment.

    Two texts are one that ``fold`` writes alike; ``sql`` is the text of a row as it does, ``get`` as people do.
    """

    def passes(operator: str, there: tuple[str, ...], wanted: Any) -> bool:
        if operator == "is_empty":
            return not wanted
        asked = set(map(fold, wanted if isinstance(wanted, tuple) else (wanted,)))
        folded = set(map(fold, there))
        return asked <= folded if operator == "has_all" else not asked.isdisjoint(folded)

    measure = Measure("words", sql=sql, get=get, fold=fold)
    return Field(
        name,
        "words",
        label,
        rows.source,
        rows=rows,
        measure=measure,
        passes=passes,
        has_history=True,
        **rest,
    )


def remembered(field: Field, rows: Rows, fact: str, *, is_id: bool = False) -> Field:
    """The field, with a moment in the past answered by the history rows of a fact. ``is_id``: their values are ids."""

    def get(row: Any) -> Any:
        return UUID(row.value) if is_id and row.value else row.value

    measure = Measure(
        "latest",
        sql=f"counted.value{'::uuid' if is_id else ''}",
        get=get,
        only_sql=f"counted.fact = '{fact}'",
        only=lambda row: row.fact == fact,
    )
    then = replace(field, sql=None, get=None, test=None, needs=(), rows=rows, measure=measure)
    return replace(field, has_history=True, then=then)


def units_since(name: str, label: Label, source: str, column: str, unit_seconds: int, **rest: Any) -> Field:
    """Whole days or minutes that have passed since the time in a column; missing before."""

    def get(whose: Any, as_of: AsOf) -> int | None:
        began: datetime | None = getattr(whose, column)
        return None if began is None or began > as_of.at else (as_of.at - began) // (unit_seconds * SECOND)

    def sql(as_of: AsOf) -> Sql:
        place = f"{source}.{column}"
        return Sql(
            f"CASE WHEN {place} <= %s THEN floor(extract(epoch FROM (%s - {place})) / {unit_seconds}) END",
            (as_of.at, as_of.at),
        )

    def test(as_of: AsOf, operator: str, wanted: Any) -> Sql | None:
        """A stretch of the column itself, of which PostgreSQL has statistics and indexes."""
        bounds = _bounds(operator, wanted)
        return (
            None if bounds is None else _began_between(f"{source}.{column}", as_of.at, unit_seconds, *bounds)
        )

    return Field(name, "number", label, source, sql=sql, test=test, get=get, **rest)


def _bounds(operator: str, wanted: Any) -> tuple[int, int | None] | None:
    """The least and the most whole units that pass, both included; no most where there is no end to them."""
    match operator:
        case "<":
            return 0, ceil(wanted) - 1
        case "<=":
            return 0, floor(wanted)
        case ">":
            return max(floor(wanted) + 1, 0), None
        case ">=":
            return max(ceil(wanted), 0), None
        case "is":
            return max(ceil(wanted), 0), floor(wanted)
        case "between":
            return max(ceil(wanted[0]), 0), floor(wanted[1])
        case _:
            return None


def _began_between(place: str, at: datetime, unit_seconds: int, least: int, most: int | None) -> Sql:
    """Where so many whole units have passed."""
    latest = _earlier(at, least * unit_seconds)
    if latest is None or (most is not None and most < least):
        return Sql("FALSE")
    after = None if most is None else _earlier(at, (most + 1) * unit_seconds)
    if after is None:
        return Sql(f"{place} <= %s", (latest,))
    return Sql(f"({place} <= %s AND {place} > %s)", (latest, after))


def _earlier(at: datetime, seconds: int) -> datetime | None:
    """None: before all times that there are."""
    try:
        return at - timedelta(seconds=seconds)
    except OverflowError:
        return None


def minutes_until(name: str, label: Label, source: str, column: str, **rest: Any) -> Field:
    """Whole minutes until the time in a column; missing from then on."""

    def get(whose: Any, as_of: AsOf) -> int | None:
        end: datetime | None = getattr(whose, column)
        return None if end is None or end <= as_of.at else (end - as_of.at) // (MINUTE * SECOND)

    def sql(as_of: AsOf) -> Sql:
        place = f"{source}.{column}"
        return Sql(
            f"CASE WHEN {place} > %s THEN floor(extract(epoch FROM ({place} - %s)) / {MINUTE}) END",
            (as_of.at, as_of.at),
        )

    return Field(name, "number", label, source, sql=sql, get=get, **rest)


def json_key(pattern: Field, key: str, column: str) -> Field:
    """What a JSON object holds under a key, taken by the kind of value that it is compared with."""
    place = f"{pattern.source}.{column}"

    def test(_as_of: AsOf, operator: str, wanted: Any) -> Sql:
        if operator == "is_empty":
            empty = f"COALESCE({place} -> %s, 'null') IN ('null', '\"\"', '[]', '{{}}')"
            return Sql(f"({empty}) = %s", (key, bool(wanted)))
        if operator in MEMBERSHIP:
            within = _within(f"({place} -> %s)", operator, wanted)
            kinds = f"jsonb_typeof({place} -> %s) IN ('array', 'string')"
            return Sql(f"CASE WHEN {kinds} THEN {within.text} END", (key, key, *within.values))
        example = wanted[0] if isinstance(wanted, tuple) else wanted
        kind, as_type = _json_type(example)
        value = (
            f"CASE WHEN jsonb_typeof({place} -> %s) = '{kind}' THEN NULLIF({place} ->> %s, ''){as_type} END"
        )
        return compare(operator, Sql(value, (key, key)), wanted)

    return replace(pattern, test=test, get=lambda whose, _as_of: (getattr(whose, column) or {}).get(key))


def _json_type(example: Any) -> tuple[str, str]:
    """What PostgreSQL calls such a value inside JSON, and the cast that makes it one outside."""
    if isinstance(example, bool):
        return "boolean", "::boolean"
    return ("string", "") if isinstance(example, str) else ("number", "::numeric")


def _within(place: str, operator: str, wanted: Any) -> Sql:
    if operator == "contains":
        return Sql(f"{place} ? %s", (wanted,))
    sign = "?|" if operator == "has_any" else "?&"
    return Sql(f"{place} {sign} %s::text[]", (list(wanted),))
