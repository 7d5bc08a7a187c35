"""What members chose, read for many at once."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from regulars.notifications.levels import Choice, Quiet, read_levels
from regulars.notifications.models import NotificationSettings
from regulars.workspaces.models import Member


def choices_of(member_ids: Collection[UUID]) -> dict[UUID, Choice]:
    """Two queries."""
    # unscoped: by ids of members, each of one workspace
    zones = dict(Member.objects.filter(id__in=member_ids).values_list("id", "user__time_zone"))
    # unscoped: as above
    kept = {each.member_id: each for each in NotificationSettings.objects.filter(member_id__in=zones)}
    return {member_id: _choice(kept.get(member_id), zone) for member_id, zone in zones.items()}


def choice_of(member: Member) -> Choice:
    return _choice(NotificationSettings.objects.filter(member=member).first(), member.user.time_zone)


def _choice(row: NotificationSettings | None, time_zone: str) -> Choice:
    if row is None:
        return Choice(time_zone=time_zone)
    quiet = Quiet(row.quiet_from, row.quiet_until) if row.quiet_from and row.quiet_until else None
    return Choice(read_levels(row.levels), quiet, row.is_private, time_zone)
