"""All that is kept of a person as a file: made by a job, handed out for a week to those who may have it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from regulars.api.tests.client import Api, problem
from regulars.contacts import registry
from regulars.contacts.exports import purge_exports
from regulars.contacts.models import ContactIdentity, PersonExport, PersonExportPart
from regulars.contacts.operations.merging import merge_contacts, undo_merge
from regulars.conversations.operations import exporting
from regulars.conversations.operations.removing import remove_contact
from regulars.kernel import clock
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.queue import Later
from regulars.kernel.jobs.running import run_job
from regulars.workspaces.models import AuditEntry
from tests.cast import ALICE, BORIS, CHAI, Cast


@pytest.fixture(autouse=True)
def _some_rows_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = registry.export_rows
    monkeypatch.setattr(exporting, "export_rows", lambda table, ids: usual(table, ids, 2))


def _said(cast: Cast) -> None:
    for number in range(5):
        cast.hears(ALICE, f"“{number}” said \\ by Alice ก")
    cast.hears(BORIS, "by Boris")
    cast.hears(CHAI, "by somebody else")
    merge_contacts(cast.alice, cast.boris, by=cast.actor(cast.owner))


def _asked(api: Api, cast: Cast) -> dict[str, Any]:
    response = api.post("/exports", {"contact": str(cast.boris.id)})
    assert response.status_code == 202
    job: dict[str, Any] = response.json()
    return job


def test_the_file_has_what_an_answer_would_have(api: Api, cast: Cast):
    _said(cast)
    job = _asked(api, cast)
    assert (job["kind"], job["status"], job["arguments"]) == (
        "contacts.export",
        "waiting",
        {"contact": str(cast.boris.id)},
    )
    assert _asked(api, cast)["id"] == job["id"]
    path = f"/exports/{job['id']}/content"
    assert problem(api.get(path)) == (404, "not-found")
    run_job(UUID(job["id"]))
    done = api.get(f"/jobs/{job['id']}").json()
    response = api.get(path)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Cache-Control"] == "private, no-store"
    told = json.loads(response.getvalue())
    at_once = api.get(f"/contacts/{cast.boris.id}/export").json()
    assert told == at_once
    rows = sum(len(each) for each in told["tables"].values())
    assert (done["status"], done["done"], done["total"], done["result"]["rows"]) == ("done", rows, rows, rows)
    verbs = AuditEntry.objects.filter(verb__startswith="contacts:").order_by("id")
    assert [*verbs.values_list("verb", flat=True)][-2:] == ["contacts:read_export", "contacts:export"]


def test_an_attempt_that_died_in_a_table_is_repeated_and_nothing_stands_twice(
    api: Api, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    _said(cast)
    job, usual, left = _asked(api, cast), exporting._write, [7]

    def dies(*values: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise ConnectionError
        usual(*values)

    monkeypatch.setattr(exporting, "_write", dies)
    with pytest.raises(Later):
        run_job(UUID(job["id"]))
    assert Job.objects.get(id=job["id"]).status == "waiting"
    Job.objects.update(due_at=clock.now())
    run_job(UUID(job["id"]))
    told = json.loads(api.get(f"/exports/{job['id']}/content").getvalue())
    assert told == api.get(f"/contacts/{cast.boris.id}/export").json()


def test_the_file_goes_after_a_week_and_with_any_contact_of_the_person(api: Api, cast: Cast):
    _said(cast)
    first = _asked(api, cast)
    run_job(UUID(first["id"]))
    path = f"/exports/{first['id']}/content"
    PersonExport.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert problem(api.get(path)) == (404, "not-found")
    purge_exports()
    assert not PersonExportPart.objects.exists()
    second = _asked(api, cast)
    run_job(UUID(second["id"]))
    remove_contact(cast.alice, by=cast.actor(cast.owner))
    assert problem(api.get(f"/exports/{second['id']}/content")) == (404, "not-found")
    assert not PersonExport.objects.exists()


def test_nobody_is_handed_what_is_kept_of_somebody_else_since_a_merge_was_undone(api: Api, cast: Cast):
    cast.hears(ALICE, "by Alice")
    cast.hears(BORIS, "by Boris")
    merge = merge_contacts(cast.alice, cast.boris, by=cast.actor(cast.owner))
    job = _asked(api, cast)
    run_job(UUID(job["id"]))
    path = f"/exports/{job['id']}/content"
    merge_contacts(cast.alice, cast.chai, by=cast.actor(cast.owner))
    assert api.get(path).status_code == 200
    undo_merge(merge, by=cast.actor(cast.owner))
    assert problem(api.get(path)) == (404, "not-found")


def test_a_removal_ends_what_is_being_made(api: Api, cast: Cast):
    _said(cast)
    job = _asked(api, cast)
    PersonExport.objects.all().delete()
    run_job(UUID(job["id"]))
    assert Job.objects.get(id=job["id"]).status == "failed"
    assert not PersonExportPart.objects.exists()


def test_only_those_who_may_have_it_get_it(api: Api, as_role: Callable[[str], Api], cast: Cast):
    _said(cast)
    job = _asked(api, cast)
    run_job(UUID(job["id"]))
    path = f"/exports/{job['id']}/content"
    assert problem(as_role("agent").post("/exports", {"contact": str(cast.boris.id)})) == (403, "not-allowed")
    assert problem(as_role("agent").get(path)) == (403, "not-allowed")
    stranger = Api(cast.stranger.token("admin"))
    assert problem(stranger.get(path)) == (404, "not-found")
    assert problem(stranger.post("/exports", {"contact": str(cast.boris.id)})) == (404, "not-found")
    assert "Alice" not in str(list(PersonExportPart.objects.extra(select={"raw": "rows"}).values("raw")))


def test_what_is_too_much_for_an_answer_is_asked_for_as_a_file(
    api: Api, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    _said(cast)
    monkeypatch.setattr(exporting, "MOST_AT_ONCE", 5)
    refused = api.get(f"/contacts/{cast.boris.id}/export")
    assert (problem(refused), refused.json()["limit"]) == ((409, "conflict"), 5)
    assert ContactIdentity.objects.filter(contact=cast.boris).exists()


def test_the_file_is_removed_when_the_job_is_undone(api: Api, cast: Cast):
    _said(cast)
    job = _asked(api, cast)
    run_job(UUID(job["id"]))
    path = f"/exports/{job['id']}/content"
    assert api.get(path).status_code == 200
    assert api.get(f"/jobs/{job['id']}").json()["undo_until"]
    undoing = api.post(f"/jobs/{job['id']}/undo").json()
    run_job(UUID(undoing["id"]))
    assert api.get(f"/jobs/{undoing['id']}").json()["status"] == "done"
    assert problem(api.get(path)) == (404, "not-found")
    assert not PersonExport.objects.exists()
    assert AuditEntry.objects.filter(verb="contacts:remove_export").count() == 1
    assert problem(api.post(f"/jobs/{undoing['id']}/undo"))[0] == 409
