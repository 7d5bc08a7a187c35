"""The processes below one, by what they are, as Linux' /proc tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PARENT, _OWN, _OF_ENDED = 1, 11, 13
"""places in /proc/<pid>/stat, behind the name; of times there are two, a user's and the kernel's"""
TICK = 1 / os.sysconf("SC_CLK_TCK")
_MODULES = {
    "config.web": "web",
    "config.worker": "worker",
    "benchmarks.passing": "worker",
    "whatsapp_sandbox": "sandbox",
    "benchmarks.floors.serving": "floor",
}
BACKENDS, BESIDE = "backends", "PostgreSQL beside them"
_BESIDE = ("checkpointer", "background", "walwriter", "autovacuum", "logical", "archiver", "stats", "io")
"""the first words by which PostgreSQL's own processes say what they are"""


def server_seconds(*, with_parallel: bool = False) -> float:
    """Processor time of the process of PostgreSQL that serves this connection.

    With those that helped it, which end with their statement.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid: Any = cursor.fetchone()[0]
    process = _stat(pid)
    seconds = _seconds(process, _OWN)
    return seconds + _seconds(_stat(process[_PARENT]), _OF_ENDED) if with_parallel else seconds


def _stat(pid: int | str) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _seconds(stat: list[str], place: int) -> float:
    return TICK * (int(stat[place]) + int(stat[place + 1]))


def parents() -> dict[int, int]:
    """Of every process, by its number."""
    return {pid: int(fields[_PARENT]) for pid, fields in _all_fields()}


def _all_fields() -> Iterator[tuple[int, list[str]]]:
    """Of ``/proc/<pid>/stat``, what follows the name."""
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            text = Path(f"/proc/{entry}/stat").read_text(errors="replace")
        except OSError:
            continue
        yield int(entry), text.rpartition(")")[2].split()


def name_of(pid: int) -> str:
    words = _words(pid)
    return next((_MODULES[word] for word in words if word in _MODULES), Path(words[0]).name)


def _words(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ["gone"]


def core_seconds(root: int | None = None) -> dict[str, float]:
    """Processor time of what runs below ``root`` (this process), by kind; what ended counts as its parent's."""
    root = os.getpid() if root is None else root
    fields = dict(_all_fields())
    spent: dict[str, float] = {}
    for pid, each in fields.items():
        if pid != root and _is_below(pid, root, fields):
            kind = _kind(pid)
            spent[kind] = spent.get(kind, 0.0) + TICK * sum(map(int, each[_OWN : _OF_ENDED + 2]))
    return spent


def _is_below(pid: int, root: int, fields: dict[int, list[str]]) -> bool:
    while pid in fields:
        if pid == root:
            return True
        pid = int(fields[pid][_PARENT])
    return False


def _kind(pid: int) -> str:
    name = name_of(pid)
    if not name.startswith("postgres"):
        return name
    title = _words(pid)[0].partition(": ")[2]
    return BESIDE if not title or title.startswith(_BESIDE) else BACKENDS
