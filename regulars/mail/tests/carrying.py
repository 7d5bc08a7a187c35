"""Mails carried to the server as workers do it, one attempt after the other."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from regulars.kernel import clock
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.queue import Later
from regulars.kernel.jobs.running import run_job
from regulars.mail.models import Mail
from regulars.mail.queueing import SEND


def carry() -> None:
    """Each mail that is due, once."""
    waiting = Job.objects.filter(kind=SEND.key, status="waiting").order_by("id")
    for job_id in list(waiting.values_list("id", flat=True)):
        with suppress(Later):
            run_job(job_id)


def carry_later(after: timedelta) -> None:
    with clock.frozen_at(clock.now() + after):
        carry()


def the_mail() -> Mail:
    return Mail.objects.get()
