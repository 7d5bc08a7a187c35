"""A bound on bytes held at once; who finds nothing left waits in line instead of holding more."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable


class Allowance:
    """So many bytes and no more. Use it inside one event loop."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._left = total
        self._line: deque[tuple[int, Callable[[], None]]] = deque()

    def take(self, amount: int, granted: Callable[[], None]) -> None:
        """Call ``granted`` when ``amount`` is there, at once or later; those who asked first come first."""
        self._line.append((min(amount, self._total), granted))
        self._grant()

    def leave_line(self, granted: Callable[[], None]) -> bool:
        """No longer wait; False when it was granted already and has to be given back."""
        waiting = [each for each in self._line if each[1] != granted]
        was_waiting = len(waiting) < len(self._line)
        self._line = deque(waiting)
        self._grant()
        return was_waiting

    def give_back(self, amount: int) -> None:
        self._left += min(amount, self._total)
        self._grant()

    async def wait_for(self, amount: int, patience: float) -> bool:
        """``patience`` in seconds; False when it was not there in time."""
        there: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def granted() -> None:
            if not there.done():
                there.set_result(None)

        self.take(amount, granted)
        try:
            await asyncio.wait({there}, timeout=patience)
        except asyncio.CancelledError:
            self._give_up(amount, granted)
            raise
        if there.done():
            return True
        self._give_up(amount, granted)
        return False

    def _give_up(self, amount: int, granted: Callable[[], None]) -> None:
        if not self.leave_line(granted):
            self.give_back(amount)

    def _grant(self) -> None:
        while self._line and self._line[0][0] <= self._left:
            amount, granted = self._line.popleft()
            self._left -= amount
            granted()
