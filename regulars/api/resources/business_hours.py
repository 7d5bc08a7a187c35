"""When the workspace works."""

from __future__ import annotations

from django.utils.translation import gettext as _
from msgspec import UNSET

from regulars.api.shapes.business_hours import (
    BusinessHoursChanges,
    BusinessHoursShape,
    WeekShape,
    build_business_hours,
)
from regulars.kernel.errors import Invalid
from regulars.workspaces.access import Actor
from regulars.workspaces.business_hours import HoursOfWork, change_hours_of_work, hours_of_work, parse_week
from regulars.workspaces.business_time import Week


def get_business_hours(actor: Actor) -> BusinessHoursShape:
    """Which hours count as business time, and when a new episode begins."""
    return build_business_hours(hours_of_work(actor.workspace_id))


def change_business_hours(actor: Actor, body: BusinessHoursChanges) -> BusinessHoursShape:
    """Counts for what happens from then on; waits that were measured stay as they were."""
    before = hours_of_work(actor.workspace_id)
    wanted = HoursOfWork(
        before.time_zone if body.time_zone is UNSET else body.time_zone,
        _week(before.week, body),
        before.episode_hours if body.episode_hours is UNSET else body.episode_hours,
    )
    change_hours_of_work(actor.workspace_id, wanted, by=actor)
    return build_business_hours(hours_of_work(actor.workspace_id))


def _week(before: Week | None, body: BusinessHoursChanges) -> Week | None:
    if body.week is UNSET and body.holidays is UNSET and body.country is UNSET:
        return before
    days = before.days if before else None
    if body.week is not UNSET:
        days = None if body.week is None else _days(body.week).days
    if days is None:
        if body.holidays is not UNSET and body.holidays:
            raise Invalid(
                _("Days off need business hours"), fields={"holidays": "none while every hour counts"}
            )
        if body.country is not UNSET and body.country:
            raise Invalid(
                _("Days off need business hours"), fields={"country": "none while every hour counts"}
            )
        return None
    holidays = before.holidays if before else ()
    if body.holidays is not UNSET:
        holidays = parse_week({}, ((each.date, each.name) for each in body.holidays)).holidays
    country = before.country if before else ""
    return Week(days, holidays, country if body.country is UNSET else body.country)


def _days(given: WeekShape) -> Week:
    return parse_week({day: [(each.start, each.end) for each in all_] for day, all_ in given.items()}, ())
