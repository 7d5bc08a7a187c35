"""Keeping an eye on conversations. Repeating changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.attention.events import ConversationFollowed, ConversationUnfollowed
from regulars.attention.models import Following
from regulars.conversations.models import Conversation
from regulars.kernel.errors import NotAllowed
from regulars.kernel.events import record, record_all
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member


@transaction.atomic
def follow(conversation: Conversation, *, by: Actor) -> None:
    by.require("conversations:read")
    _row, made = Following.objects.get_or_create(
        conversation=conversation, member_id=_member(by), defaults={"workspace_id": by.workspace_id}
    )
    if made:
        record(ConversationFollowed(by.workspace_id, conversation.id, _member(by), is_by_mention=False))


@transaction.atomic
def unfollow(conversation: Conversation, *, by: Actor) -> None:
    by.require("conversations:read")
    gone, _each = Following.objects.filter(conversation=conversation, member_id=_member(by)).delete()
    if gone:
        record(ConversationUnfollowed(by.workspace_id, conversation.id, _member(by)))


def _member(by: Actor) -> UUID:
    if by.member_id is None:
        raise NotAllowed(_("Only members follow conversations"))
    return by.member_id


def follow_by_mention(conversation: Conversation, members: Collection[Member]) -> None:
    """Those who do not follow it yet. Needs a transaction."""
    there = Following.objects.filter(conversation=conversation, member__in=members)
    known = set(there.values_list("member_id", flat=True))
    new = [member for member in members if member.id not in known]
    Following.objects.bulk_create(
        (
            Following(
                conversation=conversation,
                member=member,
                workspace_id=conversation.workspace_id,
                is_by_mention=True,
            )
            for member in new
        ),
        ignore_conflicts=True,
    )
    record_all(
        ConversationFollowed(conversation.workspace_id, conversation.id, member.id, is_by_mention=True)
        for member in new
    )
