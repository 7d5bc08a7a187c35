"""What conversations need done in the background. Thin; safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from regulars.conversations.events import ConversationChanged
from regulars.conversations.models import Conversation
from regulars.conversations.operations.activities import ActivityRow, insert_activities
from regulars.conversations.operations.statuses import purge_unmatched
from regulars.kernel import clock
from regulars.kernel.events import record

UNMATCHED_RETENTION = timedelta(days=30)
BATCH_SIZE = 500


@transaction.atomic
def wake_snoozed() -> int:
    """Open the conversations whose time has come; returns how many."""
    moment = clock.now()
    # unscoped: time passes for all
    due = Conversation.objects.select_for_update(skip_locked=True).filter(
        status="snoozed", snoozed_until__lte=moment
    )
    count = 0
    for conversation in due[:BATCH_SIZE]:
        conversation.status, conversation.snoozed_until, conversation.updated_at = "open", None, moment
        conversation.save(update_fields=["status", "snoozed_until", "updated_at"])
        insert_activities(conversation.workspace_id, [ActivityRow(conversation.id, "woken", "", {}, moment)])
        record(ConversationChanged(conversation.workspace_id, conversation.id, "status"))
        count += 1
    return count


def purge_unmatched_statuses() -> int:
    """Forget old statuses of messages that were never ours."""
    return purge_unmatched(clock.now() - UNMATCHED_RETENTION)
