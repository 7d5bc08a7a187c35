"""The only door to queues from outside this room."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.routing.models import Queue
from regulars.workspaces.access import Actor


def access_queue(actor: Actor, queue_id: UUID | None) -> Queue:
    actor.require("routing:read")
    queues = Queue.objects.filter(workspace_id=actor.workspace_id).select_related("specialist__user")
    found = queues.filter(id=queue_id).first() if queue_id else None
    if found is None:
        raise NotFound(_("There is no such queue"))
    return found
