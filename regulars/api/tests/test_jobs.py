"""Jobs over REST: seen by those who may, stopped, resumed, taken back; schedules beside them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from regulars.api.tests.client import Api, problem
from regulars.inboxes.models import Delivery
from regulars.inboxes.replaying import WhichDeliveries, start_replay
from regulars.kernel import clock
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import run_job
from regulars.workspaces.models import AuditEntry
from tests.cast import FIRST_NUMBER, Cast, House

FAILED = WhichDeliveries(state="failed")


def _came(house: House, count: int = 1) -> None:
    for _ in range(count):
        Delivery.objects.create(
            connection=house.connection, state="failed", body=b"{}", update_counts={FIRST_NUMBER: 2}
        )


def _job(house: House, state: str = "failed") -> Job:
    return start_replay(WhichDeliveries(state=state), by=house.actor(house.owner))


def test_a_job_is_told_from_its_beginning_to_its_end(api: Api, cast: Cast):
    _came(cast, 3)
    job = _job(cast)
    waiting = api.get(f"/jobs/{job.id}").json()
    assert (waiting["status"], waiting["done"], waiting["total"]) == ("waiting", 0, 3)
    assert (waiting["label"], waiting["started_by"]["id"]) == ("Read deliveries again", str(cast.owner.id))
    run_job(job.id)
    done = api.get(f"/jobs/{job.id}").json()
    assert (done["status"], done["done"], done["result"], done["errors"]) == (
        "done",
        3,
        {"deliveries": 3},
        [],
    )
    assert Delivery.objects.filter(state="pending").count() == 3


def test_jobs_are_listed_the_last_first_and_narrowed(api: Api, cast: Cast):
    rows = [_job(cast, state) for state in ("failed", "processed", "")]
    _job(cast.stranger)
    first = api.get("/jobs", limit=2).json()
    rest = api.get("/jobs", limit=2, cursor=first["next_cursor"]).json()
    assert [each["id"] for each in (*first["items"], *rest["items"])] == [
        str(row.id) for row in reversed(rows)
    ]
    run_job(rows[0].id)
    assert [each["id"] for each in api.get("/jobs", status="done").json()["items"]] == [str(rows[0].id)]
    assert api.get("/jobs", kind="tea").json()["items"] == []
    assert problem(api.get("/jobs", status="odd")) == (422, "invalid")


def test_one_is_canceled_and_resumed(api: Api, cast: Cast):
    job = _job(cast)
    for _ in range(2):
        answer = api.delete(f"/jobs/{job.id}")
        assert (answer.status_code, answer.json()["status"]) == (202, "canceled")
    for _ in range(2):
        answer = api.post(f"/jobs/{job.id}/resume")
        assert (answer.status_code, answer.json()["status"]) == (202, "waiting")
    run_job(job.id)
    assert problem(api.delete(f"/jobs/{job.id}")) == (409, "conflict")
    assert problem(api.post(f"/jobs/{job.id}/resume")) == (409, "conflict")
    assert problem(api.post(f"/jobs/{job.id}/undo")) == (409, "conflict")
    verbs = set(AuditEntry.objects.filter(verb__startswith="jobs:").values_list("verb", flat=True))
    assert verbs == {"jobs:cancel", "jobs:resume"}


def test_strangers_jobs_and_schedules_do_not_exist(api: Api, cast: Cast):
    job = _job(cast.stranger)
    for answer in (
        api.get(f"/jobs/{job.id}"),
        api.delete(f"/jobs/{job.id}"),
        api.post(f"/jobs/{job.id}/resume"),
        api.post(f"/jobs/{job.id}/undo"),
        api.get("/jobs/x"),
        api.delete(f"/job-schedules/{job.id}"),
    ):
        assert problem(answer) == (404, "not-found")


@pytest.mark.parametrize("role", ["lead", "agent"])
def test_whoever_may_not_see_all_sees_their_own(as_role, cast: Cast, role: str):
    api, job = as_role(role), _job(cast)
    assert api.get("/jobs").json()["items"] == []
    assert problem(api.delete(f"/jobs/{job.id}")) == (404, "not-found")
    assert problem(api.post("/job-schedules", {"kind": "inboxes.replay", "cron": "0 3 * * *"})) == (
        403,
        "not-allowed",
    )


def test_a_job_has_the_right_that_its_asker_has_when_it_runs(api: Api, cast: Cast):
    _came(cast)
    job = start_replay(FAILED, by=cast.actor(cast.admin))
    cast.admin.is_active = False
    cast.admin.save()
    run_job(job.id)
    told = api.get(f"/jobs/{job.id}").json()
    assert (told["status"], [each["code"] for each in told["errors"]]) == ("failed", ["not-allowed"])
    assert told["errors"][0]["title"] == "Your role does not include this"
    assert Delivery.objects.get().state == "failed"


def test_a_script_sees_the_job_that_it_asked_for(cast: Cast):
    api = Api(cast.token("admin", scopes=["connections:manage"]))
    asked = api.post("/inbound-deliveries/replay", {}).json()
    _job(cast, "processed")
    assert [each["id"] for each in api.get("/jobs").json()["items"]] == [asked["id"]]
    run_job(UUID(asked["id"]))
    assert api.get(f"/jobs/{asked['id']}").json()["status"] == "done"


def test_schedules_are_made_listed_and_removed(api: Api, cast: Cast):
    cast.workspace.time_zone = "Asia/Seoul"
    cast.workspace.save()
    with clock.frozen_at(clock.now().replace(month=6, hour=1)):
        made = api.post("/job-schedules", {"kind": "inboxes.replay", "cron": "30 3  * * *"})
        told = made.json()
        at = (clock.now() + timedelta(days=0)).replace(hour=18, minute=30, second=0, microsecond=0)
    assert (made.status_code, told["cron"], told["time_zone"]) == (201, "30 3 * * *", "Asia/Seoul")
    assert told["next_at"] == at.isoformat().replace("+00:00", "Z")
    assert api.get("/job-schedules").json()["items"] == [told]
    for wrong in (
        {"kind": "tea.make", "cron": "30 3 * * *"},
        {"kind": "inboxes.replay", "cron": "30 3"},
        {"kind": "inboxes.replay", "cron": "30 3 * * *", "arguments": {"state": "odd"}},
        *(
            {"kind": "inboxes.replay", "cron": "30 3 * * *", "arguments": {"since": since}}
            for since in (
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-14:00",
                "2026-11-29T08:00:00",
                "infinity",
            )
        ),
    ):
        assert problem(api.post("/job-schedules", wrong)) == (422, "invalid"), wrong
    assert api.delete(f"/job-schedules/{told['id']}").status_code == 204
    assert api.get("/job-schedules").json()["items"] == []
