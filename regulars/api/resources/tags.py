"""Tags themselves: their names, colors and descriptions; merged, removed."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET

from regulars.api.paging import Page
from regulars.api.shapes.tags import NewTag, TagChanges, TagMerge, TagQuery, TagShape, build_tag
from regulars.tags.access import access_tag
from regulars.tags.access import get_tag as get_named
from regulars.tags.models import Tag
from regulars.tags.operations import change_tag as change
from regulars.tags.operations import create_tag as create
from regulars.tags.operations import merge_tag as merge
from regulars.tags.operations import remove_tag as remove
from regulars.tags.queries import lines_of
from regulars.tags.queries import list_tags as read_page
from regulars.workspaces.access import Actor


def list_tags(actor: Actor, query: TagQuery) -> Page[TagShape]:
    """Every tag by name, with how often it is in use."""
    page = read_page(actor.workspace_id, text=query.q, limit=query.limit, cursor=query.cursor)
    return Page([build_tag(line) for line in page.lines], page.next_cursor)


def get_tag(actor: Actor, tag_id: UUID) -> TagShape:
    """One tag."""
    return _shape(access_tag(actor, tag_id))


def create_tag(actor: Actor, body: NewTag) -> TagShape:
    """A new tag; 409 when there is one of this name, whatever its case or width."""
    return _shape(
        create(actor.workspace_id, body.name, color=body.color, description=body.description, by=actor)
    )


def change_tag(actor: Actor, tag_id: UUID, body: TagChanges) -> TagShape:
    """Call a tag something else, give it another color or description; it stays on everything."""
    tag = access_tag(actor, tag_id)
    written = {"name": body.name, "color": body.color, "description": body.description}
    change(tag, {name: str(value) for name, value in written.items() if value is not UNSET}, by=actor)
    return _shape(tag)


def merge_tag(actor: Actor, tag_id: UUID, body: TagMerge) -> TagShape:
    """What has the tag has the other one from now on, put there by the same; the tag goes. Answers with what stays."""
    into = get_named(actor, body.into)
    merge(access_tag(actor, tag_id), into=into, by=actor)
    return _shape(into)


def remove_tag(actor: Actor, tag_id: UUID) -> None:
    """Take a tag away from everything; that it was there stays known."""
    remove(access_tag(actor, tag_id), by=actor)


def _shape(tag: Tag) -> TagShape:
    (line,) = lines_of([tag])
    return build_tag(line)
