"""The only door to a scheduled message from outside: it is seen by who sees its conversation."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.conversations.access import access_conversation, visible_to
from regulars.kernel.errors import NotFound
from regulars.scheduling.models import ScheduledMessage
from regulars.workspaces.access import Actor


def access_scheduled(actor: Actor, scheduled_id: UUID | None) -> ScheduledMessage:
    """With its conversation as that is accessed."""
    found = scheduled_visible_to(actor).filter(id=scheduled_id).first() if scheduled_id else None
    if found is None:
        raise NotFound(_("There is no such scheduled message, or you may not see it"))
    found.conversation = access_conversation(actor, found.conversation_id)
    return found


def scheduled_visible_to(actor: Actor) -> QuerySet[ScheduledMessage]:
    every = ScheduledMessage.objects.filter(workspace_id=actor.workspace_id)
    every = every.select_related(
        "author_member__user", "conversation__contact__person", "conversation__group"
    )
    if actor.sees_all and actor.can("conversations:read"):
        return every
    return every.filter(conversation__in=visible_to(actor).values("id"))
