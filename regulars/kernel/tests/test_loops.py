"""Loops: woken, idle, after an error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection

from regulars.kernel import database, loops
from regulars.kernel.database import check_connection
from regulars.kernel.loops import Loop

PATIENCE = 10.0


class Step:
    """Counts its runs; says that it found work as often as told."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.answers = list(answers)
        self.ran = threading.Semaphore(0)

    def __call__(self) -> bool:
        self.ran.release()
        answer = self.answers.pop(0) if self.answers else False
        if isinstance(answer, Exception):
            raise answer
        return answer

    def has_run(self, times: int = 1, patience: float = PATIENCE) -> bool:
        return all(self.ran.acquire(timeout=patience) for _ in range(times))


@contextmanager
def looping(step: Step, idle_seconds: float = 60.0) -> Iterator[Loop]:
    loop = Loop("test", step, idle_seconds)
    loop.start()
    try:
        yield loop
    finally:
        loop.stop()
        loop.join(PATIENCE)
        assert not loop.is_alive()


def test_a_loop_goes_on_while_there_is_work_and_then_waits_to_be_woken():
    step = Step(True, True)
    with looping(step) as loop:
        assert step.has_run(3)
        assert not step.has_run(patience=0.05)
        loop.wake()
        assert step.has_run()


def test_an_idle_loop_comes_by_itself():
    step = Step()
    with looping(step, idle_seconds=0.01):
        assert step.has_run(3)


def test_an_error_ends_no_loop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loops, "AFTER_ERROR_SECONDS", 0.01)
    step = Step(ValueError("no"), OperationalError("away"))
    with looping(step):
        assert step.has_run(3)


@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_is_let_go_after_the_error_that_told():
    check_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(**_other_session()) as session:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
    check_connection()  # too soon to look again by itself
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    check_connection()
    assert _one() == 1


@pytest.mark.django_db(transaction=True)
def test_a_connection_is_checked_again_after_a_while(monkeypatch: pytest.MonkeyPatch):
    check_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    with psycopg.connect(**_other_session()) as session:
        session.execute("SELECT pg_terminate_backend(%s)", [pid])
    monkeypatch.setattr(database, "CHECKED_FOR_SECONDS", 0.0)
    check_connection()
    assert _one() == 1


def _one() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        (one,) = cursor.fetchone()
    return int(one)


def _other_session() -> dict[str, Any]:
    values = connection.get_connection_params()
    values.pop("cursor_factory", None)
    values.pop("context", None)
    return values
