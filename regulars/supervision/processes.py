"""Child processes: started, watched, restarted when they end, stopped in order.

One thread and one loop: the kernel ends a child with the thread that started it (see system.end_with_parent),
and signals arrive where the loop waits.
"""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from . import leftovers, system
from .accounts import Account, run_as
from .errors import StartRefused
from .output import Output

QUICK = 10.0  # seconds; a process that ends sooner has failed to start
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 30.0  # seconds between two attempts
REFUSED_PAUSE = 3.0  # seconds until what the machine had no room for is tried again
PATIENCE = 4  # failed starts in a row until we give up, while Regulars is not ready yet
STOP_PATIENCE = 12.0  # seconds to finish what is in hand after being asked to stop


def _nothing() -> None:
    """What happens before the start of a process that needs no preparation."""


@dataclass
class Child:
    """A program to keep running. `stop_with` asks it to end; `before_start` runs before every start.
    It inherits the open `files`.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    account: Account | None = None
    stop_with: signal.Signals = signal.SIGTERM
    before_start: Callable[[], None] = _nothing
    files: Sequence[int] = ()
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started: float = 0.0
    restart_at: float | None = None
    failures: int = 0
    _rest: bytes = b""

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    def lines(self, data: bytes) -> list[str]:
        """With no data (its end), also the last incomplete one."""
        *complete, self._rest = (self._rest + data).split(b"\n") if data else (self._rest, b"")
        return [line.decode(errors="replace").rstrip() for line in complete if line.strip()]


class Processes:
    """The children of this supervisor. `on_restart` is told when one has a new pid."""

    def __init__(self, home: Path, output: Output) -> None:
        self.on_restart: Callable[[], None] = _nothing
        self.stop_asked = False
        self.ready = False
        self._home = home
        self._output = output
        self._children: list[Child] = []
        self._tell_again_at: float | None = None
        self._selector = selectors.DefaultSelector()
        self._wake, self._signals = os.pipe()
        for end in (self._wake, self._signals):
            os.set_blocking(end, False)
        self._selector.register(self._wake, selectors.EVENT_READ, None)

    def listen_to_signals(self) -> None:
        signal.set_wakeup_fd(self._signals, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_stop_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only wakes the loop

    def start(self, child: Child) -> None:
        self._children.append(child)
        self._spawn(child)

    def pids(self) -> dict[str, int]:
        return {child.name: child.process.pid for child in self._children if child.process}

    def pump(self, seconds: float) -> None:
        """Returns after `seconds` or at a signal.

        Raises StartRefused when a child fails to start again and again.
        """
        due = [self._tell_again_at, *(child.restart_at for child in self._children)]
        wait = min([seconds, *(at - time.monotonic() for at in due if at)])
        if self._output.has_lost:
            wait = min(wait, REFUSED_PAUSE)
            self._output.tell_lost()
        for key, _ in self._selector.select(max(wait, 0)):
            self._read(key.fd, key.data)
        for child in self._children:
            self._look_after(child)
        if self._tell_again_at and time.monotonic() >= self._tell_again_at:
            self._tell_restart()

    def wait_until(self, condition: Callable[[], bool], seconds: float, *, pause: float = 0.02) -> bool:
        """Keeps everything going meanwhile; False after `seconds` or when asked to stop."""
        deadline = time.monotonic() + seconds
        while not condition():
            ask_again = time.monotonic() + pause
            while not self.stop_asked and (left := ask_again - time.monotonic()) > 0:
                self.pump(left)
            if self.stop_asked or time.monotonic() > deadline:
                return False
        return True

    def stop(self) -> None:
        self.stop_asked = True
        for child in reversed(self._children):
            self._stop_child(child)

    def _on_stop_signal(self, *_: object) -> None:
        if self.stop_asked:
            for child in self._children:
                if child.process:
                    hard = signal.SIGQUIT if child.stop_with is signal.SIGINT else signal.SIGKILL
                    system.send(child.process.pid, hard)
        self.stop_asked = True

    def _spawn(self, child: Child) -> None:
        child.before_start()
        child.restart_at, child.started = None, time.monotonic()
        child.process = subprocess.Popen(
            child.command,
            cwd=child.directory,
            env=child.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            umask=0o077,
            pass_fds=child.files,
            start_new_session=True,  # Ctrl-C in the terminal reaches the supervisor alone
            preexec_fn=system.end_with_parent(child.stop_with),  # noqa: PLW1509 (one thread: nothing can deadlock)
            **run_as(child.account),
        )
        assert child.process.stdout is not None  # noqa: S101 (stdout=PIPE)
        os.set_blocking(child.process.stdout.fileno(), False)
        self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
        self._record(child, child.process.pid)

    def _record(self, child: Child, pid: int) -> None:
        """Without room for the record the child runs all the same: it only helps after a kill of all."""
        try:
            leftovers.record(
                self._home, child.name, pid, child.account.uid if child.account else os.geteuid()
            )
        except OSError as error:
            self._output.say(f"The start of {child.name} could not be recorded: {error.strerror}.")

    def _read(self, file: int, child: Child | None) -> None:
        try:
            data = os.read(file, 65536)
        except BlockingIOError:
            return
        if child is not None:
            self._pass_on(child, data)

    def _pass_on(self, child: Child, data: bytes) -> None:
        for line in child.lines(data):
            if not (
                self.stop_asked and child.stop_with is signal.SIGINT
            ):  # PostgreSQL reports its stop as FATAL
                self._output.line(child.name, line)
        pipe = child.process.stdout if child.process else None
        if not data and pipe is not None and not pipe.closed:
            self._selector.unregister(pipe)
            pipe.close()

    def _look_after(self, child: Child) -> None:
        if child.process is not None and child.process.poll() is not None:
            self._after_end(child)
        elif child.process is None and child.restart_at and time.monotonic() >= child.restart_at:
            self._start_again(child)

    def _start_again(self, child: Child) -> None:
        """What the machine refuses (room, memory, processes) it may grant later: while Regulars runs, we try on."""
        try:
            self._spawn(child)
        except OSError as error:
            if not self.ready:
                raise
            child.restart_at = time.monotonic() + REFUSED_PAUSE
            self._output.say(f"{child.name} cannot be started now: {error.strerror}. Trying again.")
        else:
            self._tell_restart()

    def _tell_restart(self) -> None:
        self._tell_again_at = None
        try:
            self.on_restart()
        except OSError as error:
            self._tell_again_at = time.monotonic() + REFUSED_PAUSE
            self._output.say(f"The ready file cannot be written now: {error.strerror}. Trying again.")

    def _after_end(self, child: Child) -> None:
        assert child.process is not None  # noqa: S101 (the caller saw it)
        code = child.process.returncode
        self._drain(child)
        child.process = None
        if self.stop_asked:
            return
        killed = code == -signal.SIGKILL
        quick = time.monotonic() - child.started < QUICK and not killed
        child.failures = child.failures + 1 if quick else 0
        if child.failures >= PATIENCE and not self.ready:
            # Once ready we never give up: while the worker fails, say, web still stores every webhook.
            raise StartRefused(
                f"{child.name} failed to start {child.failures} times in a row ({_describe(code)}). "
                "What it said stands above."
            )
        pause = min(FIRST_PAUSE * 2 ** max(child.failures - 1, 0), LONGEST_PAUSE)
        child.restart_at = time.monotonic() + pause
        self._output.say(f"{child.name} ended ({_describe(code)}); starting it again in {pause:.1f} s.")

    def _drain(self, child: Child) -> None:
        """Read what is left in the pipe. A grandchild may hold its other end, so the end may not come."""
        pipe = child.process.stdout if child.process else None
        while pipe is not None and not pipe.closed:
            try:
                data = os.read(pipe.fileno(), 65536)
            except BlockingIOError:
                data = b""
            self._pass_on(child, data)

    def _stop_child(self, child: Child) -> None:
        child.restart_at = None
        process = child.process
        if process is None:
            return
        for number in (
            child.stop_with,
            signal.SIGKILL if child.stop_with is signal.SIGTERM else signal.SIGQUIT,
        ):
            if process.poll() is None:
                system.send(process.pid, number)
            deadline = time.monotonic() + STOP_PATIENCE
            while process.poll() is None and time.monotonic() < deadline:
                self.pump(0.05)
        if process.poll() is None:
            process.kill()
            process.wait()
        self._drain(child)
        child.process = None
        leftovers.forget(self._home, child.name)


def _describe(code: int) -> str:
    if code < 0:
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"
    return f"exit code {code}"
