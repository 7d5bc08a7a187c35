"""A database that the test starts and stops itself, for a product that is given its address."""

from __future__ import annotations

from pathlib import Path

from regulars.supervision import postgres


class OwnDatabase:
    """PostgreSQL in a directory of its own; the address stays the same over stops and starts."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._running: postgres.RunningPostgres | None = None
        self.url = ""

    @property
    def pid(self) -> int:
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        if self._running is None:
            self._running = postgres.start(self._directory)
            self.url = self._running.url

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None
