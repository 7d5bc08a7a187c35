"""In which open conversations nothing has happened since, and nobody waits for us."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from regulars.conversations.models import Activity, Conversation, Note, OutgoingMessage


def silent_since(workspace_id: UUID, at: datetime) -> QuerySet[Conversation]:
    """The last word is ours and has left, all is read, and since then there is no message, no note and no quiet line.

    What is urgent is never among them.
    """
    of_it = Q(conversation_id=OuterRef("pk"))
    # two questions, because each of the two small indexes answers one
    leaving = OutgoingMessage.objects.filter(of_it, state__in=["queued", "sending"])
    doubtful = OutgoingMessage.objects.filter(of_it, state="unknown")
    notes = Note.objects.filter(of_it, workspace_id=workspace_id, created_at__gt=at)
    lines = Activity.objects.filter(of_it, workspace_id=workspace_id, at__gt=at)
    return (
        Conversation.objects.filter(
            workspace_id=workspace_id,
            status="open",
            waiting_since=None,
            unread_count=0,
            last_message_at__lte=at,
        )
        .exclude(priority="urgent")
        .filter(Q(last_inbound_at=None) | Q(last_inbound_at__lt=F("last_message_at")))
        .filter(~Exists(leaving), ~Exists(doubtful), ~Exists(notes), ~Exists(lines))
    )
