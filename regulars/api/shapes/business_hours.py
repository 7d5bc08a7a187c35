"""Business hours as JSON."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, UnsetType

from regulars.kernel.telling import told
from regulars.workspaces.business_hours import WEEKDAYS, HoursOfWork, write_minute


class OpeningShape(msgspec.Struct, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """A stretch of work within a day."""

    start: Annotated[str, told("A time of the day.", "09:00")]
    end: Annotated[str, told("A later one of the same day; its midnight is 24:00.", "18:00")]


class HolidayShape(msgspec.Struct, forbid_unknown_fields=True):
    """A day on which nobody works."""

    date: Annotated[str, told("The day.", "2026-12-25")]
    name: Annotated[str, told("What it is called.", "Christmas")] = ""


WeekShape = dict[str, list[OpeningShape]]
"""by weekday, ``monday`` to ``sunday``; one that is left out is a day off"""
_WEEK = [{"monday": [{"from": "09:00", "to": "18:00"}]}]


class BusinessHoursShape(msgspec.Struct, kw_only=True):
    """Which hours count as business time, and when a new episode begins."""

    time_zone: Annotated[str, told("The business's own, by its name in the tz database.", "Asia/Seoul")]
    week: Annotated[
        WeekShape | None,
        told("The stretches of work of each weekday, `monday` to `sunday`; null: every hour counts.", *_WEEK),
    ]
    holidays: Annotated[list[HolidayShape], told("Own days on which nobody works, in order.")]
    country: Annotated[
        str,
        told(
            "Whose public holidays are days off, too: a country, or a part of one; empty for none.", "DE-BY"
        ),
    ]
    episode_hours: Annotated[
        int, told("A conversation opened again within so many hours goes on with the same episode.", 24)
    ]


class BusinessHoursChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is."""

    time_zone: Annotated[str | UnsetType, told("A name of the tz database.", "Asia/Seoul")] = UNSET
    week: Annotated[
        WeekShape | UnsetType | None,
        told("All seven days: one that is left out is a day off. Null: every hour counts.", *_WEEK),
    ] = UNSET
    holidays: Annotated[list[HolidayShape] | UnsetType, told("All of them; they need a week.")] = UNSET
    country: Annotated[
        str | UnsetType,
        told("A code such as KR, or DE-BY for a part; empty for none. It needs a week.", "KR"),
    ] = UNSET
    episode_hours: Annotated[int | UnsetType, told("0 to 720; with 0 a new one begins each time.", 24)] = (
        UNSET
    )


def build_business_hours(work: HoursOfWork) -> BusinessHoursShape:
    week = work.week
    return BusinessHoursShape(
        time_zone=work.time_zone,
        week=None
        if week is None
        else {
            weekday: [OpeningShape(write_minute(each.start), write_minute(each.end)) for each in openings]
            for weekday, openings in zip(WEEKDAYS, week.days, strict=True)
        },
        holidays=[HolidayShape(each.date.isoformat(), each.name) for each in week.holidays] if week else [],
        country=week.country if week else "",
        episode_hours=work.episode_hours,
    )
