"""What conversations need done in the background. Thin; safe to run twice."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from regulars.conversations.events import ConversationWoken
from regulars.conversations.models import MESSAGE_STATES, MESSAGES, Conversation
from regulars.conversations.operations.statuses import purge_unmatched
from regulars.conversations.operations.tagging import CONVERSATIONS
from regulars.conversations.operations.telling import tell_all
from regulars.kernel import clock
from regulars.tags.tagging import end_due_tags

UNMATCHED_RETENTION = timedelta(days=30)
BATCH_SIZE = 500


@transaction.atomic
def wake_snoozed() -> int:
    moment = clock.now()
    # unscoped: time passes for all
    due = Conversation.objects.select_for_update(skip_locked=True).filter(
        status="snoozed", snoozed_until__lte=moment
    )
    woken = list(due[:BATCH_SIZE])
    for conversation in woken:
        conversation.status, conversation.snoozed_until, conversation.updated_at = "open", None, moment
        conversation.save(update_fields=["status", "snoozed_until", "updated_at"])
    tell_all(ConversationWoken(each.workspace_id, each.id) for each in woken)
    return len(woken)


def prepare_parts() -> None:
    """Make the parts of the messages and their statuses that the coming quarters are written to."""
    MESSAGES.prepare()
    MESSAGE_STATES.prepare()


def look_over_parts() -> None:
    """Whoever asks for messages of many quarters is answered by a plan for all of them."""
    MESSAGES.look_over()
    MESSAGE_STATES.look_over()


def purge_unmatched_statuses() -> int:
    return purge_unmatched(clock.now() - UNMATCHED_RETENTION)


def end_due_taggings() -> int:
    return end_due_tags(CONVERSATIONS)
