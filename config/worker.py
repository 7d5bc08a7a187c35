"""``python -m config.worker``: everything that happens behind the screens.

Two threads for deliveries, one that reads the event log and has reactions run by a few more, one for previews (drawn
by processes of their own), one for pushes to browsers, one for periodic jobs and errands, one that rescues and
schedules jobs, one that lets scheduled messages leave, one that rings the clocks of promised answers; and an event loop
with the sender, the media fetcher and the jobs, which run in threads of its own. Any number of these processes may run
on any machines over one database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import uvloop  # noqa: E402
from django.conf import settings  # noqa: E402

from config import collecting  # noqa: E402
from config.running import refusal_to_run  # noqa: E402
from config.wiring import CHANNELS, ERRANDS, PERIODIC_JOBS, PUSHES, REACTIONS  # noqa: E402
from regulars.channels.fetching import Fetcher  # noqa: E402
from regulars.channels.receiving.processing import process_deliveries  # noqa: E402
from regulars.conversations.delivering import Sender  # noqa: E402
from regulars.conversations.operations.sending import OUTGOING_CHANNEL  # noqa: E402
from regulars.inboxes.queue import DELIVERIES_CHANNEL  # noqa: E402
from regulars.kernel.database import check_connection  # noqa: E402
from regulars.kernel.errands import CHANNEL as ERRANDS_CHANNEL  # noqa: E402
from regulars.kernel.events import CHANNEL as EVENTS_CHANNEL  # noqa: E402
from regulars.kernel.heartbeats import Pulse  # noqa: E402
from regulars.kernel.jobs.context import stop_all  # noqa: E402
from regulars.kernel.jobs.queue import JobWorker  # noqa: E402
from regulars.kernel.jobs.rescuing import rescue_jobs  # noqa: E402
from regulars.kernel.jobs.running import run_job  # noqa: E402
from regulars.kernel.jobs.schedules import start_due_jobs  # noqa: E402
from regulars.kernel.listening import Wakeups  # noqa: E402
from regulars.kernel.log_reader import LogReader  # noqa: E402
from regulars.kernel.loops import Loop  # noqa: E402
from regulars.kernel.periodic import run_if_due  # noqa: E402
from regulars.kernel.reactions import ensure_cursors  # noqa: E402
from regulars.media.previewing import draw_due_previews  # noqa: E402
from regulars.media.queue import CHANNEL as MEDIA_CHANNEL  # noqa: E402
from regulars.media.queue import PREVIEWS_CHANNEL  # noqa: E402
from regulars.notifications.lookers import LOOKERS  # noqa: E402
from regulars.notifications.pushing import CHANNEL as PUSHES_CHANNEL  # noqa: E402
from regulars.scheduling.operations import CHANNEL as SCHEDULED_CHANNEL  # noqa: E402
from regulars.scheduling.tasks import rest_until_due, send_what_is_due  # noqa: E402
from regulars.service_levels.drawing import CHANNEL as SERVICE_LEVELS_CHANNEL  # noqa: E402
from regulars.service_levels.ringing import rest_until_due as rest_until_it_rings  # noqa: E402
from regulars.service_levels.ringing import ring_due_clocks  # noqa: E402
from regulars.web.live.presence import CHANNEL as PRESENCE_CHANNEL  # noqa: E402
from regulars.workspaces.queries import time_zone_of  # noqa: E402

logger = logging.getLogger("regulars.worker")

DELIVERY_LOOPS = 2
"""one reads a batch while the database stores the other's"""
JOB_CHECK_SECONDS = 5.0
JOBS_STOP_SECONDS = 8.0
"""for jobs to come to their next step; whatever is longer is killed, and goes on from its checkpoint"""
LOG_REST_SECONDS = 0.2
"""each look may start a transaction; read receipts and typing dots may come so much later while much happens"""


PULSE = Pulse("worker")


def read_deliveries() -> bool:
    """Its beat is the worker's sign of life."""
    check_connection()
    PULSE.beat()
    return process_deliveries() > 0


def draw_previews() -> bool:
    check_connection()
    return draw_due_previews() > 0


def send_pushes() -> bool:
    check_connection()
    return PUSHES.send_due()


def run_due_jobs() -> bool:
    check_connection()
    ensure_cursors(REACTIONS)
    for job in PERIODIC_JOBS:
        run_if_due(job.name, job.every, job.run)
    for errand in ERRANDS:
        errand()
    return False


def keep_jobs() -> bool:
    """Not among the periodic ones, which may take long: a job whose worker died waits for this."""
    check_connection()
    start_due_jobs(time_zone_of)
    return rescue_jobs() > 0


async def main() -> None:
    deliveries = [Loop(f"deliveries-{number}", read_deliveries) for number in range(1, DELIVERY_LOOPS + 1)]
    log_reader = LogReader(REACTIONS)
    reading = Loop("log", log_reader.step, rest_seconds=LOG_REST_SECONDS)
    jobs = Loop("jobs", run_due_jobs, JOB_CHECK_SECONDS)
    previews = Loop("previews", draw_previews)
    pushes = Loop("pushes", send_pushes)
    keeping = Loop("job-keeper", keep_jobs, JOB_CHECK_SECONDS)
    scheduled = Loop("scheduled", send_what_is_due, rest_until_due)
    clocks = Loop("answer-clocks", ring_due_clocks, rest_until_it_rings)
    threads = [jobs, previews, pushes, keeping, scheduled, clocks, *deliveries, reading]
    job_worker = JobWorker(run_job)
    carriers = {kind: channel.open_carrier() for kind, channel in CHANNELS.items()}
    sender = Sender(carriers, settings.DATABASE_URL)
    fetcher = Fetcher(carriers)
    wakeups = Wakeups(
        settings.DATABASE_URL,
        {
            DELIVERIES_CHANNEL: [loop.wake for loop in deliveries],
            EVENTS_CHANNEL: [reading.wake],
            OUTGOING_CHANNEL: [sender.wake],
            MEDIA_CHANNEL: [fetcher.wake],
            PREVIEWS_CHANNEL: [previews.wake],
            ERRANDS_CHANNEL: [jobs.wake],
            SCHEDULED_CHANNEL: [scheduled.wake],
            SERVICE_LEVELS_CHANNEL: [clocks.wake],
            PUSHES_CHANNEL: [pushes.wake],
        },
        hearers={PRESENCE_CHANNEL: LOOKERS.hear},
    )
    collecting.settle()

    def stop() -> None:
        stop_all()
        job_worker.stop()
        sender.stop()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    fetching = asyncio.create_task(fetcher.run())
    working = asyncio.create_task(job_worker.run())
    for thread in threads:
        thread.start()
    wakeups.start()
    await sender.run()
    fetching.cancel()
    wakeups.stop()
    for thread in threads:
        thread.stop()
    for thread in threads:
        await asyncio.to_thread(thread.join, 10)
    await asyncio.to_thread(log_reader.stop)
    await asyncio.wait([working], timeout=JOBS_STOP_SECONDS)
    for carrier in carriers.values():
        await carrier.close()
    if not working.done():
        _leave_jobs()


def _leave_jobs() -> None:
    """Python would wait for their threads, however long; a connection that ends lets go of its job."""
    logger.warning("a job does not come to its next step: another worker takes it, from its checkpoint")
    logging.shutdown()
    os._exit(0)


if __name__ == "__main__":
    if refusal := refusal_to_run():
        sys.exit(refusal)
    uvloop.run(main())
