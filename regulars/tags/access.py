"""The only door to a tag from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.tags.models import Tag
from regulars.tags.queries import find_tag, tags_in
from regulars.workspaces.access import Actor


def access_tag(actor: Actor, tag_id: UUID | None) -> Tag:
    actor.require("tags:read")
    found = tags_in(actor.workspace_id).filter(id=tag_id).first() if tag_id else None
    if found is None:
        raise no_such_tag()
    return found


def get_tag(actor: Actor, written: str) -> Tag:
    """One that somebody names (by id or name) to put it on what they may change, or to find by it what they may see."""
    found = find_tag(actor.workspace_id, written)
    if found is None:
        raise no_such_tag()
    return found


def no_such_tag() -> NotFound:
    return NotFound(_("There is no such tag"))
