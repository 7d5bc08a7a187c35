"""Waking up on NOTIFY: one connection a process, however many loops wait.

A notification carries no data, it only says "look again"; a lost one costs a second, for every waiter looks
by itself after that. What is told in passing and kept nowhere (who types where) is the exception: it comes with its
payload, to one hearer a channel, and a lost one is lost.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

import psycopg

logger = logging.getLogger(__name__)

PATIENCE_SECONDS = 1.0
"""how long a loop sleeps when nothing wakes it"""


class Wakeups:
    """Listens on channels in a thread of its own and calls back (from that thread) on each notification."""

    def __init__(
        self,
        database_url: str,
        handlers: Mapping[str, Sequence[Callable[[], None]]],
        hearers: Mapping[str, Callable[[str], None]] | None = None,
    ) -> None:
        self._url = database_url
        self._handlers = handlers
        self._hearers = hearers or {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wakeups", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()

    def join(self) -> None:
        self._thread.join(2 * PATIENCE_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._listen()
            except psycopg.Error as error:
                logger.warning("lost the database while listening", extra={"error": type(error).__name__})
                self._stopping.wait(PATIENCE_SECONDS)

    def _listen(self) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=5) as connection:
            for channel in (*self._handlers, *self._hearers):
                connection.execute(f'LISTEN "{channel}"')
            self._call(self._handlers)
            while not self._stopping.is_set():
                for notification in connection.notifies(timeout=PATIENCE_SECONDS, stop_after=1):
                    self._call([notification.channel])
                    if hear := self._hearers.get(notification.channel):
                        hear(notification.payload)

    def _call(self, channels: Iterable[str]) -> None:
        for channel in channels:
            for handler in self._handlers.get(channel, ()):
                handler()
