"""The only door to a quick reply from outside this room."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.media.models import MediaFile
from regulars.quick_replies.models import QuickReply, QuickReplyFile
from regulars.workspaces import audiences
from regulars.workspaces.access import Actor

MANAGING = "quick_replies:manage"


def access_quick_reply(actor: Actor, reply_id: UUID | None) -> QuickReply:
    """Also an archived one."""
    found = quick_replies_visible_to(actor).filter(id=reply_id).first() if reply_id else None
    if found is None:
        raise no_such_reply()
    return found


def quick_replies_visible_to(actor: Actor) -> QuerySet[QuickReply]:
    """What the actor can use, and with ``quick_replies:manage`` those of every team. What is somebody's own nobody
    else sees.
    """
    actor.require("quick_replies:read")
    every = QuickReply.objects.filter(workspace_id=actor.workspace_id)
    return every.filter(audiences.seen_by(actor, QuickReply, MANAGING))


def quick_replies_offered_to(actor: Actor) -> QuerySet[QuickReply]:
    """Those that the actor can insert now."""
    actor.require("quick_replies:read")
    every = QuickReply.objects.filter(workspace_id=actor.workspace_id, archived_at=None)
    return every.filter(audiences.usable_by(actor, QuickReply))


def can_change(actor: Actor, reply: QuickReply) -> bool:
    return audiences.can_change(actor, reply, MANAGING)


def files_visible_to(actor: Actor) -> QuerySet[MediaFile]:
    """Files of the replies that the actor sees."""
    files = MediaFile.objects.filter(workspace_id=actor.workspace_id)
    if not actor.can("quick_replies:read"):
        return files.none()
    seen = quick_replies_visible_to(actor)
    return files.filter(
        Exists(QuickReplyFile.objects.filter(media=OuterRef("pk"), quick_reply__in=seen.values("id")))
    )


def own_uploads(actor: Actor, file_ids: Collection[UUID]) -> dict[UUID, MediaFile]:
    """Of these files, those that the actor gave us: they may go with a reply."""
    mine = MediaFile.objects.filter(workspace_id=actor.workspace_id, uploaded_by=actor.id, state="ready")
    return mine.filter(uploaded_by__isnull=False).in_bulk(list(file_ids))


def no_such_reply() -> NotFound:
    return NotFound(_("There is no such quick reply, or it is somebody else's own"))
