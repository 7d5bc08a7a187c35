"""Processes of a run whose supervisor was killed: recorded while they run, ended at the next start.

On Linux children end with their parent; elsewhere, and between one signal and the next, a few may live on.
A record names a process by pid, start time and owner, so that a reused pid never hits a stranger; and it counts only
where nobody but us can have written it.
"""

import json
import os
import signal
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from . import system
from .errors import StartRefused
from .home import read_own, write_private


def record(home: Path, name: str, pid: int, owner: int) -> None:
    """``owner``: the number of the account that the process was started as."""
    entry = {"pid": pid, "started": system.started_at(pid), "owner": owner}
    write_private(_directory(home) / f"{name}.json", json.dumps(entry))


def forget(home: Path, name: str) -> None:
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
        entry = json.loads(read_own(file))
        pid, started, owner = int(entry["pid"]), str(entry["started"]), int(entry["owner"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    is_same = bool(started) and system.is_alive(pid) and system.started_at(pid) == started
    return pid if is_same and system.owner(pid) == owner else None


def _directory(home: Path) -> Path:
    directory = home / "processes"
    with suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        raise StartRefused(
            f"{directory} tells which processes to end, and it is not a directory of the account that starts Regulars. "
            "Remove it."
        )
    return directory
