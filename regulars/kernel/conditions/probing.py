"""The first of ordered rows that a condition holds for, without asking which it holds for at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import BooleanField, Model, QuerySet
from django.db.models.expressions import RawSQL

from regulars.kernel.conditions.counting import joined
from regulars.kernel.conditions.fields import Registry, Sql
from regulars.kernel.conditions.to_sql import conjuncts, matching_few, one_by_one, test_of
from regulars.kernel.conditions.tree import Condition, Group, leaves_of
from regulars.kernel.conditions.windows import AsOf

Row = TypeVar("Row", bound=Model)
PROBED = (1000, 4000)
"""so many are looked at one by one before the whole set is asked for; the later ones where a page may come of them"""


def first(
    rows: QuerySet[Row],
    wanted: int,
    condition: Condition,
    registry: Registry,
    subject: str,
    workspace_id: UUID,
    as_of: AsOf,
) -> list[Row]:
    """The first so many of ordered rows that it holds for."""
    ids = first_ids(rows, wanted, condition, registry, subject, workspace_id, as_of)
    return list(rows.filter(id__in=ids)) if ids else []


def first_ids(
    rows: QuerySet[Row],
    wanted: int,
    condition: Condition,
    registry: Registry,
    subject: str,
    workspace_id: UUID,
    as_of: AsOf,
) -> list[UUID]:
    """Their ids, in no order.

    What is asked of the rows' own columns narrows them, by their indexes. The rest is looked at one by one as long as
    that is promising: for a page of what is common this reads a few rows, where the whole set would read all that is
    counted. PostgreSQL stops at the last one wanted: what is limited stays in its order, and is read no further than
    somebody asks.
    """
    own, rest = _own(condition.at(as_of), subject)
    narrowed_rows = rows.filter(_of_table(own, subject, rows.model, as_of)) if own else rows
    if not rest:
        return list(narrowed_rows.values_list("id", flat=True)[:wanted])
    test = one_by_one(Group("all", rest), registry, subject, workspace_id, as_of, "probed")
    found: list[UUID] = []
    looked_at = 0
    for more in PROBED:
        probed = narrowed_rows.values("id")[looked_at : looked_at + more]
        met, is_all = _met(probed, more, test, wanted - len(found))
        found += met
        if len(found) == wanted or is_all:
            return found
        looked_at += more
        if len(found) * sum(PROBED) < wanted * looked_at:
            break
    whole = matching_few(condition, registry, subject, workspace_id, as_of)
    return list(rows.filter(whole).values_list("id", flat=True)[:wanted])


def _own(condition: Condition, subject: str) -> tuple[list[Condition], tuple[Condition, ...]]:
    """What all must hold: of the subject's own columns, and the rest."""
    own: list[Condition] = []
    rest: list[Condition] = []
    for each in conjuncts(condition):
        fields = [leaf.field for leaf in leaves_of(each)]
        is_own = all(f.source == subject and not f.needs and f.rows is None for f in fields)
        (own if is_own else rest).append(each)
    return own, tuple(rest)


def _of_table(own: Sequence[Condition], subject: str, model: type[Model], as_of: AsOf) -> RawSQL:
    """Tests of an object's own columns, which fields write as ``subject.column``, as a queryset has its table."""
    test = joined("AND", [test_of(each, as_of) for each in own])
    table = model._meta.db_table  # noqa: SLF001 (Django's documented door to it)
    text = re.sub(rf"\b{subject}\.", f'"{table}".', test.text)
    return RawSQL(text, test.values, output_field=BooleanField())  # noqa: S611 (built of fields)


def _met(probed: QuerySet[Any, Any], count: int, test: Sql, wanted: int) -> tuple[list[UUID], bool]:
    """Those that pass, at most ``wanted``; and whether there was none behind the ``count`` that were looked at."""
    text, values = probed.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT probed.id FROM ({text}) "probed" WHERE {test.text} LIMIT %s',
            (*values, *test.values, wanted),
        )
        met = [row[0] for row in cursor.fetchall()]
        if len(met) == wanted:
            return met, False
        cursor.execute(f"SELECT count(*) FROM ({text}) probed", values)
        (looked_at,) = cursor.fetchone()
    return met, looked_at < count
