"""Read questions about a member's notifications."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from regulars.notifications.models import MutedConversation, Notification
from regulars.notifications.ports import Pair
from regulars.workspaces.models import Member


def muted_among(member: Member, conversation_ids: Collection[UUID]) -> frozenset[UUID]:
    rows = MutedConversation.objects.filter(member=member, conversation_id__in=conversation_ids)
    return frozenset(rows.values_list("conversation_id", flat=True))


def unread_among(workspaces: Collection[UUID], pairs: Collection[Pair]) -> list[Notification]:
    """Those of members and conversations that are not seen yet."""
    members, conversations = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    rows = Notification.objects.filter(workspace_id__in=workspaces, read_at=None)
    found = rows.filter(member_id__in=members, conversation_id__in=conversations)
    return [row for row in found if (row.member_id, row.conversation_id) in pairs]
