"""Write verbs about tags: made, called something else, merged, removed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.events import record, record_all
from regulars.kernel.visible import is_invisible
from regulars.tags.access import no_such_tag
from regulars.tags.counting import count_uses
from regulars.tags.events import TagCreated, TagDescribed, TagMerged, TagRemoved, TagRenamed
from regulars.tags.models import COLORS, Tag, Tagging
from regulars.tags.names import DESCRIPTION_LENGTH, NAME_LENGTH, clean_name, fold_name
from regulars.tags.queries import find_tag, tags_in
from regulars.tags.taggings import source_of, tagging_models
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Workspace
from regulars.workspaces.operations import audit

MOST_OF_WORKSPACE = 10_000


@transaction.atomic
def create_tag(
    workspace_id: UUID, name: str, *, color: str = "gray", description: str = "", by: Actor
) -> Tag:
    by.require("tags:manage")
    _check_room(workspace_id, 1, field="name")
    tag = Tag(workspace_id=workspace_id, color=_color(color), description=_description(description))
    _give_name(tag, name)
    tag.save(force_insert=True)
    record(TagCreated(workspace_id, tag.id, tag.name, by.doer))
    audit(by, "tags:create", "tag", str(tag.id), name=tag.name)
    return tag


@transaction.atomic
def change_tag(tag: Tag, changes: Mapping[str, str], *, by: Actor) -> None:
    """``changes``: any of name, color and description. Everything stays with the tag."""
    by.require("tags:manage")
    held = hold_for_change([tag.id], tag.workspace_id)[tag.id]
    before = {name: getattr(held, name) for name in ("name", "color", "description")}
    if "name" in changes:
        _give_name(held, changes["name"])
    if "color" in changes:
        held.color = _color(changes["color"])
    if "description" in changes:
        held.description = _description(changes["description"])
    facts = {name: [was, getattr(held, name)] for name, was in before.items() if was != getattr(held, name)}
    for name in (*before, "key"):
        setattr(tag, name, getattr(held, name))
    if not facts:
        return
    held.updated_at = tag.updated_at = clock.now()
    held.save(update_fields=[*facts, "key", "updated_at"])
    if "name" in facts:
        record(TagRenamed(tag.workspace_id, tag.id, before["name"], tag.name, by.doer))
    if looks := tuple(name for name in facts if name != "name"):
        record(TagDescribed(tag.workspace_id, tag.id, looks, by.doer))
    audit(by, "tags:change", "tag", str(tag.id), **facts)


@transaction.atomic
def merge_tag(tag: Tag, *, into: Tag, by: Actor) -> None:
    """What has ``tag`` has ``into`` from now on, as it was put there; ``tag`` goes, its taggings stay as what was."""
    by.require("tags:manage")
    if tag.id == into.id or tag.workspace_id != into.workspace_id:
        raise Invalid(_("A tag is merged into another one"), fields={"into": "another tag"})
    held = hold_for_change([tag.id, into.id], tag.workspace_id)
    ended = moved = 0
    for model in tagging_models():
        rows = _end_all(model, tag, by=by, reason="merged")
        ended += len(rows)
        moved += _carry_over(model, rows, into)
    _retire(held[tag.id], merged_into=into)
    fact = TagMerged(tag.workspace_id, tag.id, tag.name, into.id, into.name, ended, moved, by.doer)
    record(fact)
    audit(by, "tags:merge", "tag", str(tag.id), name=tag.name, into=into.name, ended=ended, moved=moved)


@transaction.atomic
def remove_tag(tag: Tag, *, by: Actor) -> int:
    """Returns from how many things it went."""
    by.require("tags:manage")
    held = hold_for_change([tag.id], tag.workspace_id)
    ended = sum(len(_end_all(model, tag, by=by, reason="tag removed")) for model in tagging_models())
    _retire(held[tag.id])
    record(TagRemoved(tag.workspace_id, tag.id, tag.name, ended, by.doer))
    audit(by, "tags:remove", "tag", str(tag.id), name=tag.name, ended=ended)
    return ended


@transaction.atomic
def tags_named(workspace_id: UUID, names: Collection[str], *, by: Actor) -> list[Tag]:
    """Tags by their names, each once; those that are not there are made: whoever may tag, may do so with a new word."""
    wanted = {fold_name(name): clean_name(name) for name in reversed(list(names)) if clean_name(name)}
    for name in wanted.values():
        _check_name(name, field="tags")
    known = {tag.key: tag for tag in tags_in(workspace_id).filter(key__in=wanted)}
    missing = [
        Tag(workspace_id=workspace_id, key=key, name=name)
        for key, name in sorted(wanted.items())
        if key not in known
    ]
    if missing:
        _check_room(workspace_id, len(missing), field="tags")
        ours = {tag.id for tag in Tag.objects.bulk_create(missing, ignore_conflicts=True)}
        known = {tag.key: tag for tag in tags_in(workspace_id).filter(key__in=wanted)}
        made = [tag for tag in known.values() if tag.id in ours]
        record_all(TagCreated(workspace_id, tag.id, tag.name, by.doer) for tag in made)
        for tag in made:
            audit(by, "tags:create", "tag", str(tag.id), name=tag.name)
    return sorted(known.values(), key=lambda tag: tag.key)


def tag_for(workspace_id: UUID, written: str, *, by: Actor) -> Tag:
    """The tag that somebody names by its id or name; by a new name, a new one."""
    known = find_tag(workspace_id, written)
    if known is not None:
        return known
    _check_name(clean_name(written), field="tag")
    (tag,) = tags_named(workspace_id, [written], by=by)
    return tag


def hold_tags(tags: Iterable[Tag]) -> None:
    """Keep tags from being merged or removed until the transaction ends; raises ``NotFound`` when one is gone.

    Comes before the locks of what they are put on. ``FOR KEY SHARE``: those who only tag do not wait for each other.
    """
    wanted = {tag.id for tag in tags}
    if not wanted:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT 1 FROM tags_tag"
            " WHERE id = ANY(%b::uuid[]) AND removed_at IS NULL ORDER BY id FOR KEY SHARE) held",
            [list(wanted)],
        )
        if cursor.fetchone()[0] != len(wanted):
            raise no_such_tag()


def hold_for_change(ids: Collection[UUID], workspace_id: UUID) -> dict[UUID, Tag]:
    rows = Tag.objects.select_for_update(of=("self",)).filter(
        workspace_id=workspace_id, removed_at=None, id__in=ids
    )
    held = {tag.id: tag for tag in rows.order_by("id")}
    if len(held) != len(set(ids)):
        raise no_such_tag()
    return held


def _retire(tag: Tag, *, merged_into: Tag | None = None) -> None:
    tag.removed_at, tag.merged_into = clock.now(), merged_into
    tag.save(update_fields=["removed_at", "merged_into"])


_CARRIED = ("by_kind", "by_id", "by_name", "reason", "confidence", "expires_at")


def _end_all(model: type[Tagging], tag: Tag, *, by: Actor, reason: str) -> list[tuple[Any, ...]]:
    """Of each open tagging that ended now: its thing, and what it said."""
    doer = by.doer
    statement = _END_ALL.format(**model.names(), carried=", ".join(_CARRIED))
    with connection.cursor() as cursor:
        cursor.execute(statement, [clock.now(), source_of(doer), doer.id, doer.name, reason, tag.id])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    count_uses(model.subject, [tag.id] * len(rows), -1)
    return rows


_END_ALL = """
UPDATE {table} SET until_at = greatest(%s::timestamptz, from_at), ended_by_kind = %s, ended_by_id = %s::uuid,
  ended_by_name = %s, end_reason = %s
WHERE tag_id = %s AND until_at IS NULL RETURNING {thing}, {carried}
"""


def _carry_over(model: type[Tagging], rows: Sequence[tuple[Any, ...]], into: Tag) -> int:
    """Put another tag where these were, by the same and for the same reason; returns where it was not yet."""
    now = clock.now()
    before = set(_open_things(model, into))
    new = [
        model(
            workspace_id=into.workspace_id,
            tag=into,
            from_at=now,
            **{f"{model.subject}_id": thing_id},
            **dict(zip(_CARRIED, said, strict=True)),
        )
        for thing_id, *said in rows
        if thing_id not in before
    ]
    model.rows().bulk_create(new, batch_size=2_000)
    count_uses(model.subject, [into.id] * len(new), 1)
    return len(new)


def _open_things(model: type[Tagging], tag: Tag) -> Iterable[UUID]:
    rows = model.rows().filter(tag=tag, until_at=None)
    return rows.values_list(f"{model.subject}_id", flat=True)


def _give_name(tag: Tag, name: str) -> None:
    """A name that no other tag has. The workspace's row is held: of two who want it at once, one gets it.

    ``NO KEY UPDATE`` lets rows be written that point to the workspace: messages do not wait.
    """
    wanted = clean_name(name)
    _check_name(wanted, field="name")
    Workspace.objects.select_for_update(no_key=True).get(id=tag.workspace_id)
    tag.name, tag.key = wanted, fold_name(wanted)
    if tags_in(tag.workspace_id).filter(key=tag.key).exclude(id=tag.id).exists():
        raise Conflict(_("A tag with this name exists already"), fields={"name": "a name of its own"})


def _check_room(workspace_id: UUID, more: int, *, field: str) -> None:
    """Whoever may tag may make tags, and every menu of tags has all of them."""
    if tags_in(workspace_id).count() + more > MOST_OF_WORKSPACE:
        raise Invalid(
            _("A workspace has at most %(limit)s tags") % {"limit": MOST_OF_WORKSPACE},
            fields={field: "a tag that is there already"},
        )


def _check_name(name: str, *, field: str) -> None:
    if not 1 <= len(name) <= NAME_LENGTH or is_invisible(name) or "\x00" in name:
        raise Invalid(
            _("The name of a tag has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={field: f"1 to {NAME_LENGTH} characters"},
        )


def _color(color: str) -> str:
    if color not in COLORS:
        raise Invalid(_("There is no such color"), fields={"color": "one of " + ", ".join(COLORS)})
    return color


def _description(description: str) -> str:
    text = description.strip()
    if len(text) > DESCRIPTION_LENGTH:
        raise Invalid(
            _("A description has at most %(limit)s characters") % {"limit": DESCRIPTION_LENGTH},
            fields={"description": f"at most {DESCRIPTION_LENGTH} characters"},
        )
    return text
