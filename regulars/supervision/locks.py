"""Locks between processes, held by an open file: the kernel lets go of them however the holder ends."""

import fcntl
import os
import sys
import time
from pathlib import Path
from typing import Self


class FileLock:
    """An exclusive lock on a file; the file's content says who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self, *, patience: float = 0.0) -> bool:
        """Take the lock within `patience` seconds; False if somebody else keeps it."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + patience
        while not _try_lock(file):
            if time.monotonic() >= deadline:
                os.close(file)
                return False
            time.sleep(0.05)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{os.getpid()} {' '.join(sys.argv)[:200]}\n".encode(errors="replace"), 0)
        self._file = file
        return True

    def release(self) -> None:
        """Let go; harmless when the lock is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> str:
        """Who holds the lock, for messages: process id and command."""
        try:
            pid, _, command = self.path.read_text(errors="replace").strip().partition(" ")
        except OSError:
            return "another process"
        return f"process {pid} ({command})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
