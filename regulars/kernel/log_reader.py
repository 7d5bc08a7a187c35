"""One look into the log for all reactions of a process, and a small pool that runs those that something happened for.

A reaction costs nothing while other kinds happen: thirty of them are one query a look, and as many connections as
the pool has threads. Those that wait for other machines have threads of their own and hold up nobody else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from queue import SimpleQueue

from django.db import connection

from regulars.kernel import clock
from regulars.kernel.database import check_connection, is_away
from regulars.kernel.events import Position, end_of_log, look_after
from regulars.kernel.reactions import Reaction, names_of_due, run_reaction

logger = logging.getLogger(__name__)

THREADS = 2
"""of each lane: the quick reactions, and the slow ones"""
ASK_WHAT_IS_DUE_EVERY = timedelta(seconds=1)
STOP_PATIENCE_SECONDS = 10.0


class LogReader:
    """Give :meth:`step` to a loop that each notification of the log wakes and that comes by itself each second.

    A reaction runs once at a time here; among processes, the lock of its cursor sees to that.
    """

    def __init__(self, reactions: Sequence[Reaction]) -> None:
        self._reactions = reactions
        self._position: Position | None = None
        """how far we looked; None: nobody knows, all run"""
        self._asked_at: datetime | None = None
        self._is_stopping = False
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._wanted_again: set[str] = set()
        self._lanes = {is_slow: SimpleQueue[Reaction | None]() for is_slow in (False, True)}
        self._threads = [
            threading.Thread(target=self._work, args=(lane,), name=f"reactions-{place}", daemon=True)
            for lane in self._lanes.values()
            for place in range(THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def step(self) -> bool:
        """Look once and start what has something to do; true when there may be more in a moment.

        Raises what says that the database is away; then all reactions run as soon as it is back.
        """
        check_connection()
        before, self._position = self._position, None
        look = look_after(before or end_of_log())
        due = self._names_of_due()
        for reaction in self._reactions:
            if before is None or reaction.name in due or not look.kinds.isdisjoint(reaction.kinds):
                self._start(reaction)
        self._position = look.end
        return look.is_kept_back

    def stop(self) -> None:
        """Let what runs come to its end, for a while; what waits is for the next process."""
        self._is_stopping = True
        for lane in self._lanes.values():
            for _ in range(THREADS):
                lane.put(None)
        for thread in self._threads:
            thread.join(STOP_PATIENCE_SECONDS)

    def _names_of_due(self) -> set[str]:
        now = clock.now()
        if self._asked_at is not None and now - self._asked_at < ASK_WHAT_IS_DUE_EVERY:
            return set()
        self._asked_at = now
        return names_of_due()

    def _start(self, reaction: Reaction) -> None:
        with self._lock:
            if reaction.name in self._running:
                self._wanted_again.add(reaction.name)
                return
            self._running.add(reaction.name)
        self._lanes[reaction.is_slow].put(reaction)

    def _work(self, lane: SimpleQueue[Reaction | None]) -> None:
        while (reaction := lane.get()) is not None and not self._is_stopping:
            has_more = self._run(reaction)
            with self._lock:
                has_more = has_more or reaction.name in self._wanted_again
                self._wanted_again.discard(reaction.name)
                if not has_more:
                    self._running.discard(reaction.name)
            if has_more:
                lane.put(reaction)  # behind the others that wait
        connection.close()

    def _run(self, reaction: Reaction) -> bool:
        try:
            check_connection()
            return run_reaction(reaction)
        except Exception as error:
            logger.warning(
                "a reaction did not run",
                extra={"reaction": reaction.name, "error": type(error).__name__},
                exc_info=not is_away(error),
            )
            connection.close()
            return False
