"""Kill -9 for workers in the middle of sending mails: each is sent or told to be unknown, none is handed over twice.

The default is two kills; REGULARS_FAULT_KILLS=20 is the full run. REGULARS_TESTS_SEED repeats an order.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import connection

from regulars.kernel.jobs import rescuing
from regulars.kernel.jobs.models import ACTIVE, Job
from regulars.kernel.jobs.rescuing import rescue_jobs
from regulars.mail.letters import Facts
from regulars.mail.models import Mail
from regulars.mail.queueing import queue_mail
from regulars.mail.servers import ServerFacts, set_up_server
from regulars.mail.tests import catcher as catchers
from tests.cast import Cast, make_cast

KILLS = int(os.environ.get("REGULARS_FAULT_KILLS") or 2)
SEED = int(os.environ.get("REGULARS_TESTS_SEED") or random.SystemRandom().randrange(10_000))
MAILS, PATIENCE = 16, 60.0
AT_ONCE = 2
"""mails that one worker hands over at a time (``queue.AT_ONCE``)"""

pytestmark = [pytest.mark.faults, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


class SlowCatcher(catchers.Catcher):
    """Takes its time with each mail, so that kills find some half handed over; counts what came whole by its id."""

    def __init__(self) -> None:
        super().__init__()
        self.came: Counter[str] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.came[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        await asyncio.sleep(0.1)
        return await super().handle_DATA(server, session, envelope)


class MailWorker:
    """A process that sends mails, killed and started anew."""

    def __init__(self, database_url: str) -> None:
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "TESTS_JOB_KINDS": "config.wiring.JOB_KINDS",
        }
        self._running = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "regulars.kernel.tests.job_process"]
        return subprocess.Popen(command, cwd=Path(__file__).parents[2], env=self._environment)

    def kill(self) -> None:
        self._running.kill()
        self._running.wait()
        self._running = self._start()

    def stop(self) -> None:
        self._running.terminate()
        assert self._running.wait(20) in {0, -signal.SIGTERM}


@pytest.fixture
def worker(database_url: str) -> Iterator[MailWorker]:
    running = MailWorker(database_url)
    yield running
    running.stop()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


def _queue(cast: Cast, number: int) -> None:
    queue_mail(
        cast.workspace.id,
        "password-changed",
        Facts(workspace=cast.workspace.name),
        to=f"person{number}@lotus.example",
        language="en",
    )


def test_killed_workers_send_no_mail_twice_and_leave_none(
    worker: MailWorker, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(rescuing, "TAKEN_FOR", timedelta(seconds=1))
    rng = random.Random(SEED)
    print(f"order of the kills: REGULARS_TESTS_SEED={SEED}")
    cast = make_cast()
    catcher = SlowCatcher()
    with catchers.catching(catcher):
        settings.SMTP_PORTS = (catcher.port,)
        server = ServerFacts(
            host="127.0.0.1", port=catcher.port, security="none", sender_address="a@lotus.example"
        )
        set_up_server(server, by=cast.actor(cast.owner))
        for number in range(MAILS):
            _queue(cast, number)
        for _each in range(KILLS):
            _wait_until_one_leaves()
            time.sleep(rng.uniform(0, 0.2))
            worker.kill()
        _wait_until_all_are_over()
    states = dict(Mail.objects.values_list("message_id", "state"))
    assert max(catcher.came.values()) == 1
    assert set(states.values()) <= {"sent", "unknown"}
    assert [each for each, state in states.items() if state == "sent" and not catcher.came[each]] == []
    unknown = [each for each, state in states.items() if state == "unknown"]
    assert len(unknown) <= KILLS * AT_ONCE
    print(f"{len(states) - len(unknown)} sent, {len(unknown)} unknown, of them handed over: ", end="")
    print(sum(catcher.came[each] for each in unknown))


def _wait_until_one_leaves() -> None:
    began = time.monotonic()
    while not Mail.objects.filter(state__in=("sending", "handing")).exists():
        assert time.monotonic() - began < PATIENCE
        rescue_jobs()
        time.sleep(0.01)


def _wait_until_all_are_over() -> None:
    began = time.monotonic()
    while Job.objects.filter(status__in=ACTIVE).exists():
        assert time.monotonic() - began < PATIENCE, list(Mail.objects.values_list("state", "tries"))
        rescue_jobs()
        time.sleep(0.1)
