"""Locks, periodic jobs and wake-ups, over real second connections."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from regulars.kernel import clock
from regulars.kernel.listening import Wakeups
from regulars.kernel.locks import LANES, held_by_session, lane_of, lock_keys, try_to_hold
from regulars.kernel.models import PeriodicRun
from regulars.kernel.periodic import run_if_due

pytestmark = pytest.mark.django_db(transaction=True)


def _in_another_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def _until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.01)
    return False


def test_the_same_name_waits_and_another_does_not():
    order: list[str] = []
    other = next(name for name in map(str, range(LANES)) if lane_of(name) != lane_of("alice"))

    def take(name: str) -> Callable[[], None]:
        def run() -> None:
            with transaction.atomic():
                lock_keys([name])
                order.append(name)

        return run

    with transaction.atomic():
        lock_keys(["alice", "alice"])
        lock_keys(["alice"])  # taking one twice is free
        free, waiting = _in_another_thread(take(other)), _in_another_thread(take("alice"))
        free.join(10)
        order.append("done")
    waiting.join(10)
    assert order == [other, "done", "alice"]


def test_no_names_take_no_lock_and_ask_nothing():
    with transaction.atomic(), CaptureQueriesContext(connection) as asked:
        lock_keys([])
    assert [each["sql"] for each in asked] == []


def test_crossed_batches_never_wait_in_a_circle():
    names = [str(number) for number in range(300)]

    def take(ordered: list[str]) -> Callable[[], None]:
        def run() -> None:
            for _ in range(10):
                with transaction.atomic():
                    lock_keys(ordered)

        return run

    threads = [_in_another_thread(take(names)), _in_another_thread(take(names[::-1]))]
    for thread in threads:
        thread.join(30)
    assert [thread.is_alive() for thread in threads] == [False, False]


def test_a_held_name_is_refused_without_waiting():
    answers: list[bool] = []

    def ask() -> None:
        with transaction.atomic():
            answers.append(try_to_hold("tea"))

    with transaction.atomic():
        assert try_to_hold("tea") is True
        _in_another_thread(ask).join(10)
    _in_another_thread(ask).join(10)
    assert answers == [False, True]


def test_a_name_held_by_a_session_is_let_go_after_an_error():
    answers: list[bool] = []

    def ask() -> None:
        with held_by_session("tea") as mine:
            answers.append(mine)

    def fail() -> None:
        with held_by_session("tea"):
            _in_another_thread(ask).join(10)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    _in_another_thread(ask).join(10)
    assert answers == [False, True]


EVERY = timedelta(minutes=10)


def test_a_job_runs_when_it_is_due():
    runs: list[int] = []
    assert run_if_due("tea", EVERY, lambda: runs.append(1)) is True
    assert run_if_due("tea", EVERY, lambda: runs.append(2)) is False
    with clock.frozen_at(clock.now() + EVERY):
        assert run_if_due("tea", EVERY, lambda: runs.append(3)) is True
    assert runs == [1, 3]


def test_a_failing_job_is_noted_and_comes_again_later():
    def fail() -> None:
        raise LookupError("no water")

    assert run_if_due("tea", EVERY, fail) is True
    assert PeriodicRun.objects.get(name="tea").last_error == "LookupError"
    assert run_if_due("tea", EVERY, fail) is False


def test_only_one_of_two_workers_runs_a_job():
    began, may_end = threading.Event(), threading.Event()
    runs: list[str] = []

    def slow() -> None:
        runs.append("first")
        began.set()
        may_end.wait(10)

    thread = _in_another_thread(lambda: run_if_due("tea", EVERY, slow))
    began.wait(10)
    ran = run_if_due("tea", EVERY, lambda: runs.append("second"))
    may_end.set()
    thread.join()
    assert (ran, runs) == (False, ["first"])


def _url() -> str:
    values = connection.get_connection_params()
    values = {key: values[key] for key in ("dbname", "user", "password", "host", "port") if values.get(key)}
    return psycopg.conninfo.make_conninfo(**values)


def test_a_notification_wakes_its_handlers_only_and_is_told_to_its_hearer():
    woken: list[str] = []
    handlers = {"tea": [lambda: woken.append("tea")], "milk": [lambda: woken.append("milk")]}
    wakeups = Wakeups(_url(), handlers, hearers={"talk": woken.append})
    wakeups.start()
    assert _until(lambda: len(woken) == 2)  # everybody looks once when listening begins
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('tea', ''), pg_notify('talk', 'what was told')")
    assert _until(lambda: len(woken) == 4)
    wakeups.stop()
    wakeups.join()
    assert sorted(woken) == ["milk", "tea", "tea", "what was told"]


def test_listening_begins_again_after_the_connection_broke():
    woken: list[str] = []
    wakeups = Wakeups(_url(), {"tea": [lambda: woken.append("tea")]})
    wakeups.start()
    assert _until(lambda: len(woken) == 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' AND datname = %s",
            [connection.settings_dict["NAME"]],
        )
    assert _until(lambda: len(woken) == 2)
    wakeups.stop()
    wakeups.join()
