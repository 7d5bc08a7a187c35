"""What members chose, read for many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from regulars.notifications.levels import Choice, Quiet, read_levels
from regulars.notifications.models import NotificationSettings
from regulars.workspaces.models import Member, MemberAvailability


def choices_of(member_ids: Collection[UUID]) -> dict[UUID, Choice]:
    """Three queries."""
    # unscoped: by ids of members, each of one workspace
    zones = dict(Member.objects.filter(id__in=member_ids).values_list("id", "user__time_zone"))
    # unscoped: as above
    kept = {each.member_id: each for each in NotificationSettings.objects.filter(member_id__in=zones)}
    # unscoped: as above
    off = MemberAvailability.objects.filter(member_id__in=zones, state="off_duty")
    off_duty = set(off.values_list("member_id", flat=True))
    return {
        member_id: replace(_choice(kept.get(member_id), zone), is_off_duty=member_id in off_duty)
        for member_id, zone in zones.items()
    }


def choice_of(member: Member) -> Choice:
    return _choice(NotificationSettings.objects.filter(member=member).first(), member.user.time_zone)


def _choice(row: NotificationSettings | None, time_zone: str) -> Choice:
    if row is None:
        return Choice(time_zone=time_zone)
    quiet = Quiet(row.quiet_from, row.quiet_until) if row.quiet_from and row.quiet_until else None
    return Choice(read_levels(row.levels), quiet, row.is_private, time_zone)
