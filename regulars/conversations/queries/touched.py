"""What a stretch of the event log touched, for the screens that it is drawn on again: few queries however much it was.

The ids come from the log; ``workspaces``, or what was read of them before, says whose rows may be found by them.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber

from regulars.contacts.models import Contact
from regulars.conversations.models import Activity, Conversation, Message, Note
from regulars.conversations.provider_ids import messages_called
from regulars.conversations.queries.changing import MODIFIERS
from regulars.conversations.queries.lists import attach_shown
from regulars.conversations.queries.threads import MessageDetails, shown_with, with_details
from regulars.inboxes.models import sealed_fields

MOST_LINES = 20


def conversations_with(
    workspaces: Collection[UUID], contacts: Collection[UUID], groups: Collection[UUID]
) -> set[UUID]:
    """With contacts, or with whoever is one person that they stand for."""
    people = set(contacts)
    if people:
        merged = Contact.objects.filter(person_id__in=contacts, workspace_id__in=workspaces)
        people |= set(merged.values_list("id", flat=True))
    theirs = Q(contact_id__in=people) | Q(group_id__in=groups)
    found = Conversation.objects.filter(theirs, workspace_id__in=workspaces)
    return set(found.values_list("id", flat=True))


def messages_showing(workspaces: Collection[UUID], media: Collection[UUID]) -> dict[UUID, UUID]:
    shows = Q(media_id__in=media) | Q(ad_picture_id__in=media)
    found = Message.objects.filter(shows, workspace_id__in=workspaces)
    return dict(found.values_list("id", "conversation_id"))


def read_conversations(workspaces: Collection[UUID], ids: Collection[UUID]) -> list[Conversation]:
    found = Conversation.objects.filter(workspace_id__in=workspaces, id__in=ids).select_related(
        "contact__person", "group", "inbox__connection", "assignee__user", "team"
    )
    listed = list(found.defer(*sealed_fields("inbox__connection__")))
    attach_shown(listed)
    return listed


def read_shown_messages(
    conversations: Collection[Conversation], ids: Collection[UUID]
) -> list[MessageDetails]:
    """A reaction, edit or revoke shows on the message that it changes."""
    if not ids:
        return []
    shown = {each for conversation in conversations for each in shown_with(conversation)}
    of_threads = Message.objects.filter(conversation__in=conversations).select_related(*sorted(shown))
    messages = list(of_threads.filter(id__in=ids))
    targets = {
        (each.conversation_id, each.target_provider_id)
        for each in messages
        if each.kind in MODIFIERS and each.target_provider_id
    }
    if targets:
        known = {each.id for each in messages}
        named = messages_called(
            (each.inbox_id for each in conversations), (provider_id for _thread, provider_id in targets)
        )
        changed = of_threads.filter(id__in=named.values("id"))
        messages += [
            each
            for each in changed
            if each.id not in known and (each.conversation_id, each.provider_id) in targets
        ]
    return [each for each in with_details(messages) if not each.changed]


def notes_among(conversation_ids: Collection[UUID], ids: Collection[UUID]) -> QuerySet[Note]:
    found = Note.objects.filter(id__in=ids, conversation_id__in=conversation_ids)
    return found.select_related("author__user")


def newest_lines(conversation_ids: Collection[UUID]) -> list[Activity]:
    if not conversation_ids:
        return []
    newest = Window(RowNumber(), partition_by="conversation_id", order_by=["-at", "-id"])
    found = Activity.objects.filter(conversation_id__in=conversation_ids).annotate(place=newest)
    return list(found.filter(place__lte=MOST_LINES).order_by("-at"))


def shown_with_number(
    workspaces: Collection[UUID], ids: Collection[UUID], inboxes: Collection[UUID], teams: Collection[UUID]
) -> set[UUID]:
    theirs = Q(inbox_id__in=inboxes) | Q(team_id__in=teams)
    found = Conversation.objects.filter(theirs, workspace_id__in=workspaces, id__in=ids)
    return set(found.values_list("id", flat=True))
