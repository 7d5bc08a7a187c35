"""Write verbs of a member's own: seen, chosen, muted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.notifications.events import NotificationsRead
from regulars.notifications.levels import KINDS, PRESETS, WAYS
from regulars.notifications.models import MutedConversation, Notification, NotificationSettings, Push
from regulars.workspaces.models import Member

KEPT_READ, KEPT_UNREAD = timedelta(days=30), timedelta(days=90)


@transaction.atomic
def read_notifications(member: Member, conversation_ids: Collection[UUID] | None = None) -> int:
    """What stands in these conversations, or in all, was seen; what is on its way to other browsers stays here.

    Returns how many had not been seen. Costs one statement when there are none.
    """
    unread = Notification.objects.filter(member=member, read_at=None)
    if conversation_ids is not None:
        unread = unread.filter(conversation_id__in=conversation_ids)
    rows = list(unread.order_by("conversation_id").select_for_update().values_list("id", "conversation_id"))
    if not rows:
        return 0
    ids = [key for key, _conversation in rows]
    Notification.objects.filter(id__in=ids, member=member).update(read_at=clock.now())
    # unscoped: of notifications that are the member's
    Push.objects.filter(notification_id__in=ids).delete()
    record(NotificationsRead(member.workspace_id, member.id, tuple(each for _, each in rows)))
    return len(rows)


@transaction.atomic
def choose_ways(member: Member, levels: Mapping[str, Collection[str]]) -> None:
    """Which kinds come by which ways; kinds that are not named stay. Raises ``Invalid`` for unknown words."""
    for kind, ways in levels.items():
        if kind not in KINDS or not frozenset(ways) <= frozenset(WAYS):
            raise Invalid(_("There is no such notification"), fields={f"levels.{kind}": ", ".join(WAYS)})
    row = _held(member)
    row.levels = {**row.levels, **{kind: sorted(ways) for kind, ways in levels.items()}}
    row.save(update_fields=["levels"])


def choose_preset(member: Member, preset: str) -> None:
    """All kinds at once. Raises ``Invalid`` for one that there is not."""
    if preset not in PRESETS:
        raise Invalid(_("There is no such choice"), fields={"preset": ", ".join(PRESETS)})
    choose_ways(member, PRESETS[preset])


@transaction.atomic
def choose_quiet(member: Member, start: time | None, end: time | None) -> None:
    """From when until when nothing disturbs, by the member's clock; None twice for never."""
    if (start is None) != (end is None) or (start is not None and start == end):
        raise Invalid(
            _("Quiet hours have a beginning and an end"),
            fields={"quiet": _("A beginning and another time as the end, or none")},
        )
    row = _held(member)
    row.quiet_from, row.quiet_until = start, end
    row.save(update_fields=["quiet_from", "quiet_until"])


@transaction.atomic
def choose_privacy(member: Member, is_private: bool) -> None:
    row = _held(member)
    row.is_private = is_private
    row.save(update_fields=["is_private"])


def _held(member: Member) -> NotificationSettings:
    NotificationSettings.objects.get_or_create(member=member, defaults={"workspace_id": member.workspace_id})
    return NotificationSettings.objects.select_for_update().get(member=member)


def mute_conversation(member: Member, conversation_id: UUID) -> None:
    """Of an accessed conversation. Twice is once."""
    MutedConversation.objects.get_or_create(
        member=member, conversation_id=conversation_id, defaults={"workspace_id": member.workspace_id}
    )


def unmute_conversation(member: Member, conversation_id: UUID) -> None:
    MutedConversation.objects.filter(member=member, conversation_id=conversation_id).delete()


def is_muted(member: Member, conversation_id: UUID) -> bool:
    return MutedConversation.objects.filter(member=member, conversation_id=conversation_id).exists()


def purge_notifications() -> None:
    now = clock.now()
    old = Q(read_at__lt=now - KEPT_READ) | Q(at__lt=now - KEPT_UNREAD)
    # unscoped: the house clears away everybody's
    Notification.objects.filter(old).delete()
