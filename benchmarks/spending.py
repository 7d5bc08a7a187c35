"""Processor time that PostgreSQL spends for a connection. From Linux's /proc, so on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

_PARENT, _OWN, _OF_ENDED = 1, 11, 13
"""places in /proc/<pid>/stat, behind the name; of times there are two, a user's and the kernel's"""


def server_seconds(*, with_parallel: bool = False) -> float:
    """Of the process that serves this connection; with those that helped it, which end with their statement."""
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
    return (int(stat[place]) + int(stat[place + 1])) / os.sysconf("SC_CLK_TCK")
