"""The only door to message templates from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.message_templates.models import MessageTemplate
from regulars.workspaces.access import Actor


def access_template(actor: Actor, template_id: UUID | None, *, connection_id: UUID) -> MessageTemplate:
    """A template that the account lists, for those who may read templates; else :class:`NotFound`."""
    listed = templates_listed_to(actor, connection_id=connection_id)
    found = listed.filter(id=template_id).first() if template_id else None
    if found is None:
        raise NotFound(_("There is no such template"))
    return found


def templates_listed_to(actor: Actor, *, connection_id: UUID) -> QuerySet[MessageTemplate]:
    """What the account lists now."""
    return templates_visible_to(actor).filter(connection_id=connection_id, is_gone=False)


def templates_visible_to(actor: Actor) -> QuerySet[MessageTemplate]:
    """Also those that the accounts no longer list."""
    actor.require("message_templates:read")
    return MessageTemplate.objects.filter(workspace_id=actor.workspace_id).select_related("connection")
