"""The only door to service levels from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.service_levels.levels import levels_in_order
from regulars.service_levels.models import ServiceLevel
from regulars.workspaces.access import Actor


def access_levels(actor: Actor) -> list[ServiceLevel]:
    """All of them, in their order; the usual ones where nobody has changed anything."""
    actor.require("service_levels:read")
    return levels_in_order(actor.workspace_id)


def access_level(actor: Actor, level_id: UUID | None) -> ServiceLevel:
    for level in access_levels(actor):
        if level.id == level_id:
            return level
    raise NotFound(_("There is no such service level"))
