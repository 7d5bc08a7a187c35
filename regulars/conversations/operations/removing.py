"""Removing a contact with everything said and sent (BK-1).

What is linked to the person goes at once, in one transaction. What only names them (raw deliveries, answers kept for
repeated requests) is left to workers, who are told by which traces to know it (``inboxes.erasing``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from regulars.contacts.models import Contact, ContactIdentity
from regulars.contacts.operations.editing import delete_contact
from regulars.contacts.operations.identifying import identity_lanes
from regulars.contacts.registry import leaving
from regulars.conversations.events import MessagesRemoved
from regulars.conversations.models import (
    SILENT_KINDS,
    UNCOUNTED_KINDS,
    Conversation,
    ConversationTagging,
    Message,
    MessageStatus,
    Note,
    OutgoingMessage,
    UnmatchedStatus,
)
from regulars.conversations.operations.sending import outgoing_of
from regulars.conversations.operations.statuses import settle_jobs
from regulars.conversations.provider_ids import forget_ids
from regulars.inboxes.erasing import Erasure, Trace, Traces, ask_for_erasure
from regulars.inboxes.ports import files_in
from regulars.kernel import clock
from regulars.kernel.events import record_all
from regulars.kernel.locks import lock_keys
from regulars.kernel.reactions import forget_errors
from regulars.media.models import MediaFile
from regulars.media.operations import remove_files
from regulars.quick_replies.queries import without_files_of_replies
from regulars.tags.taggings import forget
from regulars.workspaces.access import Actor

ANSWERS_KEPT = timedelta(hours=25)
"""answers to requests that may be repeated are kept for 24 hours; each names an object that it made"""


@transaction.atomic
def remove_contact(contact: Contact, *, by: Actor) -> None:
    """Remove a contact, their conversations, messages and files, for good; who else is the same person stays.

    What was still to leave, or left with an unknown result, ends as refused: the ledger keeps adding up. Of groups
    only what this person said goes, and when our messages reached them; the threads stay, with everybody else's words.
    Each table that holds a contact says what becomes of its rows (``contacts.registry``).
    """
    by.require("contacts:delete")
    _hold_lanes(contact)
    with leaving(contact):
        delete_contact(contact, by=by)


def said_by(contact_ids: Collection[UUID]) -> QuerySet[Message]:
    """What was said to them and by them, groups included."""
    # unscoped: the contacts were let in to
    return Message.objects.filter(Q(contact__in=contact_ids) | Q(conversation__contact__in=contact_ids))


@contextmanager
def moving_groups_on(contact: Contact) -> Iterator[None]:
    groups = _lock_group_threads(contact)
    unread = {each.id: _unread_of_others(each, contact) for each in groups}
    yield
    _move_groups_on(unread)
    record_all(MessagesRemoved(each.workspace_id, each.id) for each in groups)


@contextmanager
def forgetting_tags(contact: Contact) -> Iterator[None]:
    """Their uses are no longer counted."""
    forget(ConversationTagging, list(contact.conversations.values_list("id", flat=True)))
    yield


@contextmanager
def forgetting_ids(contact: Contact) -> Iterator[None]:
    forget_ids(said_by([contact.id]))
    yield


@contextmanager
def refusing_what_waits(contact: Contact) -> Iterator[None]:
    unsettled = OutgoingMessage.objects.select_for_update(of=("self",)).filter(
        message__in=said_by([contact.id]), state__in=["queued", "sending", "unknown"]
    )
    settle_jobs([(job.message_id, "refused", "contact-deleted") for job in unsettled])
    yield


@contextmanager
def removing_files(contact: Contact) -> Iterator[None]:
    files = _files_only_in(said_by([contact.id]))
    yield
    remove_files(files)


@contextmanager
def asking_for_erasure(contact: Contact) -> Iterator[None]:
    traces = _traces_of(contact, said_by([contact.id]))
    yield
    forget_errors(contact.workspace_id, traces.objects)
    ask_for_erasure(contact.workspace_id, traces)


def _hold_lanes(contact: Contact) -> None:
    """Wait for batches that are reading something of this person; later ones see that they are to be left out."""
    rows = contact.identities.values_list("channel", "kind", "value")
    lock_keys(
        lane
        for channel, kind, value in rows
        for lane in identity_lanes(contact.workspace_id, channel, [(kind, value)])
    )


def _files_only_in(said: QuerySet[Message]) -> list[UUID]:
    """A file that we sent to several people stays, and one that a quick reply brings."""
    # unscoped: what was said is one person's
    files = MediaFile.objects.filter(
        Q(id__in=said.values("media_id")) | Q(id__in=said.values("ad_picture_id"))
    )
    elsewhere = Message.objects.filter(media__in=files).exclude(id__in=said.values("id"))
    own = files.exclude(id__in=elsewhere.values("media_id")).values_list("id", flat=True)
    return without_files_of_replies(own)


def _traces_of(contact: Contact, said: QuerySet[Message]) -> Traces:
    identities = contact.identities.order_by(
        "channel", "kind", "value", F("retired_at").desc(nulls_first=True)
    )
    latest: dict[tuple[str, str, str], ContactIdentity] = {}
    for row in identities:
        latest.setdefault((row.channel, row.kind, row.value), row)
    lately = clock.now() - ANSWERS_KEPT
    notes = Note.objects.filter(conversation__contact=contact, created_at__gte=lately)
    objects = [
        contact.id,
        *contact.conversations.values_list("id", flat=True),
        *said.filter(created_at__gte=lately).values_list("id", flat=True),
        *notes.values_list("id", flat=True),
    ]
    return Traces(
        identities=tuple(
            Trace(row.channel, row.kind, row.value, row.retired_at if _is_elsewhere(row) else None)
            for row in latest.values()
        ),
        objects=tuple(map(str, objects)),
        files=tuple(sorted({each for message in _with_files(said) for each in _inner_files(message)})),
    )


def _is_elsewhere(identity: ContactIdentity) -> bool:
    """Whether the address is somebody else's by now: numbers are given out again."""
    same = ContactIdentity.objects.filter(
        workspace_id=identity.workspace_id,
        channel=identity.channel,
        kind=identity.kind,
        value=identity.value,
        retired_at=None,
    )
    return identity.retired_at is not None and same.exclude(contact_id=identity.contact_id).exists()


def _with_files(said: QuerySet[Message]) -> QuerySet[Message]:
    return said.filter(direction="out", kind__in=["template", "interactive"])


def _inner_files(message: Message) -> Iterator[str]:
    try:
        content = outgoing_of(message)
    except msgspec.ValidationError:  # an echo of what another program sent
        return
    yield from (each.media_id for each in files_in(content) if each.media_id)


def erase_files(erasure: Erasure) -> None:
    """What was also sent to somebody else stays."""
    for file_id in map(UUID, erasure.traces.files):
        remove_files(files_in_no_message(erasure.workspace_id, [file_id]))


def files_in_no_message(workspace_id: UUID, ids: Collection[UUID]) -> Collection[UUID]:
    """Those that no message of the workspace brings, in whatever part of it, and no quick reply."""
    messages = Message.objects.filter(workspace_id=workspace_id)
    sent = _with_files(messages)
    return without_files_of_replies(
        [
            each
            for each in ids
            if not messages.filter(media_id=each).exists()
            and not sent.filter(content__icontains=str(each)).exists()
        ]
    )


def _lock_group_threads(contact: Contact) -> Sequence[Conversation]:
    written = Message.objects.filter(contact=contact, direction="in").values("conversation_id")
    threads = Conversation.objects.filter(
        workspace_id=contact.workspace_id, group__isnull=False, id__in=written
    )
    return list(threads.order_by("id").select_for_update(of=("self",)))


@contextmanager
def forgetting_participants(contact: Contact) -> Iterator[None]:
    """Statuses in groups name whom a message reached by an address."""
    addresses = list(contact.identities.values_list("value", flat=True))
    in_groups = Message.objects.filter(
        conversation__group__isnull=False, workspace_id=contact.workspace_id, direction="out"
    )
    MessageStatus.objects.filter(participant__in=addresses, message__in=in_groups).delete()
    UnmatchedStatus.objects.filter(
        participant__in=addresses, inbox__workspace_id=contact.workspace_id
    ).delete()
    yield


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
    if unread:
        with connection.cursor() as cursor:
            cursor.execute(
                _MOVE_ON,
                [sorted(SILENT_KINDS), list(unread), list(unread.values()), sorted(UNCOUNTED_KINDS)],
            )
