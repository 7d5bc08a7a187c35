"""WhatsApp's copies of our files: kept 30 days, and sometimes lost before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from regulars.channels.whatsapp.requests import media_ids_of
from regulars.conversations.operations.sending import outgoing_of
from regulars.conversations.provider_ids import messages_called
from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import Deferred, Refused, SendResult, StatusUpdate
from regulars.kernel.ids import parse_id
from regulars.media.operations import forget_uploads

PROVIDER_COPY_LIFETIME = timedelta(days=29)
"""WhatsApp keeps uploads for 30 days (reference §7.2)"""
_LOST_AT_ONCE = frozenset({33, 100, 131008, 131009, 131052, 131053})
_LOST_LATER = frozenset({131052, 131053})


def may_miss_copies(result: SendResult) -> bool:
    """Whether an answer may mean that a copy is gone. Nothing was sent, so one more try with new copies harms nobody:
    the platform's words for it differ (131053, 131009 and 100 about the id, 33 for an object that is not there, which
    may also be the number and is judged as that when new copies do not help).
    """
    return isinstance(result, Refused | Deferred) and result.error.code in _LOST_AT_ONCE


def forget_lost_copies(workspace_id: UUID, statuses: Sequence[StatusUpdate]) -> None:
    """Accepted, and failed over its file afterwards: sent again, the message uploads its files anew."""
    lost = [
        status
        for status in statuses
        if status.status == "failed" and any(error.code in _LOST_LATER for error in status.errors)
    ]
    if not lost:
        return
    by_id = {status.provider_id: status.address for status in lost}
    inboxes = Inbox.objects.filter(workspace_id=workspace_id, address__in=set(by_id.values()))
    messages = messages_called(inboxes.values_list("id", flat=True), by_id).filter(direction="out")
    for message in messages.filter(content__has_key="outgoing"):
        files = [file_id for each in media_ids_of(outgoing_of(message)) if (file_id := parse_id(each))]
        forget_uploads(files, by_id[str(message.provider_id)])
