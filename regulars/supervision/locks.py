"""Locks between processes, held by an open file: the kernel lets go of them however the holder ends."""

import errno
import fcntl
import os
import stat
import sys
import time
from pathlib import Path
from typing import Self

from .errors import StartRefused
from .home import read_own


class FileLock:
    """An exclusive lock on a file; the file's content says who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def take(self, *, patience: float = 0.0) -> bool:
        """Waits up to `patience` seconds; False if somebody else keeps it.

        Raises StartRefused where the file cannot be one of ours.
        """
        file = _open(self.path)
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
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> str:
        try:
            pid, _, command = read_own(self.path).strip().partition(" ")
        except OSError:
            return "another process"
        return f"process {pid} ({command})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.release()


def _open(path: Path) -> int:
    """It will be written: through a link, or under another name of the file, that would be somebody else's content."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        reason = "it is a link" if error.errno == errno.ELOOP else error.strerror
        raise StartRefused(
            f"{path} cannot be locked: {reason}. Remove it, if Regulars is not running."
        ) from error
    status = os.fstat(file)
    if stat.S_ISREG(status.st_mode) and status.st_nlink == 1:
        return file
    os.close(file)
    raise StartRefused(
        f"{path} is no file of its own: it is linked, or something else than a file. Remove it."
    )


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
