"""When a workspace works, and for how long a conversation that is opened again is still the same matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import available_timezones

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.errors import Invalid
from regulars.kernel.events import record
from regulars.workspaces.access import Actor
from regulars.workspaces.business_time import DAY_MINUTES, BusinessHours, Holiday, Opening, Week, read_hours
from regulars.workspaces.events import BusinessHoursChanged
from regulars.workspaces.models import Workspace
from regulars.workspaces.operations import audit
from regulars.workspaces.public_holidays import is_known, public_holidays

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MOST_OPENINGS = 6
"""of a day"""
MOST_HOLIDAYS = 400
HOLIDAY_NAME_LENGTH = 80
LONGEST_EPISODE_GAP = 720
"""hours"""
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class HoursOfWork:
    """What the settings say. Without a ``week``, every hour counts."""

    time_zone: str
    week: Week | None
    episode_hours: int

    @property
    def hours(self) -> BusinessHours:
        return BusinessHours(self.time_zone, self.week)


def hours_of_work(workspace_id: UUID) -> HoursOfWork:
    return _of(Workspace.objects.get(id=workspace_id))


def business_hours_of(workspace_id: UUID) -> BusinessHours:
    row = Workspace.objects.values_list("time_zone", "business_week").get(id=workspace_id)
    return read_hours(row[0], _written(_week(row[1])))


def _of(workspace: Workspace) -> HoursOfWork:
    return HoursOfWork(workspace.time_zone, _week(workspace.business_week), workspace.episode_hours)


def _week(stored: object) -> Week | None:
    return None if stored is None else msgspec.convert(stored, Week)


def _written(week: Week | None) -> str:
    return "" if week is None else msgspec.json.encode(week).decode()


@transaction.atomic
def change_hours_of_work(workspace_id: UUID, wanted: HoursOfWork, *, by: Actor) -> None:
    """Counts for what happens from now on: waits that were measured stay as they were.

    Raises ``Invalid`` with what is wrong by field: ``time_zone``, a weekday, ``holidays``, ``country``,
    ``episode_hours``.
    """
    by.require("hours:manage")
    wanted = _checked(wanted)
    workspace = Workspace.objects.select_for_update(no_key=True).get(id=workspace_id)
    before = _of(workspace)
    if before == wanted:
        return
    workspace.time_zone, workspace.episode_hours = wanted.time_zone, wanted.episode_hours
    workspace.business_week = None if wanted.week is None else msgspec.to_builtins(wanted.week)
    workspace.save(update_fields=["time_zone", "business_week", "episode_hours"])
    record(
        BusinessHoursChanged(
            workspace_id,
            from_time_zone=before.time_zone,
            to_time_zone=wanted.time_zone,
            from_week=_written(before.week),
            to_week=_written(wanted.week),
            from_episode_hours=before.episode_hours,
            to_episode_hours=wanted.episode_hours,
            by=by.doer,
        )
    )
    audit(by, "hours:change", "workspace", str(workspace_id), time_zone=wanted.time_zone)


def _checked(wanted: HoursOfWork) -> HoursOfWork:
    if wanted.time_zone not in available_timezones():
        raise Invalid(
            _("There is no such time zone"),
            fields={"time_zone": "a name of the tz database, such as Asia/Seoul"},
        )
    if not 0 <= wanted.episode_hours <= LONGEST_EPISODE_GAP:
        raise Invalid(
            _("Choose 0 to %(limit)s hours") % {"limit": LONGEST_EPISODE_GAP},
            fields={"episode_hours": f"a whole number, 0 to {LONGEST_EPISODE_GAP}"},
        )
    if wanted.week is None:
        return wanted
    days = tuple(
        _checked_day(weekday, openings) for weekday, openings in zip(WEEKDAYS, wanted.week.days, strict=True)
    )
    if not any(days):
        raise Invalid(
            _("Say when you work on at least one day, or choose that every hour counts"),
            fields={"monday": "one or more times, such as 09:00 to 18:00"},
        )
    week = Week(days, _checked_holidays(wanted.week.holidays), _checked_country(wanted.week.country))
    return HoursOfWork(wanted.time_zone, week, wanted.episode_hours)


def _checked_day(weekday: str, openings: Sequence[Opening]) -> tuple[Opening, ...]:
    ordered = sorted(openings, key=lambda each: each.start)
    if len(ordered) > MOST_OPENINGS:
        raise Invalid(
            _("A day has at most %(limit)s stretches of work") % {"limit": MOST_OPENINGS},
            fields={weekday: f"at most {MOST_OPENINGS} times"},
        )
    for each in ordered:
        if not 0 <= each.start < each.end <= DAY_MINUTES:
            raise Invalid(
                _(
                    "Each time begins before it ends, at 24:00 at the latest. Work past midnight goes on at 00:00 of"
                    " the next day."
                ),
                fields={weekday: "09:00 to 18:00: it begins before it ends, at 24:00 at the latest"},
            )
    for one, other in pairwise(ordered):
        if other.start < one.end:
            raise Invalid(_("The times of one day lie apart"), fields={weekday: "times that do not overlap"})
    return tuple(ordered)


def _checked_holidays(holidays: Iterable[Holiday]) -> tuple[Holiday, ...]:
    named = {each.date: Holiday(each.date, " ".join(each.name.split())) for each in holidays}
    if len(named) > MOST_HOLIDAYS:
        raise Invalid(
            _("At most %(limit)s days off") % {"limit": MOST_HOLIDAYS},
            fields={"holidays": f"at most {MOST_HOLIDAYS} dates"},
        )
    for each in named.values():
        if len(each.name) > HOLIDAY_NAME_LENGTH:
            raise Invalid(
                _("The name of a day off has at most %(limit)s characters") % {"limit": HOLIDAY_NAME_LENGTH},
                fields={"holidays": f"names of at most {HOLIDAY_NAME_LENGTH} characters"},
            )
    return tuple(named[day] for day in sorted(named))


def _checked_country(code: str) -> str:
    country = code.strip().upper()
    if country and not is_known(country):
        raise Invalid(
            _("We know no public holidays of this country or part of it"),
            fields={"country": "a code such as KR, or DE-BY for a part of a country; empty for none"},
        )
    return country


def days_off_from(week: Week | None, day: date, count: int, language: str = "en") -> list[Holiday]:
    """The next days off from a day on, own ones and public holidays, at most a year ahead."""
    if week is None:
        return []
    found: dict[date, str] = {}
    for year in (day.year, day.year + 1):
        found |= public_holidays(week.country, year, language) if week.country else {}
    found |= {each.date: each.name or found.get(each.date, "") for each in week.holidays}
    last = day + timedelta(days=366)
    return [Holiday(each, found[each]) for each in sorted(found) if day <= each <= last][:count]


def parse_week(
    days: Mapping[str, Iterable[tuple[str, str]]], holidays: Iterable[tuple[str, str]], country: str = ""
) -> Week:
    """Times as ``09:00`` and ``24:00``, days off as (``2026-12-25``, name); a weekday that is left out is a day off."""
    unknown = sorted(set(days) - set(WEEKDAYS))
    if unknown:
        raise Invalid(_("There is no such weekday"), fields={unknown[0]: "one of " + ", ".join(WEEKDAYS)})
    return Week(
        tuple(
            tuple(
                Opening(_minute(weekday, start), _minute(weekday, end))
                for start, end in days.get(weekday, ())
            )
            for weekday in WEEKDAYS
        ),
        tuple(Holiday(_date(day), name) for day, name in holidays),
        country,
    )


def _minute(weekday: str, written: str) -> int:
    found = _CLOCK.fullmatch(written.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else DAY_MINUTES + 1
    if minute > DAY_MINUTES:
        raise Invalid(
            _("Write times as 09:00, midnight at the end of a day as 24:00"),
            fields={weekday: "times such as 09:00, from 00:00 to 24:00"},
        )
    return minute


def _date(written: str) -> date:
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise Invalid(
            _("Write days off as 2026-12-25"), fields={"holidays": "dates such as 2026-12-25"}
        ) from None


def write_minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
