"""Write verbs about tags on things: one set for every room. Repeating changes nothing.

A room says by a :class:`Taggable` what its things are; its own verbs call these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotFound
from regulars.kernel.events import Doer, Event
from regulars.tags.models import Tag, Tagging
from regulars.tags.operations import hold_tags, tags_named
from regulars.tags.taggings import EXPIRED, Pair, Said, end_due, put, tags_on, take_off
from regulars.workspaces.access import Actor

MOST_TAGS = 100
"""on one thing"""
ENDED_AT_ONCE = 500
AddedFact = Callable[[UUID, UUID, Tag, Said], Event]
"""workspace, thing, tag, and what is said of it"""
GoneFact = Callable[[UUID, UUID, UUID, str, Doer, str], Event]
"""workspace, thing, the tag's id and name, by whom or what, and why"""


@dataclass(frozen=True, slots=True)
class Taggable:
    """What a room says of its things."""

    taggings: type[Tagging]
    table: str
    """of the things; it has ``workspace_id`` and ``updated_at``"""
    permission: str
    """to tag them"""
    tagged: AddedFact
    untagged: GoneFact
    tell: Callable[[Iterable[Event]], None]
    """records what happened, in the current transaction"""


@transaction.atomic
def put_tags(
    kind: Taggable, ids: Collection[UUID], tags: Collection[Tag], *, by: Actor, said: Said | None = None
) -> list[Pair]:
    """Returns what is new. ``ids``: of things that were accessed; ``said`` may name a rule in the place of ``by``."""
    by.require(kind.permission)
    said = said or Said(by.doer)
    said.check()
    hold_tags(tags)
    _lock(kind, ids, by)
    new = put(kind.taggings, by.workspace_id, _pairs(ids, tags), said)
    _check_room(kind, {pair.subject_id for pair in new})
    names = {tag.id: tag for tag in tags}
    kind.tell(kind.tagged(by.workspace_id, pair.subject_id, names[pair.tag_id], said) for pair in new)
    _touch(kind, new)
    return new


@transaction.atomic
def take_tags(
    kind: Taggable, ids: Collection[UUID], tags: Collection[Tag], *, by: Actor, reason: str = ""
) -> list[Pair]:
    """Returns what was there."""
    by.require(kind.permission)
    hold_tags(tags)
    _lock(kind, ids, by)
    gone = take_off(kind.taggings, _pairs(ids, tags), by=by.doer, reason=reason)
    names = {tag.id: tag.name for tag in tags}
    kind.tell(
        kind.untagged(by.workspace_id, pair.subject_id, pair.tag_id, names[pair.tag_id], by.doer, reason)
        for pair in gone
    )
    _touch(kind, gone)
    return gone


@transaction.atomic
def set_tags(kind: Taggable, thing_id: UUID, names: Sequence[str], *, by: Actor) -> bool:
    """These and no others; true when that changed anything. Of two who set them at once, the later one's stand."""
    by.require(kind.permission)
    if len(names) > MOST_TAGS:
        raise _too_many()
    wanted = tags_named(by.workspace_id, names, by=by)
    hold_tags(wanted)
    _lock(kind, [thing_id], by)
    there = {tag.id: tag for tag in tags_on(kind.taggings, [thing_id])[thing_id]}
    kept = {tag.id for tag in wanted}
    gone = take_tags(kind, [thing_id], [tag for key, tag in there.items() if key not in kept], by=by)
    new = put_tags(kind, [thing_id], [tag for tag in wanted if tag.id not in there], by=by)
    return bool(gone or new)


@transaction.atomic
def end_due_tags(kind: Taggable) -> int:
    """What has run out ends; at most so many at once, the next turn takes the rest."""
    ended = end_due(kind.taggings, ENDED_AT_ONCE)
    kind.tell(
        kind.untagged(each.workspace_id, each.subject_id, each.tag_id, each.tag_name, EXPIRED, "expired")
        for each in ended
    )
    return len(ended)


def _pairs(ids: Collection[UUID], tags: Collection[Tag]) -> list[Pair]:
    return [Pair(thing_id, tag.id) for thing_id in ids for tag in tags]


def _lock(kind: Taggable, ids: Collection[UUID], by: Actor) -> None:
    """Hold the things until the transaction ends, all in one order; raises ``NotFound`` when one is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {kind.table} WHERE workspace_id = %s AND id = ANY(%b::uuid[])"  # noqa: S608
            " ORDER BY id FOR NO KEY UPDATE) held",
            [by.workspace_id, list(ids)],
        )
        if cursor.fetchone()[0] != len(set(ids)):
            raise NotFound(_("One of these is not there any more"))


def _touch(kind: Taggable, pairs: Iterable[Pair]) -> None:
    ids = list({pair.subject_id for pair in pairs})
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {kind.table} SET updated_at = %s WHERE id = ANY(%b::uuid[])",  # noqa: S608
            [clock.now(), ids],
        )


def _check_room(kind: Taggable, ids: Collection[UUID]) -> None:
    thing = f"{kind.taggings.subject}_id"
    rows = kind.taggings.rows().filter(until_at=None, **{f"{thing}__in": ids}).values(thing).order_by()
    if rows.annotate(many=Count("id")).filter(many__gt=MOST_TAGS).exists():
        raise _too_many()


def _too_many() -> Invalid:
    return Invalid(_("These are too many tags"), fields={"tags": f"at most {MOST_TAGS}"})
