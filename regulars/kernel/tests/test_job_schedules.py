"""Schedules: by the clocks of the workspace, one job a time, and missed times count as one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.events import Doer
from regulars.kernel.jobs.models import Job, JobSchedule
from regulars.kernel.jobs.schedules import (
    add_schedule,
    next_time,
    remove_schedule,
    schedules_in,
    start_due_jobs,
)
from regulars.kernel.tests.job_kinds import FILL, WORKSPACE, Asking, Cups

BY = Asking(doer=Doer("member", None, "May"))
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def tea(settings, db) -> Iterator[None]:
    settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def seoul(_workspace: object) -> str:
    return "Asia/Seoul"


@pytest.mark.parametrize(
    ("zone", "cron", "after", "expected"),
    [
        ("Asia/Seoul", "30 3 * * *", "2026-11-29T12:00+00:00", "2026-11-29T18:30+00:00"),
        ("UTC", "*/15 * * * *", "2026-11-29T12:00+00:00", "2026-11-29T12:15+00:00"),
        ("UTC", "0 9 * * mon", "2026-11-29T12:00+00:00", "2026-11-30T09:00+00:00"),
        # summer begins in Berlin on 2026-03-29 at 2: half past two is not shown, and it is half past three by then
        ("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00+00:00", "2026-03-29T01:30+00:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-03-29T01:30+00:00", "2026-03-30T00:30+00:00"),
        # winter begins on 2026-10-25 at 3: half past two is shown twice, and meant once
        ("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00+00:00", "2026-10-25T00:30+00:00"),
        ("Europe/Berlin", "30 2 * * *", "2026-10-25T00:30+00:00", "2026-10-26T01:30+00:00"),
    ],
)
def test_the_clocks_of_the_zone_count(zone: str, cron: str, after: str, expected: str):
    assert next_time(cron, zone, datetime.fromisoformat(after)) == datetime.fromisoformat(expected)


@given(
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "America/St_Johns"]
    ),
    st.integers(0, 23),
    st.integers(0, 59),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001
)
def test_a_daily_time_comes_once_a_day(zone: str, hour: int, minute: int, start: datetime):
    after = start.replace(tzinfo=UTC)
    for _ in range(3):
        moment = next_time(f"{minute} {hour} * * *", zone, after)
        shown = moment.astimezone(ZoneInfo(zone))
        assert timedelta() < moment - after <= timedelta(hours=26)
        assert (shown.hour, shown.minute) == (hour, minute) or _is_left_out(shown, hour, minute)
        after = moment


def _is_left_out(shown: datetime, hour: int, minute: int) -> bool:
    wanted = shown.replace(hour=hour, minute=minute, fold=0)
    return wanted.astimezone(UTC).astimezone(shown.tzinfo).replace(tzinfo=None) != wanted.replace(tzinfo=None)


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "@daily", "0 0 30 2 *", "61 * * * *", "* * * * * *", "x" * 200]
)
def test_what_is_no_schedule_is_refused(tea: None, cron: str):
    with pytest.raises(Invalid) as refused:
        add_schedule(FILL, Cups(1), cron, zone_of=seoul, by=BY)
    assert "cron" in refused.value.facts["fields"]  # type: ignore[operator]


def test_who_lacks_the_permission_schedules_nothing(tea: None):
    with pytest.raises(NotAllowed):
        add_schedule(FILL, Cups(1), "0 3 * * *", zone_of=seoul, by=Asking(permissions=()))


def _schedule() -> JobSchedule:
    with clock.frozen_at(NOON):
        return add_schedule(FILL, Cups(1), " 0  3 * * * ", zone_of=seoul, by=BY)


def _start_at(moment: datetime, zone: str = "Asia/Seoul") -> int:
    with clock.frozen_at(moment):
        return start_due_jobs(lambda _workspace: zone)


def test_a_job_starts_once_a_time_in_the_name_of_whoever_made_the_schedule(tea: None):
    schedule = _schedule()
    assert (schedule.cron, schedule.next_at) == ("0 3 * * *", datetime(2026, 11, 29, 18, tzinfo=UTC))
    assert _start_at(NOON) == 0
    assert (_start_at(NOON + timedelta(hours=6)), _start_at(NOON + timedelta(hours=6))) == (1, 0)
    job = Job.objects.get()
    assert (job.doer, job.scheduled_for, job.arguments["count"]) == (BY.doer, schedule.next_at, 1)


def test_missed_times_count_as_one_and_the_next_waits_for_the_last(tea: None):
    _schedule()
    late = NOON + timedelta(days=5)
    assert _start_at(late) == 1
    assert _start_at(late + timedelta(days=1)) == 0  # the last one still waits
    Job.objects.update(status="done", ended_at=late)
    assert _start_at(late + timedelta(days=2)) == 1


def test_when_the_workspace_moved_its_new_clocks_count(tea: None):
    _schedule()
    assert _start_at(datetime(2026, 11, 29, 18, 1, tzinfo=UTC), zone="UTC") == 0
    assert JobSchedule.objects.get().next_at == datetime(2026, 11, 30, 3, tzinfo=UTC)
    assert _start_at(datetime(2026, 11, 30, 3, tzinfo=UTC), zone="UTC") == 1


def test_a_removed_one_starts_nothing_and_what_it_started_stays(tea: None):
    schedule = _schedule()
    _start_at(NOON + timedelta(hours=6))
    remove_schedule(schedule, by=BY)
    remove_schedule(schedule, by=BY)
    assert (_start_at(NOON + timedelta(days=9)), schedules_in(WORKSPACE).count(), Job.objects.count()) == (
        0,
        0,
        1,
    )
