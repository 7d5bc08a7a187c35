"""Processes of a run whose supervisor was killed: recorded while they run, ended at the next start.

On Linux children end with their parent; elsewhere, and between one signal and the next, a few may live on.
A record names a process by pid and start time, so that a reused pid never hits a stranger.
"""

import json
import signal
from collections.abc import Iterable
from pathlib import Path

from . import system
from .home import write_private


def record(home: Path, name: str, pid: int) -> None:
    """Remember a process that was just started."""
    entry = {"pid": pid, "started": system.started_at(pid)}
    write_private(_directory(home) / f"{name}.json", json.dumps(entry))


def forget(home: Path, name: str) -> None:
    """The process has ended in an orderly way."""
    (_directory(home) / f"{name}.json").unlink(missing_ok=True)


def end(home: Path, roles: Iterable[str]) -> list[str]:
    """End what is left of an earlier run in these roles ("web" covers web-2 too); returns their names.

    The caller holds the locks of the roles: whoever started these processes is gone.
    """
    wanted = set(roles)
    files = [file for file in _directory(home).glob("*.json") if file.stem.split("-")[0] in wanted]
    alive = {file.stem: pid for file in files if (pid := _same_process(file)) is not None}
    system.end(alive.values(), signal.SIGTERM, patience=5)
    for file in files:
        file.unlink(missing_ok=True)
    return sorted(alive)


def _same_process(file: Path) -> int | None:
    try:
        entry = json.loads(file.read_text())
        pid, started = int(entry["pid"]), str(entry["started"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    same = bool(started) and system.is_alive(pid) and system.started_at(pid) == started
    return pid if same else None


def _directory(home: Path) -> Path:
    directory = home / "processes"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory
