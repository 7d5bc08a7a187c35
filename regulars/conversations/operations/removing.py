"""Removing a contact with everything said and sent (BK-1)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from regulars.contacts.models import Contact
from regulars.contacts.operations.editing import delete_contact
from regulars.conversations.events import ConversationChanged
from regulars.conversations.models import (
    SILENT_KINDS,
    UNCOUNTED_KINDS,
    Conversation,
    Message,
    MessageStatus,
    OutgoingMessage,
    UnmatchedStatus,
)
from regulars.conversations.operations.statuses import settle_jobs
from regulars.kernel.events import record_all
from regulars.media.models import MediaFile
from regulars.media.operations import remove_files
from regulars.workspaces.access import Actor


@transaction.atomic
def remove_contact(contact: Contact, *, by: Actor) -> None:
    """Remove a contact, their conversations, messages and files, for good.

    What was still to leave, or left with an unknown result, ends as refused: the ledger keeps adding up. Of groups
    only what this person said goes, and when our messages reached them; the threads stay, with everybody else's words.
    """
    by.require("contacts:delete")
    groups = _lock_group_threads(contact)
    said = Message.objects.filter(Q(contact=contact) | Q(conversation__contact=contact))
    unsettled = OutgoingMessage.objects.select_for_update(of=("self",)).filter(
        message__in=said, state__in=["queued", "sending", "unknown"]
    )
    settle_jobs([(job.message_id, "refused", "contact-deleted") for job in unsettled])
    files = list(MediaFile.objects.filter(id__in=said.values("media_id")).values_list("id", flat=True))
    _forget_participant(contact)
    unread = {each.id: _unread_of_others(each, contact) for each in groups}
    delete_contact(contact, by=by)
    remove_files(files)
    _move_groups_on(unread)
    record_all(ConversationChanged(each.workspace_id, each.id, "messages_removed") for each in groups)


def _lock_group_threads(contact: Contact) -> Sequence[Conversation]:
    """The group threads in which the person wrote."""
    written = Message.objects.filter(contact=contact, direction="in").values("conversation_id")
    threads = Conversation.objects.filter(
        workspace_id=contact.workspace_id, group__isnull=False, id__in=written
    )
    return list(threads.order_by("id").select_for_update(of=("self",)))


def _forget_participant(contact: Contact) -> None:
    """Statuses in groups name whom a message reached by an address."""
    addresses = list(contact.identities.values_list("value", flat=True))
    in_groups = Message.objects.filter(
        conversation__group__isnull=False, workspace_id=contact.workspace_id, direction="out"
    )
    MessageStatus.objects.filter(participant__in=addresses, message__in=in_groups).delete()
    UnmatchedStatus.objects.filter(
        participant__in=addresses, inbox__workspace_id=contact.workspace_id
    ).delete()


def _unread_of_others(conversation: Conversation, contact: Contact) -> int:
    """How many of a thread's unread messages stay: the unread ones are the newest that came in."""
    counted = Message.objects.filter(conversation=conversation, direction="in").exclude(
        kind__in=UNCOUNTED_KINDS
    )
    newest = counted.exclude(source="history").exclude(is_withdrawn=True).order_by("-sent_at", "-id")
    writers = newest.values_list("contact_id", flat=True)[: conversation.unread_count]
    gone = sum(1 for writer in writers if writer == contact.id)
    return max(0, conversation.unread_count - gone)


_MOVE_ON = """
UPDATE conversations_conversation c SET unread_count = new.unread, updated_at = now(),
  last_message_id = last.id, last_message_at = last.sent_at,
  waiting_since = (SELECT min(m.sent_at) FROM conversations_message m
    WHERE m.conversation_id = c.id AND m.direction = 'in' AND m.source <> 'history' AND NOT m.kind = ANY(%s)
      AND m.sent_at >= c.waiting_since)
FROM unnest(%b::uuid[], %b::int[]) AS new(id, unread) LEFT JOIN LATERAL (
  SELECT m.id, m.sent_at FROM conversations_message m
  WHERE m.conversation_id = new.id AND NOT m.kind = ANY(%s) AND NOT m.is_withdrawn
  ORDER BY m.sent_at DESC, m.id DESC LIMIT 1
) AS last ON true
WHERE c.id = new.id
"""


def _move_groups_on(unread: dict[UUID, int]) -> None:
    """The last word, the clock and the count of threads that lost messages."""
    if unread:
        with connection.cursor() as cursor:
            cursor.execute(
                _MOVE_ON,
                [sorted(SILENT_KINDS), list(unread), list(unread.values()), sorted(UNCOUNTED_KINDS)],
            )
