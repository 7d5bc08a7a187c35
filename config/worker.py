"""``python -m config.worker``: everything that happens behind the screens.

Two threads for deliveries, one that reads the event log and has reactions run by a few more, one for previews (drawn
by processes of their own) and one for periodic jobs and errands, and an event loop with the sender and the media
fetcher. Any number of these processes may run on any machines over one database.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

import uvloop  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import close_old_connections, connection  # noqa: E402

from config import collecting  # noqa: E402
from config.running import refusal_to_run  # noqa: E402
from config.wiring import ERRANDS, JOBS, REACTIONS  # noqa: E402
from regulars.channels.whatsapp.clients import Clients  # noqa: E402
from regulars.channels.whatsapp.fetching import Fetcher  # noqa: E402
from regulars.channels.whatsapp.processing import process_deliveries  # noqa: E402
from regulars.channels.whatsapp.transport import WhatsAppTransport  # noqa: E402
from regulars.conversations.delivering import Sender  # noqa: E402
from regulars.conversations.operations.sending import OUTGOING_CHANNEL  # noqa: E402
from regulars.inboxes.queue import DELIVERIES_CHANNEL  # noqa: E402
from regulars.kernel.database import is_away  # noqa: E402
from regulars.kernel.errands import CHANNEL as ERRANDS_CHANNEL  # noqa: E402
from regulars.kernel.events import CHANNEL as EVENTS_CHANNEL  # noqa: E402
from regulars.kernel.listening import Wakeups  # noqa: E402
from regulars.kernel.log_reader import LogReader  # noqa: E402
from regulars.kernel.models import Heartbeat  # noqa: E402
from regulars.kernel.periodic import run_if_due  # noqa: E402
from regulars.kernel.reactions import ensure_cursors  # noqa: E402
from regulars.media.previewing import draw_due_previews  # noqa: E402
from regulars.media.queue import CHANNEL as MEDIA_CHANNEL  # noqa: E402
from regulars.media.queue import PREVIEWS_CHANNEL  # noqa: E402

logger = logging.getLogger("regulars.worker")

IDLE_SECONDS = 1.0
DELIVERY_LOOPS = 2
"""one reads a batch while the database stores the other's"""
AFTER_ERROR_SECONDS = 1.0
JOB_CHECK_SECONDS = 5.0
LOG_REST_SECONDS = 0.2
"""each look may start a transaction; read receipts and typing dots may come so much later while much happens"""
HEARTBEAT_SECONDS = 5.0
PROCESS = f"{socket.gethostname()}:{os.getpid()}"


class Loop(threading.Thread):
    """A thread that repeats ``step`` until stopped: at once while it finds work, else when woken or each second.

    ``rest_seconds``: how long it rests after each step, for what need not happen at once and wakes often.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], bool],
        idle_seconds: float = IDLE_SECONDS,
        rest_seconds: float = 0.0,
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._rest_seconds = rest_seconds
        self._step = step
        self._idle_seconds = idle_seconds
        self._wake = threading.Event()
        self._stopping = False

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                busy = self._step()
            except Exception as error:
                logger.warning(
                    "a loop failed",
                    extra={"loop": self.name, "error": type(error).__name__},
                    exc_info=not is_away(error),
                )
                connection.close()
                self._wake.wait(AFTER_ERROR_SECONDS)
                continue
            if not busy:
                self._wake.wait(self._idle_seconds)
            time.sleep(self._rest_seconds)
        connection.close()


class Deliveries:
    """Processes what the door stored; its beat is the worker's sign of life."""

    def __init__(self) -> None:
        self._beat_at: datetime | None = None

    def step(self) -> bool:
        close_old_connections()
        self._beat()
        return process_deliveries() > 0

    def _beat(self) -> None:
        moment = datetime.now(UTC)
        if self._beat_at is None or (moment - self._beat_at).total_seconds() >= HEARTBEAT_SECONDS:
            Heartbeat.objects.bulk_create(  # an upsert: two loops may beat at once
                [Heartbeat(process=PROCESS, role="worker", beat_at=moment)],
                update_conflicts=True,
                unique_fields=["process"],
                update_fields=["role", "beat_at"],
            )
            self._beat_at = moment


def draw_previews() -> bool:
    close_old_connections()
    return draw_due_previews() > 0


def run_due_jobs() -> bool:
    close_old_connections()
    ensure_cursors(REACTIONS)
    for job in JOBS:
        run_if_due(job.name, job.every, job.run)
    for errand in ERRANDS:
        errand()
    return False


async def main() -> None:
    deliveries = [Loop(f"deliveries-{number}", Deliveries().step) for number in range(1, DELIVERY_LOOPS + 1)]
    log_reader = LogReader(REACTIONS)
    reading = Loop("log", log_reader.step, rest_seconds=LOG_REST_SECONDS)
    jobs = Loop("jobs", run_due_jobs, JOB_CHECK_SECONDS)
    previews = Loop("previews", draw_previews)
    threads = [jobs, previews, *deliveries, reading]
    clients = Clients()
    sender = Sender({"whatsapp": WhatsAppTransport(clients)}, settings.DATABASE_URL)
    fetcher = Fetcher(clients)
    wakeups = Wakeups(
        settings.DATABASE_URL,
        {
            DELIVERIES_CHANNEL: [loop.wake for loop in deliveries],
            EVENTS_CHANNEL: [reading.wake],
            OUTGOING_CHANNEL: [sender.wake],
            MEDIA_CHANNEL: [fetcher.wake],
            PREVIEWS_CHANNEL: [previews.wake],
            ERRANDS_CHANNEL: [jobs.wake],
        },
    )
    collecting.settle()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, sender.stop)
    fetching = asyncio.create_task(fetcher.run())
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
    await clients.close()


if __name__ == "__main__":
    if refusal := refusal_to_run():
        sys.exit(refusal)
    uvloop.run(main())
