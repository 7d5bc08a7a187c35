"""Voice calls as the thread shows them; a call of the contact opens the reply window like a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import connection

from regulars.conversations.events import CallReported
from regulars.conversations.models import Activity
from regulars.conversations.operations.handling import start_conversation
from regulars.conversations.operations.telling import call_facts, tell
from regulars.inboxes.ports import Call


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A step of a call with the inbox and contact it belongs to."""

    call: Call
    inbox_id: UUID
    contact_id: UUID


def note_calls(workspace_id: UUID, calls: Sequence[IncomingCall], *, reply_window: timedelta) -> None:
    """Calls are few: one by one. Needs a transaction."""
    for each in calls:
        conversation = start_conversation(workspace_id, each.inbox_id, each.contact_id)
        call = each.call
        told = CallReported(
            workspace_id,
            conversation.id,
            call_id=call.provider_id,
            step=call.event,
            direction=call.direction,
            status=call.status,
            duration_seconds=call.duration_seconds,
            at=call.at,
        )
        known = Activity.objects.filter(
            conversation=conversation, kind="call", at=call.at, facts=call_facts(told)
        )
        if known.exists():
            continue  # read again, after a replay
        if "user" in call.direction.lower() or call.direction.lower() in {"in", "inbound"}:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE conversations_conversation SET"
                    " window_closes_at = GREATEST(window_closes_at, %s::timestamptz),"
                    " last_inbound_at = GREATEST(last_inbound_at, %s) WHERE id = %s",
                    [call.at + reply_window, call.at, conversation.id],
                )
        tell(told)
