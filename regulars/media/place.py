"""Whether this machine's media directory is the one that the database knows.

Several machines over one database need one directory of files: with one each, every machine would hold a part, and
the screens would miss the rest. The directory carries a marker, the database remembers the one that it met first, and
another directory (or a mount that is not there), however empty, refuses to start until somebody says that it is right.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from regulars.media.models import MediaPlace

MARKER = "regulars-media"


class OtherPlace(Exception):
    """The directory is not the database's; the message says what to do."""

    def __init__(self, directory: Path) -> None:
        super().__init__(
            f"The media directory {directory} is not the one that this database knows: its files are elsewhere, and "
            "new ones would be missing for the other machines. Mount the shared directory there, or make it a symbolic "
            "link to it. If it is the right one (restored from a backup, or a lone machine's new one), run "
            "`regulars adopt-media` here."
        )


@transaction.atomic
def require_own_place() -> None:
    """Raises OtherPlace unless the directory is the database's. The first one that a database meets becomes it."""
    directory = Path(settings.MEDIA_HOME)
    place, found, is_new = _place_and_marker(directory)
    if found == place.marker:
        return
    if not is_new:
        raise OtherPlace(directory)
    _write(directory, place.marker)


def look_at_place() -> None:
    """Raise OtherPlace where ``require_own_place`` would; nothing is marked."""
    directory = Path(settings.MEDIA_HOME)
    place = MediaPlace.objects.first()
    if place is not None and _read(directory) != place.marker:
        raise OtherPlace(directory)


@transaction.atomic
def adopt_place() -> bool:
    """Let this directory be the database's from now on, whatever it was; whether that changed anything.

    An unmarked one gets a new marker: the one before, should it still be there, refuses from its next start.
    """
    directory = Path(settings.MEDIA_HOME)
    place, found, is_new = _place_and_marker(directory)
    if found == place.marker:
        return False
    if not is_new:
        place.marker = found or str(uuid4())
        place.save(update_fields=["marker"])
    if found is None:
        _write(directory, place.marker)
    return True


def _place_and_marker(directory: Path) -> tuple[MediaPlace, str | None, bool]:
    """The database's row, locked; the directory's marker; and whether the row is new (and takes the marker over)."""
    found = _read(directory)
    place, is_new = MediaPlace.objects.select_for_update().get_or_create(
        id=MediaPlace.ONLY, defaults={"marker": found or str(uuid4())}
    )
    return place, found, is_new


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
