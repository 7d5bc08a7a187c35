"""The page "What is running": progress, errors in words, buttons, schedules."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from regulars.inboxes.replaying import WhichDeliveries, start_replay
from regulars.kernel import clock
from regulars.kernel.jobs.asking import start_job
from regulars.kernel.jobs.errors import to_stored
from regulars.kernel.jobs.models import Job, JobSchedule
from regulars.kernel.jobs.running import run_job
from regulars.kernel.models import PeriodicRun
from regulars.kernel.tests.job_kinds import SHARED, Cups
from regulars.web.administration.views import jobs as views
from regulars.workspaces.models import Member
from tests.cast import Cast, House

SignIn = Callable[[Member], Client]
PAGE = "/settings/jobs"
AS_SCRIPT = {"X-Fragment": "1"}


def _job(house: House, **now: object) -> Job:
    job = start_replay(WhichDeliveries(state=str(now.pop("which", "failed"))), by=house.actor(house.owner))
    if now.get("status") in {"done", "failed", "canceled"}:
        now["ended_at"] = clock.now()
    Job.objects.filter(id=job.id).update(**now)
    job.refresh_from_db()
    return job


def test_everybody_opens_it_and_sees_what_is_theirs(cast: Cast, sign_in: SignIn) -> None:
    job = _job(cast)
    _job(cast.stranger)
    shown = {role: sign_in(member).get(PAGE).context["rows"] for role, member in cast.members.items()}
    assert {role: [line.row.id for line in rows] for role, rows in shown.items()} == {
        "owner": [job.id],
        "admin": [job.id],
        "lead": [],
        "agent": [],
    }


def test_nothing_running_says_so_and_the_page_follows(cast: Cast, sign_in: SignIn) -> None:
    html = sign_in(cast.agent).get(PAGE).content.decode()
    wanted = ("empty-state", "Nothing is running", 'data-follows="jobs"', f'data-page="{PAGE}"')
    assert [part for part in wanted if part not in html] == []
    assert "New schedule" not in html


def test_how_far_one_is_shows_as_a_bar_and_in_words(cast: Cast, sign_in: SignIn) -> None:
    _job(cast, status="running", done=1_500, total=20_000)
    html = " ".join(sign_in(cast.owner).get(PAGE).content.decode().split())
    wanted = (
        'value="1500" max="20000"',
        "1,500 of 20,000",
        "Read deliveries again",
        "Those that failed",
        ">Running<",
    )
    assert [part for part in wanted if part not in html.replace("> ", ">").replace(" <", "<")] == []


@pytest.mark.parametrize(
    ("count", "told"), [(1, "1 delivery is read again"), (1_500, "1,500 deliveries are read again")]
)
def test_what_came_of_one_is_said_in_words(cast: Cast, sign_in: SignIn, count: int, told: str) -> None:
    _job(cast, status="done", done=count, total=count, result={"deliveries": count})
    assert told in sign_in(cast.owner).get(PAGE).content.decode()


def test_what_went_wrong_is_said_in_words(cast: Cast, sign_in: SignIn) -> None:
    errors = [to_stored(ValueError("secret words")), to_stored("worker-died")]
    _job(cast, status="failed", errors=errors, error_count=2)
    html = " ".join(sign_in(cast.owner).get(f"{PAGE}?show=failed").content.decode().split())
    wanted = ("2 things went wrong", "Something unexpected went wrong", "ended in the middle", "Resume")
    assert [part for part in wanted if part not in html] == []
    assert "secret words" not in html


def test_it_is_narrowed_and_pages_follow_each_other(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    rows = [_job(cast, status="done") for _ in range(3)]
    waiting = _job(cast)
    client = sign_in(cast.owner)
    active = client.get(f"{PAGE}?show=active").context["rows"]
    assert [line.row for line in active] == [waiting]
    first = client.get(PAGE).context
    second = client.get(first["next_url"]).context
    found = [line.row for line in (*first["rows"], *second["rows"])]
    assert (found, second["next_url"]) == ([waiting, *reversed(rows)], "")


def test_buttons_stop_and_go_on(cast: Cast, sign_in: SignIn) -> None:
    job, client = _job(cast), sign_in(cast.admin)
    stopped = client.post(f"{PAGE}/{job.id}/cancel", headers=AS_SCRIPT)
    assert (stopped.status_code, "Canceled" in stopped["X-Toast"]) == (204, True)
    assert client.post(f"{PAGE}/{job.id}/resume", headers=AS_SCRIPT).status_code == 204
    job.refresh_from_db()
    assert job.status == "waiting"
    assert client.post(f"{PAGE}/{job.id}/undo").status_code == 409
    for stranger in (cast.agent, cast.stranger.owner):
        assert sign_in(stranger).post(f"{PAGE}/{job.id}/cancel").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_what_can_be_taken_back_says_until_when_and_that_it_was(
    cast: Cast, sign_in: SignIn, settings: Settings
) -> None:
    settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"
    client = sign_in(cast.admin)
    job = start_job(SHARED, Cups(3), by=cast.actor(cast.owner))
    run_job(job.id)
    assert _shown(client) == ["Fill cups Done 3 of 3 Undo Possible until:"]
    assert client.post(f"{PAGE}/{job.id}/undo", headers=AS_SCRIPT).status_code == 204
    assert _shown(client) == ["Undo: Fill cups Waiting 0 of 3 Stop", "Fill cups Being undone 3 of 3"]
    undoing = Job.objects.get(undoes=job)
    run_job(undoing.id)
    assert _shown(client) == ["Undo: Fill cups Done 3 of 3", "Fill cups Undone 3 of 3"]
    assert not PeriodicRun.objects.filter(name__startswith=f"{job.id}/").exists()


WORDS = re.compile(
    r"Undo: Fill cups|Fill cups|Done|Being undone|Undone|Waiting|Stop|\d of \d|Undo|Possible until:"
)


def _shown(client: Client) -> list[str]:
    """What each row says, without whose it is and since when."""
    html = client.get(PAGE).content.decode()
    rows = re.findall(r"<tr>(.*?)</tr>", html.partition("<tbody>")[2].partition("</tbody>")[0], re.DOTALL)
    texts = (" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows)
    return [" ".join(WORDS.findall(text)) for text in texts]


def test_a_schedule_is_made_shown_and_removed(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    values = {"kind": "inboxes.replay", "every": "week", "at": "03:30"}
    assert client.post("/settings/schedules/new", values)["Location"] == PAGE
    schedule = JobSchedule.objects.get()
    assert schedule.cron == "30 3 * * 1"
    html = client.get(PAGE).content.decode()
    assert [part in html for part in ("Every Monday at 3:30", "Starts by itself")] == [True, True]
    assert client.post("/settings/schedules/new", {**values, "every": "odd"}).status_code == 422
    assert sign_in(cast.agent).post("/settings/schedules/new", values).status_code == 422
    removal = f"/settings/schedules/{schedule.id}/removal"
    assert sign_in(cast.agent).post(removal).status_code == 404
    assert client.post(removal, headers=AS_SCRIPT).status_code == 204
    assert not JobSchedule.objects.exists()


def test_three_rows_ask_as_much_as_one(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(PAGE)
        return len(asked)

    _job(cast, status="done")
    client.get(PAGE)
    one = queries()
    for _ in range(2):
        _job(cast, status="done")
    assert queries() == one
