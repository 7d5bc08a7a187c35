"""What members are told of conversations, who may see it, and in which words (``notifications.ports``)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import QuerySet

from regulars.conversations.access import ConversationFacts, can_see, read_staffings, visible_to
from regulars.conversations.events import ConversationAssigned, MessageReceived
from regulars.conversations.models import SILENT_KINDS, Conversation, Message
from regulars.kernel.events import Recorded
from regulars.notifications.models import Notification
from regulars.notifications.ports import Occasion, Pair, Source, Words
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.models import Member

LONGEST_TEXT = 400


def _assigned(happened: Sequence[Recorded]) -> list[Occasion]:
    """Where somebody else gave it to them, and they still have it."""
    # unscoped: the ids come from the log
    rows = Conversation.objects.filter(id__in={each.event.conversation_id for each in happened})
    holders = dict(rows.values_list("id", "assignee_id"))
    return [
        Occasion(
            each.event.workspace_id,
            each.event.to_member_id,
            each.event.conversation_id,
            "assigned",
            each.happened_at,
            each.position,
            by_member_id=each.event.by.id if each.event.by.kind == "member" else None,
        )
        for each in happened
        if each.event.to_member_id and holders.get(each.event.conversation_id) == each.event.to_member_id
    ]


def _replied(happened: Sequence[Recorded]) -> list[Occasion]:
    """Of conversations that somebody has, and where the contact still waits for an answer."""
    said = [each for each in happened if each.event.direction == "in" and each.event.kind not in SILENT_KINDS]
    if not said:
        return []
    # unscoped: the ids come from the log
    rows = Conversation.objects.filter(id__in={each.event.conversation_id for each in said})
    owned = rows.filter(assignee__isnull=False, waiting_since__isnull=False)
    holders = dict(owned.values_list("id", "assignee_id"))
    return [
        Occasion(
            each.event.workspace_id,
            holder,
            each.event.conversation_id,
            "reply",
            each.happened_at,
            each.position,
            each.event.message_id,
        )
        for each in said
        if (holder := holders.get(each.event.conversation_id))
    ]


ASSIGNED = Source((ConversationAssigned,), _assigned)
REPLIED = Source((MessageReceived,), _replied)


def seen_among(pairs: Collection[Pair]) -> set[Pair]:
    """Those whose member works here and sees the conversation now. Five queries; none when there are no pairs."""
    if not pairs:
        return set()
    # unscoped: whoever is asked about is held against what they see
    members = Member.objects.filter(id__in={member_id for member_id, _ in pairs}, is_active=True)
    known = members.select_related("user", "role").prefetch_related("teams")
    actors = {member.id: actor_of_member(member) for member in known}
    # unscoped: as above
    rows = Conversation.objects.filter(id__in={conversation_id for _, conversation_id in pairs})
    columns = rows.values_list("id", "workspace_id", "inbox_id", "assignee_id", "team_id")
    facts = {key: ConversationFacts(*rest) for key, *rest in columns}
    staffings = read_staffings({each.workspace_id for each in facts.values()})
    return {
        (member_id, conversation_id)
        for member_id, conversation_id in pairs
        if (actor := actors.get(member_id))
        and (about := facts.get(conversation_id))
        and can_see(actor, about, staffings[about.workspace_id])
    }


def described(wanted: Collection[tuple[UUID, UUID | None]]) -> dict[UUID, Words]:
    """Whom conversations are with, and what their newest message says. Two queries."""
    ids = {conversation_id for conversation_id, _ in wanted}
    # unscoped: whoever is told was held against what they see (``seen_among``)
    rows = Conversation.objects.filter(id__in=ids).select_related("contact__person", "group")
    # unscoped: as above
    messages = Message.objects.filter(id__in={key for _, key in wanted if key}, conversation_id__in=ids)
    texts = dict(messages.values_list("conversation_id", "text"))
    return {row.id: Words(_name(row), texts.get(row.id, "")[:LONGEST_TEXT]) for row in rows}


def _name(row: Conversation) -> str:
    if row.contact:
        return row.contact.person.display_name
    return row.group.subject if row.group else ""


def notifications_of(actor: Actor, member_id: UUID | None) -> QuerySet[Notification]:
    """A member's, of conversations that the actor sees now: the member, or a token that they made."""
    every = Notification.objects.filter(workspace_id=actor.workspace_id)
    theirs = every.filter(member_id=member_id) if member_id else every.none()
    return theirs.filter(conversation_id__in=visible_to(actor).values("id"))


def count_unread_notifications(actor: Actor) -> int:
    return notifications_of(actor, actor.member_id).filter(read_at=None, is_counted=True).count()
