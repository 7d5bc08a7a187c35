"""Which hours count: set by whoever may, refused by field, told to whoever listens."""

from __future__ import annotations

import pytest

from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.models import Event
from regulars.workspaces.business_hours import (
    HoursOfWork,
    business_hours_of,
    change_hours_of_work,
    hours_of_work,
    parse_week,
)
from regulars.workspaces.models import AuditEntry
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def work(
    days: dict[str, list[tuple[str, str]]], holidays: list[tuple[str, str]] | None = None
) -> HoursOfWork:
    return HoursOfWork("Asia/Seoul", parse_week(days, holidays or []), 48)


WEEK = {"monday": [("13:30", "18:00"), ("09:00", "12:30")], "sunday": [("22:00", "24:00")]}


def test_until_somebody_says_otherwise_every_hour_counts(cast: Cast):
    found = hours_of_work(cast.workspace.id)
    assert (found.time_zone, found.week, found.episode_hours) == ("UTC", None, 24)


def test_hours_are_kept_in_order_and_told_once(cast: Cast):
    wanted = work(WEEK, [("2026-12-25", " Christmas  Day "), ("2026-01-01", "")])
    for _twice in range(2):
        change_hours_of_work(cast.workspace.id, wanted, by=cast.actor(cast.admin))
    found = hours_of_work(cast.workspace.id)
    assert (
        found.week
        == work(
            {"monday": [("09:00", "12:30"), ("13:30", "18:00")], "sunday": [("22:00", "24:00")]},
            [("2026-01-01", ""), ("2026-12-25", "Christmas Day")],
        ).week
    )
    assert business_hours_of(cast.workspace.id).week == found.week
    told = Event.objects.get(kind="BusinessHoursChanged").body
    assert (told["from_time_zone"], told["to_time_zone"], told["from_week"]) == ("UTC", "Asia/Seoul", "")
    assert (told["from_episode_hours"], told["to_episode_hours"]) == (24, 48)
    assert AuditEntry.objects.filter(verb="hours:change").count() == 1
    assert hours_of_work(cast.stranger.workspace.id).week is None, "the neighbour's are the neighbour's"


def test_only_whoever_manages_hours_sets_them(cast: Cast):
    for member in (cast.lead, cast.agent):
        with pytest.raises(NotAllowed):
            change_hours_of_work(cast.workspace.id, work(WEEK), by=cast.actor(member))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (lambda: work({"monday": [("9", "18:00")]}), "monday"),
        (lambda: work({"tuesday": [("18:00", "09:00")]}), "tuesday"),
        (lambda: work({"tuesday": [("09:00", "09:00")]}), "tuesday"),
        (lambda: work({"friday": [("09:00", "24:30")]}), "friday"),
        (lambda: work({"friday": [("09:00", "12:00"), ("11:00", "13:00")]}), "friday"),
        (lambda: work({"friday": [(f"{hour:02}:00", f"{hour:02}:30") for hour in range(7)]}), "friday"),
        (lambda: work({}), "monday"),
        (lambda: work({"someday": []}), "someday"),
        (lambda: work(WEEK, [("25.12.2026", "")]), "holidays"),
        (lambda: work(WEEK, [("2026-12-25", "x" * 81)]), "holidays"),
        (lambda: HoursOfWork("Mars/Olympus", None, 24), "time_zone"),
        (lambda: HoursOfWork("UTC", None, -1), "episode_hours"),
        (lambda: HoursOfWork("UTC", None, 721), "episode_hours"),
    ],
)
def test_what_cannot_be_is_refused_by_field(cast: Cast, wrong, field: str):
    with pytest.raises(Invalid) as refused:
        change_hours_of_work(cast.workspace.id, wrong(), by=cast.actor())
    fields = refused.value.facts["fields"]
    assert isinstance(fields, dict)
    assert list(fields) == [field]
    assert hours_of_work(cast.workspace.id).week is None
