"""Jobs: there when the transaction is, run by one at a time, stopped, resumed, taken back; nothing stays stuck."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotAllowed
from regulars.kernel.jobs import queue
from regulars.kernel.jobs.asking import cancel_job, resume_job, start_job, undo_job, undo_until
from regulars.kernel.jobs.context import JobContext, JobTakenOver, stop_all, stop_none
from regulars.kernel.jobs.errors import MOST_KEPT, in_words
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.queue import JobWorker, Later
from regulars.kernel.jobs.rescuing import rescue_jobs
from regulars.kernel.jobs.running import lock_name, run_job
from regulars.kernel.jobs.watching import KEPT_FOR, count_active, purge_jobs
from regulars.kernel.locks import held_by_session
from regulars.kernel.models import Event, PeriodicRun
from regulars.kernel.tests.job_kinds import FILL, ONCE, Asking, Cups

pytestmark = pytest.mark.django_db(transaction=True)
BY = Asking()


@pytest.fixture(autouse=True)
def _tea(settings, transactional_db: None) -> Iterator[None]:
    settings.JOB_KINDS = "regulars.kernel.tests.job_kinds.KINDS"
    _empty_queue()  # of whoever was here before
    yield
    stop_none()
    _empty_queue()


def _empty_queue() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def run(job: Job, seconds_later: float = 0) -> Job:
    """One attempt, now or later."""
    with clock.frozen_at(clock.now() + timedelta(seconds=seconds_later)):
        try:
            run_job(job.id)
        except Later:
            pass
    return fresh(job)


def fresh(job: Job) -> Job:
    return Job.objects.get(id=job.id)


def kinds_told() -> list[str]:
    return list(Event.objects.filter(kind__startswith="Job").order_by("id").values_list("kind", flat=True))


def queued() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT args ->> 'job_id' FROM procrastinate_jobs ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def take(job: Job, silent: bool = False) -> None:
    """As a worker that then died takes it from the queue: half a minute ago, which may have told its last sign."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker_id,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args ->> 'job_id' = %s",
            [worker_id, str(job.id)],
        )
        cursor.execute("UPDATE procrastinate_events SET at = at - interval '30 s'")
        if silent:
            cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '60 s'")


def test_a_job_is_there_exactly_when_the_transaction_is():
    with transaction.atomic():
        start_job(FILL, Cups(2), by=BY)
        transaction.set_rollback(True)
    assert (Job.objects.count(), queued(), kinds_told()) == (0, [], [])
    with transaction.atomic():
        job = start_job(FILL, Cups(2), by=BY, total=2)
    assert (fresh(job).status, fresh(job).total, queued()) == ("waiting", 2, [str(job.id)])


def test_who_lacks_the_permission_starts_none():
    with pytest.raises(NotAllowed):
        start_job(FILL, Cups(2), by=Asking(permissions=()))
    assert queued() == []


def test_a_job_is_done_and_says_so():
    job = run(start_job(FILL, Cups(3), by=BY))
    assert (job.status, job.done, job.total, job.result) == ("done", 3, 3, {"cups": 3})
    assert PeriodicRun.objects.count() == 3
    told = [each for each in kinds_told() if each != "JobProgressed"]
    assert told == ["JobQueued", "JobStarted", "JobFinished"]
    run(job)
    assert (PeriodicRun.objects.count(), fresh(job).attempt) == (3, 1)


def test_an_attempt_that_fails_is_tried_again_where_it_stopped():
    job = run(start_job(FILL, Cups(5, fails_at=3, failures=1), by=BY))
    assert (job.status, job.done, job.error_count) == ("waiting", 3, 1)
    assert in_words(job.errors[0]).detail == "ValueError"  # and not what somebody said
    early = run(job)
    assert (early.status, early.attempt) == ("waiting", 1)
    late = run(job, seconds_later=20)
    assert (late.status, late.attempt, PeriodicRun.objects.count()) == ("done", 2, 5)


def test_an_attempt_fails_for_good_in_the_end_and_can_be_resumed():
    job = start_job(FILL, Cups(5, fails_at=3, failures=3), by=BY)
    for number in range(FILL.attempts):
        job = run(job, seconds_later=100 * number)
    assert (job.status, job.error_count, job.done) == ("failed", 3, 3)
    resume_job(job, by=BY)
    resume_job(job, by=BY)
    job = run(job)
    assert (job.status, job.done, PeriodicRun.objects.count()) == ("done", 5, 5)
    with pytest.raises(Conflict):
        resume_job(job, by=BY)


def test_a_refusal_is_not_tried_again():
    job = run(start_job(FILL, Cups(1, fails_at=0, failures=9, refuses=True), by=BY))
    assert (job.status, job.attempt) == ("failed", 1)
    assert (in_words(job.errors[0]).code, in_words(job.errors[0]).detail) == ("conflict", "no tea")


def test_a_kind_that_this_version_lacks_fails_in_words(settings):
    job = start_job(FILL, Cups(1), by=BY)
    settings.JOB_KINDS = "regulars.kernel.tests.test_jobs.NO_KINDS"
    job = run(job)
    assert (job.status, in_words(job.errors[0]).code) == ("failed", "unknown-kind")


NO_KINDS: dict[str, object] = {}


def test_one_that_waits_is_canceled_at_once():
    job = start_job(FILL, Cups(2), by=BY)
    for _ in range(2):
        assert cancel_job(job, by=BY).status == "canceled"
    assert (queued(), run(job).attempt) == ([], 0)
    resume_job(job, by=BY)
    assert run(job).status == "done"


def test_one_that_runs_is_canceled_at_its_next_step(monkeypatch: pytest.MonkeyPatch):
    job = start_job(FILL, Cups(9), by=BY)
    _between_steps(monkeypatch, 4, lambda: cancel_job(job, by=BY))
    job = run(job)
    assert (job.status, job.done, PeriodicRun.objects.count()) == ("canceled", 4, 4)
    monkeypatch.undo()
    resume_job(job, by=BY)
    assert (run(job).status, PeriodicRun.objects.count()) == ("done", 9)
    with pytest.raises(Conflict):
        cancel_job(job, by=BY)


def _between_steps(monkeypatch: pytest.MonkeyPatch, after: int, happen: Callable[[], object]) -> None:
    steps = iter(range(1, 1_000))
    monkeypatch.setattr("time.sleep", lambda _seconds: next(steps) == after and happen())


def test_a_worker_that_is_asked_to_end_puts_its_job_back_and_that_is_no_try(monkeypatch: pytest.MonkeyPatch):
    job = start_job(FILL, Cups(9), by=BY)
    _between_steps(monkeypatch, 4, stop_all)
    job = run(job)
    assert (job.status, job.done, job.tries, job.error_count) == ("waiting", 4, 0, 0)
    stop_none()
    assert (run(job).status, PeriodicRun.objects.count()) == ("done", 9)


def test_whoever_was_taken_over_writes_nothing_any_more(monkeypatch: pytest.MonkeyPatch):
    job = start_job(FILL, Cups(9), by=BY)
    _between_steps(monkeypatch, 4, lambda: Job.objects.filter(id=job.id).update(attempt=2))
    job = run(job)
    assert (job.status, job.done, PeriodicRun.objects.count()) == ("running", 4, 4)
    row = fresh(job)
    row.attempt = 1
    with pytest.raises(JobTakenOver):
        JobContext(row, Cups(9)).progress(9, 9)
    assert fresh(job).done == 4


def test_it_is_taken_back_by_a_job_of_its_own_once():
    job = run(start_job(FILL, Cups(3), by=BY))
    undoing = undo_job(job, by=BY)
    assert undo_job(job, by=BY).id == undoing.id
    undoing = run(undoing)
    assert (undoing.status, undoing.undoes_id, PeriodicRun.objects.count()) == ("done", job.id, 0)
    with pytest.raises(Conflict, match="done"):
        resume_job(job, by=BY)
    with pytest.raises(Conflict, match="cannot be undone"):
        undo_job(undoing, by=BY)


def test_it_is_taken_back_within_its_time_only():
    job = run(start_job(FILL, Cups(3), by=BY))
    other = run(start_job(ONCE, Cups(1), by=BY))
    assert job.ended_at is not None
    assert (undo_until(job), undo_until(other)) == (job.ended_at + FILL.undo_within, None)
    with clock.frozen_at(clock.now() + FILL.undo_within), pytest.raises(Conflict, match="too late"):
        undo_job(job, by=BY)
    waiting = start_job(FILL, Cups(1), by=BY)
    with pytest.raises(Conflict, match="not over"):
        undo_job(waiting, by=BY)


def test_a_single_one_is_there_once_while_it_lasts():
    first, same, other = (start_job(ONCE, Cups(count), by=BY) for count in (1, 1, 2))
    assert (first.id == same.id, other.id == first.id) == (True, False)
    run(first)
    assert start_job(ONCE, Cups(1), by=BY).id != first.id


def test_errors_are_kept_to_a_bound_and_counted():
    job = start_job(FILL, Cups(1), by=BY)
    Job.objects.filter(id=job.id).update(status="running", attempt=1)
    at = JobContext(fresh(job), Cups(1))
    for number in range(MOST_KEPT + 7):
        at.note_error("unexpected", f"row {number}")
    job = fresh(job)
    assert (job.error_count, len(job.errors)) == (MOST_KEPT + 7, MOST_KEPT)
    assert (job.errors[0]["subject"], job.errors[-1]["subject"]) == ("row 7", f"row {MOST_KEPT + 6}")


def test_a_job_whose_worker_died_goes_back_and_goes_on():
    job = start_job(FILL, Cups(3), by=BY)
    take(job)
    Job.objects.filter(id=job.id).update(status="running", attempt=1, tries=1)
    assert rescue_jobs() == 1
    assert (fresh(job).status, rescue_jobs()) == ("waiting", 0)
    assert run(job).status == "done"


def test_a_job_that_kills_its_worker_again_and_again_fails():
    job = start_job(FILL, Cups(3), by=BY)
    take(job)
    Job.objects.filter(id=job.id).update(status="running", attempt=3, tries=3)
    rescue_jobs()
    job = fresh(job)
    assert (job.status, in_words(job.errors[0]).code, queued()) == ("failed", "worker-died", [])


def test_one_that_was_to_be_canceled_when_its_worker_died_is_canceled():
    job = start_job(FILL, Cups(3), by=BY)
    take(job)
    Job.objects.filter(id=job.id).update(status="running", attempt=1, tries=1)
    cancel_job(job, by=BY)
    with pytest.raises(Conflict, match="still stopping"):
        resume_job(job, by=BY)
    rescue_jobs()
    assert (fresh(job).status, queued()) == ("canceled", [])


def test_what_the_queue_forgot_is_queued_again():
    job = start_job(FILL, Cups(1), by=BY)
    queue.remove(job.queue_id or 0)
    assert rescue_jobs() == 0
    with clock.frozen_at(clock.now() + timedelta(minutes=1)):
        assert (rescue_jobs(), queued()) == (1, [str(job.id)])


def test_nobody_runs_what_another_holds_and_a_silent_holder_is_cut_off(other_session):
    job = start_job(FILL, Cups(1), by=BY)
    with held_by_session(lock_name(job.id)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        )
        first, second = cursor.fetchone()
    key = [first, second - 2**32 if second >= 2**31 else second]
    other_session.execute("SELECT pg_advisory_lock(%s::int, %s::int)", key)
    other_session.commit()
    with pytest.raises(Later):
        run_job(job.id)
    take(job)
    assert (rescue_jobs(), fresh(job).attempt) == (0, 0)
    take(job, silent=True)
    assert rescue_jobs() == 0  # that cut it off
    for _ in range(100):
        if rescue_jobs():
            break
    assert run(job).status == "done"


def test_two_workers_share_what_there_is_and_no_job_runs_twice():
    jobs = [start_job(FILL, Cups(3), by=BY) for _ in range(30)]
    asyncio.run(_work(2, lambda: not Job.objects.filter(status__in=("waiting", "running")).exists()))
    rows = Job.objects.filter(id__in=[each.id for each in jobs])
    assert {(each.status, each.attempt) for each in rows} == {("done", 1)}
    assert (PeriodicRun.objects.count(), queued()) == (90, [])


def test_a_job_that_runs_is_canceled_from_another_session():
    job = start_job(FILL, Cups(1_000, seconds=0.05), by=BY)

    def cancel_when_running() -> bool:
        row = fresh(job)
        if row.status == "running" and row.done > 2:
            cancel_job(row, by=BY)
        return row.status == "canceled"

    asyncio.run(_work(1, cancel_when_running))
    assert 2 < fresh(job).done < 100


async def _work(worker_count: int, is_over: Callable[[], bool]) -> None:
    """Real workers until it is over, which is asked in a thread of its own."""
    workers = [JobWorker(run_job) for _ in range(worker_count)]
    running = [asyncio.create_task(each.run()) for each in workers]
    over = threading.Event()

    def watch() -> None:
        for _ in range(1_000):
            if is_over():
                over.set()
                break
            _pause(0.03)
        connection.close()

    await asyncio.to_thread(watch)
    for each in workers:
        each.stop()
    await asyncio.wait(running, timeout=10)
    await asyncio.gather(*(asyncio.to_thread(_let_go) for _ in range(8)))
    assert over.is_set()


def _let_go() -> None:
    """Of the thread's connection; the others are to come by as well."""
    connection.close()
    _pause(0.05)


def _pause(seconds: float) -> None:
    threading.Event().wait(seconds)


def test_old_ones_go_and_the_active_are_counted():
    old, new = (run(start_job(FILL, Cups(1), by=BY)) for _ in range(2))
    Job.objects.filter(id=old.id).update(ended_at=clock.now() - KEPT_FOR - timedelta(days=1))
    start_job(FILL, Cups(1), by=BY)
    assert purge_jobs() == 1
    assert [(kind, status, count) for kind, status, count, _age in count_active()] == [
        ("tea.fill", "waiting", 1)
    ]
    assert Job.objects.filter(id=new.id).exists()


def test_progress_costs_little(django_assert_max_num_queries):
    job = start_job(FILL, Cups(1), by=BY)
    Job.objects.filter(id=job.id).update(status="running", attempt=1)
    at = JobContext(fresh(job), Cups(1))
    with django_assert_max_num_queries(8):
        for number in range(10_000):
            at.progress(number, 20_000)
            at.check_canceled()
