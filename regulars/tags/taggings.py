"""Putting tags on things and taking them off, the same for every room that keeps taggings; always many at once.

These write rows and count; whoever calls them holds the things' rows, has checked the right, and tells what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import Doer
from regulars.kernel.ids import new_id
from regulars.tags.counting import count_uses
from regulars.tags.models import Tag, Tagging
from regulars.tags.names import fold_name

REASON_LENGTH = 500
EXPIRED = Doer("rule", None, "")
"""what takes off what has run out"""
_SOURCES = {"token": "sync", "system": "rule"}


def source_of(doer: Doer) -> str:
    """The kind that a tagging keeps: by a token another system does it; the house does it by a rule of its own."""
    return _SOURCES.get(doer.kind, doer.kind)


class Pair(NamedTuple):
    """A thing and a tag."""

    subject_id: UUID
    tag_id: UUID


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a tag that is put there: by whom or what, why, how sure it is, when it ends by itself."""

    by: Doer
    reason: str = ""
    confidence: float | None = None
    expires_at: datetime | None = None

    def check(self) -> None:
        if len(self.reason) > REASON_LENGTH:
            raise Invalid(
                _("A reason has at most %(limit)s characters") % {"limit": REASON_LENGTH},
                fields={"reason": f"at most {REASON_LENGTH} characters"},
            )
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise Invalid(_("A confidence is between 0 and 1"), fields={"confidence": "0 to 1, or null"})
        if self.expires_at is not None and not (
            self.expires_at > clock.now() and clock.is_nameable(self.expires_at)
        ):
            raise Invalid(
                _("Choose a time in the future"), fields={"expires_at": "a time in the future, before 2100"}
            )


def tagging_models() -> list[type[Tagging]]:
    """The taggings of every room."""
    return [model for model in apps.get_models() if issubclass(model, Tagging)]


def put(model: type[Tagging], workspace_id: UUID, pairs: Iterable[Pair], said: Said) -> list[Pair]:
    """Returns those that are new. What is there stays as it is; said to last longer now, it lasts longer."""
    wanted = sorted(set(pairs))
    if not wanted:
        return []
    things, tags = _columns(wanted)
    names = model.names()
    with connection.cursor() as cursor:
        cursor.execute(
            _PUT.format(**names),
            [
                *(workspace_id, clock.now(), source_of(said.by), said.by.id, said.by.name),
                *(said.reason, said.confidence, said.expires_at),
                *([new_id() for _pair in wanted], things, tags),
            ],
        )
        new = [Pair(*row) for row in cursor.fetchall()]
        if len(new) < len(wanted):
            cursor.execute(_PROLONG.format(**names), [said.expires_at, things, tags, said.expires_at])
    count_uses(model.subject, [pair.tag_id for pair in new], 1)
    return new


_PUT = """
INSERT INTO {table} (id, workspace_id, {thing}, tag_id, from_at, by_kind, by_id, by_name, reason, confidence,
  expires_at)
SELECT id, %s::uuid, thing, tag, %s::timestamptz, %s, %s::uuid, %s, %s, %s::float8, %s::timestamptz
FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[]) AS new(id, thing, tag)
ON CONFLICT ({thing}, tag_id) WHERE until_at IS NULL DO NOTHING RETURNING {thing}, tag_id
"""
_PROLONG = """
UPDATE {table} t SET expires_at = %s::timestamptz FROM unnest(%b::uuid[], %b::uuid[]) AS again(thing, tag)
WHERE t.{thing} = thing AND t.tag_id = tag AND t.until_at IS NULL AND t.expires_at IS NOT NULL
  AND coalesce(t.expires_at < %s::timestamptz, true)
"""


def take_off(model: type[Tagging], pairs: Iterable[Pair], *, by: Doer, reason: str = "") -> list[Pair]:
    """Returns those that were there."""
    wanted = sorted(set(pairs))
    if not wanted:
        return []
    statement = _TAKE_OFF.format(**model.names())
    with connection.cursor() as cursor:
        cursor.execute(statement, [clock.now(), source_of(by), by.id, by.name, reason, *_columns(wanted)])
        gone = [Pair(*row) for row in cursor.fetchall()]
    count_uses(model.subject, [pair.tag_id for pair in gone], -1)
    return gone


_TAKE_OFF = """
UPDATE {table} t SET until_at = greatest(%s::timestamptz, t.from_at), ended_by_kind = %s, ended_by_id = %s::uuid,
  ended_by_name = %s, end_reason = %s
FROM unnest(%b::uuid[], %b::uuid[]) AS gone(thing, tag)
WHERE t.{thing} = thing AND t.tag_id = tag AND t.until_at IS NULL RETURNING t.{thing}, t.tag_id
"""


class RunOut(NamedTuple):
    """A tagging that ended by itself."""

    workspace_id: UUID
    subject_id: UUID
    tag_id: UUID
    tag_name: str


def end_due(model: type[Tagging], limit: int) -> list[RunOut]:
    """End at most ``limit`` taggings whose time has come; each ends when it was to, not when somebody looked."""
    statement = _END_DUE.format(**model.names())
    with connection.cursor() as cursor:
        cursor.execute(statement, [clock.now(), limit, EXPIRED.kind])
        ended = [RunOut(*row) for row in cursor.fetchall()]
    count_uses(model.subject, [each.tag_id for each in ended], -1)
    return ended


_END_DUE = """
WITH due AS (
  SELECT id FROM {table} WHERE until_at IS NULL AND expires_at <= %s::timestamptz ORDER BY expires_at LIMIT %s
  FOR UPDATE SKIP LOCKED
)
UPDATE {table} t SET until_at = greatest(t.expires_at, t.from_at), ended_by_kind = %s, end_reason = 'expired'
FROM due, tags_tag g WHERE t.id = due.id AND g.id = t.tag_id
RETURNING t.workspace_id, t.{thing}, t.tag_id, g.name
"""


def forget(model: type[Tagging], subject_ids: Collection[UUID]) -> None:
    """Of things that are removed for good, the taggings go, too."""
    taggings = model.rows().filter(**{f"{model.subject}_id__in": subject_ids})
    still_on = list(taggings.filter(until_at=None).values_list("tag_id", flat=True))
    taggings.delete()
    count_uses(model.subject, still_on, -1)


def tags_on(model: type[Tagging], subject_ids: Collection[UUID]) -> dict[UUID, list[Tag]]:
    """What is on each now, by name; one query."""
    found: dict[UUID, list[Tag]] = defaultdict(list)
    if not subject_ids:
        return found
    rows = model.rows().filter(until_at=None, **{f"{model.subject}_id__in": subject_ids})
    for row in rows.select_related("tag").order_by("tag__key"):
        found[getattr(row, f"{model.subject}_id")].append(row.tag)
    return found


def history_of(model: type[Tagging], subject_id: UUID) -> QuerySet[Tagging]:
    """Every tagging of a thing that somebody was let in to, also those that ended."""
    rows: QuerySet[Tagging] = model.rows().filter(**{f"{model.subject}_id": subject_id})
    return rows.select_related("tag")


def tagged_with(model: type[Tagging], tag_id: UUID) -> QuerySet[Tagging, UUID]:
    """Ids of the things that have the tag now."""
    rows = model.rows().filter(tag_id=tag_id, until_at=None)
    return rows.values_list(f"{model.subject}_id", flat=True)


def tagged_by_word(model: type[Tagging], workspace_id: UUID, word: str) -> QuerySet[Tagging, UUID]:
    """Ids of the things that have a tag now, one of whose words begins so."""
    key = fold_name(word)
    if not key:
        return model.rows().none().values_list(f"{model.subject}_id", flat=True)
    begins = Q(tag__key__startswith=key) | Q(tag__key__contains=f" {key}")
    rows = model.rows().filter(begins, tag__workspace_id=workspace_id, until_at=None)
    return rows.values_list(f"{model.subject}_id", flat=True)


def _columns(pairs: Sequence[Pair]) -> tuple[list[UUID], list[UUID]]:
    return [pair.subject_id for pair in pairs], [pair.tag_id for pair in pairs]
