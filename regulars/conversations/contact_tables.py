"""The tables from here down that hold a contact, or what only a contact can be meant by."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db.models import Q, QuerySet

from regulars.contacts.models import Contact
from regulars.contacts.registry import ContactTable
from regulars.conversations.models import (
    Activity,
    Conversation,
    ConversationHistory,
    ConversationTagging,
    Draft,
    Episode,
    Fact,
    Message,
    MessageStatus,
    Note,
    OutgoingMessage,
    ProviderMessageId,
    UnmatchedStatus,
)
from regulars.conversations.operations.removing import (
    asking_for_erasure,
    erase_files,
    forgetting_ids,
    forgetting_participants,
    forgetting_tags,
    moving_groups_on,
    refusing_what_waits,
    removing_files,
    said_by,
)
from regulars.inboxes.erasing import erase_from_answers
from regulars.inboxes.models import ErasureRequest
from regulars.kernel.models import Event, KeptAnswer, ParkedEvent
from regulars.media.models import MediaFile
from regulars.notifications.models import MutedConversation, Notification
from regulars.workspaces.models import AuditEntry


def _files(contact_ids: Collection[UUID]) -> QuerySet[MediaFile]:
    said = said_by(contact_ids)
    # unscoped: what was said is theirs
    return MediaFile.objects.filter(
        Q(id__in=said.values("media_id")) | Q(id__in=said.values("ad_picture_id"))
    )


@contextmanager
def _forgetting_notifications(contact: Contact) -> Iterator[None]:
    """No foreign key leads from them to the conversations: those lie above."""
    talks = list(Conversation.objects.filter(contact=contact).values_list("id", flat=True))
    # unscoped: the contact's own conversations
    Notification.objects.filter(conversation_id__in=talks).delete()
    # unscoped: as above
    MutedConversation.objects.filter(conversation_id__in=talks).delete()
    yield


CONTACT_TABLES = (
    ContactTable(
        model=Notification,
        unexported="that members were told of something; the messages say of what",
        erase=_forgetting_notifications,
        retain="notifications.purge_notifications",
    ),
    ContactTable(
        model=MutedConversation,
        unexported="which conversations a member wants to hear nothing of",
        erase=_forgetting_notifications,
    ),
    ContactTable(
        model=Conversation,
        rows=lambda ids: Conversation.objects.filter(contact__in=ids),
        erase=moving_groups_on,
    ),
    ContactTable(
        model=ConversationTagging,
        rows=lambda ids: ConversationTagging.objects.filter(conversation__contact__in=ids),
        erase=forgetting_tags,
    ),
    ContactTable(
        model=ConversationHistory,
        rows=lambda ids: ConversationHistory.objects.filter(conversation__contact__in=ids),
    ),
    ContactTable(model=Message, rows=said_by, withheld=frozenset({"delivery_id", "path"})),
    ContactTable(
        model=ProviderMessageId, unexported="stands with the message that it names", erase=forgetting_ids
    ),
    ContactTable(
        model=MessageStatus,
        rows=lambda ids: MessageStatus.objects.filter(message__in=said_by(ids)),
        erase=forgetting_participants,
    ),
    ContactTable(
        model=UnmatchedStatus,
        unexported="of messages that we do not know",
        stays="those that name them go with their statuses in groups",
        retain="conversations.purge_unmatched_statuses",
    ),
    ContactTable(model=OutgoingMessage, unexported="how a message leaves", erase=refusing_what_waits),
    ContactTable(model=Note, rows=lambda ids: Note.objects.filter(conversation__contact__in=ids)),
    ContactTable(model=Activity, rows=lambda ids: Activity.objects.filter(conversation__contact__in=ids)),
    ContactTable(model=Episode, rows=lambda ids: Episode.objects.filter(conversation__contact__in=ids)),
    ContactTable(model=Fact, rows=lambda ids: Fact.objects.filter(conversation__contact__in=ids)),
    ContactTable(model=Draft, unexported="a member's, and not said yet"),
    ContactTable(
        model=MediaFile,
        rows=_files,
        withheld=frozenset(
            {
                *(
                    "connection_id",
                    "provider_media_id",
                    "source_url",
                    "provider_uploads",
                    "attempts",
                    "retry_at",
                ),
                *("lease_until", "is_preview_due", "preview_attempts", "preview_lease_until", "traits"),
            }
        ),
        erase=removing_files,
        sweep=erase_files,
        stays="what was sent to somebody else, too",
    ),
    ContactTable(
        model=ErasureRequest,
        unexported="by what somebody is to be forgotten, sealed",
        erase=asking_for_erasure,
        stays="until they are forgotten everywhere",
    ),
    ContactTable(
        model=KeptAnswer,
        unexported="answers to repeated requests, sealed",
        sweep=erase_from_answers,
        retain="kernel.purge_answers",
        stays="until workers have gone through them",
    ),
    ContactTable(
        model=Event,
        unexported="ids only",
        retain="kernel.purge_events",
        stays="ids only, for two weeks",
    ),
    ContactTable(model=ParkedEvent, unexported="ids only", stays="ids only; what went wrong is forgotten"),
    ContactTable(
        model=AuditEntry, unexported="what members did", stays="that a contact was removed, and by whom"
    ),
)
