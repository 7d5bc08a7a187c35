"""Reading many deliveries again is a job: in batches, stopped and resumed, behind what comes in just now."""

from __future__ import annotations

import pytest

from regulars.inboxes import replaying
from regulars.inboxes.ledger import LedgerRow, add_to_ledger
from regulars.inboxes.models import Delivery, LedgerEntry
from regulars.inboxes.replaying import WhichDeliveries, start_replay
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import run_job
from regulars.kernel.models import Event
from regulars.workspaces.jobs import cancel_job, resume_job
from tests.cast import FIRST_NUMBER, Cast, House, make_cast

pytestmark = pytest.mark.django_db
FAILED = WhichDeliveries(state="failed")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replaying, "REPLAY_BATCH", 3)
    monkeypatch.setattr(replaying, "LONGEST_REST_SECONDS", 0.0)


def _came(house: House, count: int, state: str = "failed") -> list[int]:
    rows = [
        Delivery(connection=house.connection, state=state, body=b"{}", update_counts={FIRST_NUMBER: 2})
        for _ in range(count)
    ]
    add_to_ledger([LedgerRow(house.connection.id, FIRST_NUMBER, "inbound", "received", "", 2 * count)])
    return [row.id for row in Delivery.objects.bulk_create(rows)]


def _states(ids: list[int]) -> str:
    return "".join(
        state[0]
        for state in Delivery.objects.filter(id__in=ids).order_by("id").values_list("state", flat=True)
    )


def _received() -> int:
    return sum(LedgerEntry.objects.filter(outcome="received").values_list("update_count", flat=True))


def test_each_is_given_back_once_batch_by_batch_and_counted(cast):
    ids, others = _came(cast, 7), _came(cast.stranger, 2)
    job = start_replay(FAILED, by=cast.actor(cast.admin))
    assert (job.total, start_replay(FAILED, by=cast.actor(cast.admin)).id) == (7, job.id)
    before = _received()
    run_job(job.id)
    job.refresh_from_db()
    assert (job.status, job.done, job.total, job.result) == ("done", 7, 7, {"deliveries": 7})
    assert (_states(ids), _states(others), _received() - before) == ("p" * 7, "ff", 14)
    batches = Event.objects.filter(kind="DeliveriesReplayed").values_list("body__count", flat=True)
    assert [count for count in batches if count] == [3, 3, 1]


def test_it_goes_on_after_the_batch_it_was_canceled_in(cast, monkeypatch):
    ids = _came(cast, 7)
    job, by = start_replay(FAILED, by=cast.actor(cast.admin)), cast.actor(cast.admin)
    rests = iter(range(10))

    def cancel_after_one_batch(context: object) -> None:
        if next(rests) == 1:
            cancel_job(job, by=by)

    with monkeypatch.context() as while_canceled:
        while_canceled.setattr(replaying, "_let_readers_catch_up", cancel_after_one_batch)
        run_job(job.id)
    job.refresh_from_db()
    assert (job.status, job.done, _states(ids)) == ("canceled", 3, "pppffff")
    later = _came(cast, 2)
    resume_job(job, by=by)
    run_job(job.id)
    job.refresh_from_db()
    assert (job.status, job.done, _states(ids)) == ("done", 7, "p" * 7)
    assert _states(later) == "ff"  # they came after the job had begun


def test_it_waits_until_the_readers_have_caught_up(cast, monkeypatch):
    ids = _came(cast, 7)
    monkeypatch.setattr(replaying, "LONGEST_REST_SECONDS", 60.0)
    waited = []

    def read_meanwhile(seconds: float) -> None:
        waited.append(_states(ids))
        Delivery.objects.filter(state="pending").update(state="processed")

    monkeypatch.setattr(replaying, "sleep", read_meanwhile)
    job = start_replay(FAILED, by=cast.actor(cast.admin))
    run_job(job.id)
    assert [(each.count("p"), each.count("f")) for each in waited] == [(3, 4), (6, 1)]
    assert Job.objects.get().status == "done"
