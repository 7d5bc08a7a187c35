"""How often tags are in use, without counting what they are on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from regulars.tags.models import TagUse

COMPACTED_AT_ONCE = 100_000


def count_uses(subject: str, tag_ids: Iterable[UUID], sign: int) -> None:
    """One more (``sign`` 1) or fewer (-1) open tagging of each of these tags, as often as it is named."""
    counted = Counter(tag_ids)
    if not counted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tags_taguse (tag_id, subject, change)"
            " SELECT id, %s, change FROM unnest(%b::uuid[], %b::bigint[]) AS new(id, change)",
            [subject, list(counted), [sign * times for times in counted.values()]],
        )


def uses_of(tag_ids: Collection[UUID]) -> Mapping[UUID, Mapping[str, int]]:
    """By tag, then by subject; what is on nothing is 0, or not named. One query."""
    found: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = TagUse.objects.filter(tag_id__in=tag_ids).values_list("tag_id", "subject")
    for tag_id, subject, uses in rows.annotate(uses=Sum("change")).order_by():
        found[tag_id][subject] = uses
    return found


def compact_uses() -> int:
    """Make one row of the many of each tag and subject; returns how many went."""
    with connection.cursor() as cursor:
        cursor.execute(_COMPACT, [COMPACTED_AT_ONCE])
        ((gone,),) = cursor.fetchall()
    return int(gone)


_COMPACT = """
WITH many AS (
  SELECT tag_id, subject FROM tags_taguse GROUP BY tag_id, subject HAVING count(*) > 1
), gone AS (
  DELETE FROM tags_taguse WHERE id IN (
    SELECT u.id FROM tags_taguse u JOIN many USING (tag_id, subject) ORDER BY u.id LIMIT %s
  ) RETURNING tag_id, subject, change
), kept AS (
  INSERT INTO tags_taguse (tag_id, subject, change)
  SELECT tag_id, subject, sum(change) FROM gone GROUP BY tag_id, subject
)
SELECT count(*) FROM gone
"""


def total_uses(uses: Mapping[str, int]) -> int:
    return sum(uses.values())
