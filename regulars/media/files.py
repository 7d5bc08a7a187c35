"""Bytes on disk: content-addressed below REGULARS_HOME/media, so that the same file is kept once."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings


def path_of(sha256: str) -> Path:
    if len(sha256) != 64 or not all(letter in "0123456789abcdef" for letter in sha256):
        raise ValueError("a SHA-256 has 64 hexadecimal digits")
    return Path(settings.MEDIA_HOME) / sha256[:2] / sha256[2:4] / sha256


def thumbnail_path_of(sha256: str) -> Path:
    path = path_of(sha256)
    return path.with_name(path.name + ".preview.webp")


@contextmanager
def incoming_file() -> Iterator[IO[bytes]]:
    """Beside the store; gone afterwards unless ``keep`` moved it into place."""
    folder = Path(settings.MEDIA_HOME) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        yield file


def keep(file: IO[bytes], sha256: str) -> Path:
    """Durable once this returns."""
    target = path_of(sha256)
    settle(file, target)
    return target


def settle(file: IO[bytes], target: Path) -> None:
    """What lies there already stays; durable once this returns."""
    file.flush()
    os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.link(file.name, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
