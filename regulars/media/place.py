"""Whether this machine's media directory is the one that the database knows.

Several machines over one database need one directory of files: with one each, every machine would hold a part, and
the screens would miss the rest. The directory carries a marker, the database remembers it, and another directory (or a
mount that is not there) refuses to start.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from regulars.media.models import MediaFile, MediaPlace

MARKER = "regulars-media"


class OtherPlace(Exception):
    """The directory is not the database's; the message says what to do."""

    def __init__(self, directory: Path, marker: str) -> None:
        super().__init__(
            f"The media directory {directory} is not the one that this database knows: its files are elsewhere, and "
            "new ones would be missing for the other machines. Mount the shared directory there, or make it a symbolic "
            f"link to it. If it is the right one (restored from a backup, say), write {marker} into "
            f"{directory / MARKER}."
        )


@transaction.atomic
def require_own_place() -> None:
    """Raise OtherPlace unless the directory is the database's. A new one, of a database without files, becomes it."""
    directory = Path(settings.MEDIA_HOME)
    found = _read(directory)
    place, made = MediaPlace.objects.select_for_update().get_or_create(
        id=MediaPlace.ONLY, defaults={"marker": found or str(uuid4())}
    )
    if found == place.marker:
        return
    if found is None and (made or not _has_files()):
        _write(directory, place.marker)
        return
    raise OtherPlace(directory, place.marker)


def look_at_place() -> None:
    """Raise OtherPlace where ``require_own_place`` would; nothing is marked."""
    directory = Path(settings.MEDIA_HOME)
    found = _read(directory)
    place = MediaPlace.objects.first()
    if place is None or found == place.marker or (found is None and not _has_files()):
        return
    raise OtherPlace(directory, place.marker)


def _has_files() -> bool:
    return MediaFile.objects.exclude(sha256="").filter(state="ready").exists()


def _read(directory: Path) -> str | None:
    try:
        return (directory / MARKER).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def _write(directory: Path, marker: str) -> None:
    """Whole or not at all: another machine may look at the same time."""
    directory.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=directory, delete=False, encoding="utf-8") as file:
        file.write(f"{marker}\n")
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(directory / MARKER)
