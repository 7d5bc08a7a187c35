"""Resolved by rule: nothing came any more. One of many; a member's own verb is in ``handling``."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from regulars.conversations.events import ConversationResolved
from regulars.conversations.models import Conversation
from regulars.conversations.operations.episodes import end
from regulars.conversations.operations.telling import tell_all
from regulars.conversations.queries.silence import silent_since
from regulars.kernel import clock
from regulars.workspaces.access import Actor

_HOUR = timedelta(hours=1)


@transaction.atomic
def resolve_silent(
    conversation_ids: Collection[UUID], *, since: datetime, idle_for: timedelta, counted_by: str, by: Actor
) -> list[UUID]:
    """Those in which, held, nothing has happened since then; what somebody works on right now is left for later.

    ``idle_for``, ``counted_by``: what the rule says, for the line in the thread.
    """
    by.require("conversations:resolve")
    if not conversation_ids:
        return []
    rows = Conversation.objects.filter(workspace_id=by.workspace_id, id__in=conversation_ids).order_by("id")
    held = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("id", flat=True))
    # asked anew: what a row was before it was held says nothing of what came meanwhile
    silent = list(silent_since(by.workspace_id, since).filter(id__in=held).values_list("id", flat=True))
    Conversation.objects.filter(workspace_id=by.workspace_id, id__in=silent).update(
        status="resolved", snoozed_until=None, updated_at=clock.now()
    )
    end(silent, by=by.doer)
    tell_all(
        ConversationResolved(
            by.workspace_id,
            each,
            from_status="open",
            by=by.doer,
            idle_hours=idle_for // _HOUR,
            idle_counted_by=counted_by,
        )
        for each in silent
    )
    return silent
