"""What the operating system knows about processes: who is alive, since when, doing what.

Linux answers from /proc; elsewhere (macOS) `ps` is asked.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")
HAS_PROC = sys.platform == "linux" and (PROC / "self/stat").exists()
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def is_alive(pid: int) -> bool:
    """A zombie has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not HAS_PROC or _state(pid) not in ("Z", "X", "")


def started_at(pid: int) -> str:
    """As the system says it: with the pid, the name of one process. "" if gone."""
    if HAS_PROC:
        fields = _stat_fields(pid)
        return fields[19] if len(fields) > 19 else ""  # field 22 of proc(5), counted behind the name
    return _ps(pid, "lstart")


def owner(pid: int) -> int | None:
    """The number of the account that the process runs as (really, not in effect); None if it is gone."""
    if HAS_PROC:
        lines = _read(PROC / str(pid) / "status").splitlines()
        told = next((line.split()[1] for line in lines if line.startswith("Uid:")), "")
    else:
        told = _ps(pid, "ruid")
    return int(told) if told.isdigit() else None


def command_line(pid: int) -> str:
    if HAS_PROC:
        return _read(PROC / str(pid) / "cmdline").replace("\0", " ").strip()
    return _ps(pid, "args")


def processes_in(directory: Path, program: str) -> list[int]:
    """Pids of those named `program` that work in `directory` (Linux only; elsewhere empty)."""
    if not HAS_PROC:
        return []
    wanted = os.path.realpath(directory)
    return [pid for pid in map(int, filter(str.isdigit, os.listdir(PROC))) if _works_in(pid, wanted, program)]


def end(pids: Iterable[int], first: signal.Signals, *, patience: float) -> None:
    """After `patience` seconds, what is left is killed."""
    left = [pid for pid in pids if send(pid, first)]
    if not wait_until(lambda: not any(map(is_alive, left)), patience):
        for pid in left:
            send(pid, signal.SIGKILL)
        wait_until(lambda: not any(map(is_alive, left)), patience)


def send(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def wait_until(condition: Callable[[], bool], seconds: float, *, pause: float = 0.01) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """A preexec_fn for subprocess: the child gets the signal when its parent dies, however it dies (Linux
    only).

    The kernel watches the *thread* that started the child, so only a main thread may use this. It must run
    after a change of account, which clears the wish; subprocess does it in that order.
    """
    if sys.platform != "linux":
        return _nothing
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(number))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def _nothing() -> None:
    """The preexec_fn of systems that cannot tell a child of its parent's death."""


def _works_in(pid: int, directory: str, program: str) -> bool:
    try:
        working = os.readlink(PROC / str(pid) / "cwd")
    except OSError:
        return False
    return working == directory and _read(PROC / str(pid) / "comm").strip() == program


def _state(pid: int) -> str:
    fields = _stat_fields(pid)
    return fields[0] if fields else ""


def _stat_fields(pid: int) -> list[str]:
    return _read(PROC / str(pid) / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _ps(pid: int, column: str) -> str:
    done = subprocess.run(
        ["ps", "-o", f"{column}=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
