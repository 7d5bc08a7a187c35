"""History: what the deciding facts of a thing were, from when until when, by whom or what, and why.

A room keeps a table of its own, a subclass of :class:`HistoryRow`, and writes it in the transaction of the change.
``docs/decisions/history.md`` says how the database holds that the rows of a fact neither overlap nor leave a gap.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self
from uuid import UUID

from django.db import connection, models
from django.db.models import Q, QuerySet

from regulars.kernel import clock
from regulars.kernel.conditions.fields import Rows
from regulars.kernel.events import Doer

HOUSE = Doer("system", None, "")
"""by whom it is when nobody decided"""
INSTANT = timedelta(microseconds=1)
_BY_KINDS = ("member", "token", "contact", "system", "rule", "condition", "model", "import", "sync")


class HistoryRow(models.Model):
    """What a fact of a thing was for a time. The next row begins where this one ends.

    A subclass adds its thing and workspace, both without an index, the primary key (thing, ``fact``, ``from_at``),
    and ``history_constraints``; its migration ties the rows to each other.
    """

    subject: ClassVar[str]
    """the thing's name, and its foreign key's"""

    fact = models.TextField()
    value = models.TextField(null=True, blank=True)
    """null: nothing, nobody"""
    name = models.TextField(default="", db_default="", blank=True)
    """of a value that is an id: what people called it then"""
    from_at = models.DateTimeField()
    until_at = models.DateTimeField(null=True, blank=True)
    """when something else began; null while it is so"""
    since_unknown = models.BooleanField(default=False, db_default=False)
    """it was so before ``from_at`` already, and nobody wrote down since when"""
    by_kind = models.TextField()
    by_id = models.UUIDField(null=True, blank=True)
    by_name = models.TextField(default="", db_default="", blank=True)
    """as they were called then"""
    why = models.TextField(default="", db_default="", blank=True)

    class Meta:
        abstract = True

    @classmethod
    def rows(cls) -> QuerySet[Self]:
        return cls._default_manager.all()

    @classmethod
    def names(cls) -> dict[str, str]:
        """For statements: the table, and the column of the thing."""
        return {"table": cls._meta.db_table, "thing": f"{cls.subject}_id"}


def history_constraints(subject: str) -> list[models.BaseConstraint]:
    return [
        models.UniqueConstraint(
            fields=[subject, "fact"],
            condition=Q(until_at__isnull=True),
            name=f"{subject}_history_open_once",
        ),
        # with a foreign key from (thing, fact, until) to (thing, fact, from): each is the only one before another
        models.UniqueConstraint(
            fields=[subject, "fact", "until_at"],
            condition=Q(until_at__isnull=False),
            name=f"{subject}_history_ended_once",
        ),
        models.CheckConstraint(
            condition=Q(until_at__isnull=True) | Q(until_at__gt=models.F("from_at")),
            name=f"{subject}_history_ends_after",
        ),
        models.CheckConstraint(condition=Q(by_kind__in=_BY_KINDS), name=f"{subject}_history_by_kind"),
    ]


@dataclass(frozen=True, slots=True)
class Change:
    """A fact of a thing is something else now, or is known for the first time."""

    workspace_id: UUID
    subject_id: UUID
    fact: str
    value: str | None
    name: str = ""
    by: Doer = HOUSE
    why: str = ""


def keep(model: type[HistoryRow], changes: Iterable[Change], *, at: datetime | None = None) -> None:
    """From ``at`` (now) on it is so; what is so already stays as it is. The caller holds the things' rows.

    One statement, whatever their number, unless a fact of a thing changes more than once.
    """
    left = list(changes)
    while left:
        firsts: dict[tuple[UUID, str], Change] = {}
        for each in left:
            firsts.setdefault((each.subject_id, each.fact), each)
        _keep(model, firsts.values(), at or clock.now())
        left = [each for each in left if firsts[each.subject_id, each.fact] is not each]


def _keep(model: type[HistoryRow], changes: Collection[Change], at: datetime) -> None:
    columns = zip(
        *(
            (c.workspace_id, c.subject_id, c.fact, c.value, c.name, c.by.kind, c.by.id, c.by.name, c.why)
            for c in changes
        ),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(_KEEP.format(**model.names()), [*map(list, columns), at, at])


_KEEP = """
WITH new AS (
  SELECT * FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::text[], %b::text[], %b::uuid[], %b::text[],
    %b::text[]) AS t(workspace_id, thing, fact, value, name, by_kind, by_id, by_name, why)
), ended AS (
  UPDATE {table} h SET until_at = greatest(%s::timestamptz, h.from_at + interval '1 microsecond')
  FROM new WHERE h.{thing} = new.thing AND h.fact = new.fact AND h.until_at IS NULL
    AND h.value IS DISTINCT FROM new.value
  RETURNING h.{thing} AS thing, h.fact, h.until_at
)
INSERT INTO {table} ({thing}, workspace_id, fact, value, name, from_at, by_kind, by_id, by_name, why)
SELECT thing, workspace_id, fact, value, name, coalesce(ended.until_at, %s::timestamptz), by_kind, by_id, by_name, why
FROM new LEFT JOIN ended USING (thing, fact)
WHERE ended.until_at IS NOT NULL OR NOT EXISTS (
  SELECT FROM {table} h WHERE h.{thing} = new.thing AND h.fact = new.fact AND h.until_at IS NULL)
"""


def keep_at(model: type[HistoryRow], change: Change, at: datetime) -> None:
    """It is so from a moment on that somebody tells of, until what is known to have come later.

    Told again it is a row of its own. Of two that are told of the same moment the later one counts.
    """
    of_thing = model.rows().filter(fact=change.fact, **{f"{model.subject}_id": change.subject_id})
    known = {row.from_at: row for row in of_thing.select_for_update().order_by("from_at")}
    while at in known:
        at += INSTANT
    before = max((moment for moment in known if moment < at), default=None)
    if before is not None:
        of_thing.filter(from_at=before).update(until_at=at)
    place: dict[str, UUID] = {"workspace_id": change.workspace_id, f"{model.subject}_id": change.subject_id}
    model(
        **place,
        fact=change.fact,
        value=change.value,
        name=change.name,
        from_at=at,
        until_at=min((moment for moment in known if moment > at), default=None),
        by_kind=change.by.kind,
        by_id=change.by.id,
        by_name=change.by.name,
        why=change.why,
    ).save(force_insert=True)


def history_of(model: type[HistoryRow], subject_id: UUID) -> QuerySet[HistoryRow]:
    """Every row of a thing that somebody was let in to."""
    return model.rows().filter(**{f"{model.subject}_id": subject_id})


def standing_at(rows: QuerySet[HistoryRow], at: datetime) -> QuerySet[HistoryRow]:
    """Those that say what was so at a moment."""
    return rows.filter(Q(until_at__isnull=True) | Q(until_at__gt=at), from_at__lte=at)


def facts_at(
    model: type[HistoryRow], subject_ids: Collection[UUID], at: datetime
) -> Mapping[UUID, Mapping[str, HistoryRow]]:
    """By thing and fact, what was so at a moment; one query. Before what is known, nothing."""
    found: dict[UUID, dict[str, HistoryRow]] = defaultdict(dict)
    rows = model.rows().filter(**{f"{model.subject}_id__in": subject_ids})
    for row in standing_at(rows, at):
        found[getattr(row, f"{model.subject}_id")][row.fact] = row
    return found


def counted_rows(model: type[HistoryRow]) -> Rows:
    """For conditions: the rows of a thing, each of which counts while it lasts."""
    names = model.names()

    def load(thing: Any) -> list[HistoryRow]:
        return list(history_of(model, thing.id).order_by("from_at", "fact"))

    return Rows(
        f"history of {model.subject}",
        model.subject,
        f"{names['table']} counted",
        f"counted.{names['thing']}",
        "counted.workspace_id",
        "counted.from_at",
        order="counted.fact",
        load=load,
        get_at=lambda row: row.from_at,
        until="counted.until_at",
        get_until=lambda row: row.until_at,
        takes_window=False,
    )
