"""Signs of life of the house's processes, and the figures that come with them."""

from __future__ import annotations

import os
import socket
import threading
from datetime import datetime, timedelta
from typing import NamedTuple

from regulars.kernel import clock
from regulars.kernel.metrics import Figures, figures_of_this_process
from regulars.kernel.models import Heartbeat

EVERY = timedelta(seconds=5)
SILENT_AFTER = timedelta(minutes=1)
"""whose figures are told no more"""


class Pulse:
    """The beat of this process; any of its threads may call :meth:`beat`, as often as it likes."""

    def __init__(self, role: str) -> None:
        self._role, self._process = role, f"{socket.gethostname()}:{os.getpid()}"
        self._beat_at: datetime | None = None
        self._lock = threading.Lock()

    def beat(self) -> None:
        moment = clock.now()
        with self._lock:
            if self._beat_at is not None and moment - self._beat_at < EVERY:
                return
            self._beat_at = moment
        Heartbeat.objects.bulk_create(
            [
                Heartbeat(
                    process=self._process,
                    role=self._role,
                    beat_at=moment,
                    details={"figures": figures_of_this_process()},
                )
            ],
            update_conflicts=True,
            unique_fields=["process"],
            update_fields=["role", "beat_at", "details"],
        )


class Heard(NamedTuple):
    """A process, when it was last heard, and what it wrote down."""

    process: str
    role: str
    beat_at: datetime
    figures: list[Figures]


def last_heartbeat(role: str) -> datetime | None:
    beats = Heartbeat.objects.filter(role=role).order_by("-beat_at")
    return beats.values_list("beat_at", flat=True).first()


def heard_lately() -> list[Heard]:
    beats = Heartbeat.objects.filter(beat_at__gt=clock.now() - SILENT_AFTER).order_by("process")
    return [Heard(each.process, each.role, each.beat_at, each.details.get("figures", [])) for each in beats]
