"""Parked events as the people of a workspace see them: which there are, and trying them again."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import reactions
from regulars.kernel.errors import NotFound
from regulars.kernel.models import ParkedEvent
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

PERMISSION = "connections:manage"


def parked_events_of(actor: Actor) -> QuerySet[ParkedEvent]:
    """What a reaction could not digest, each with its event."""
    actor.require(PERMISSION)
    return reactions.parked_in(actor.workspace_id)


def access_parked_event(actor: Actor, parked_id: int) -> ParkedEvent:
    """One of them, unless it went through meanwhile."""
    found = parked_events_of(actor).filter(id=parked_id).first()
    if found is None:
        raise NotFound(_("There is no such parked event, or it went through meanwhile"))
    return found


@transaction.atomic
def retry_parked_events(*, by: Actor, ids: Collection[int] | None = None) -> int:
    """Have workers try parked events again, all of the workspace without ``ids``; returns how many."""
    by.require(PERMISSION)
    count = reactions.ask_to_retry(by.workspace_id, ids)
    audit(by, "events:replay", "workspace", str(by.workspace_id), events=count)
    return count
