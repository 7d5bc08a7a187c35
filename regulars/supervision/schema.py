"""Whether this database has all migrations of this code, and is ours: read from a stamp, without Django."""

import hashlib
import importlib.util
import json
import os
from pathlib import Path

from .home import PROJECT, write_private

MEDIA_MARKER = "regulars-media"  # that of media.place, for which this process would have to load Django
PACKAGES_WITH_MIGRATIONS = ("django", "procrastinate")


def is_current(home: Path, database: str, key: str) -> bool:
    """True when the last migration of this home was by the same code, on the same database, with the same key, and the
    media directory has not gone since (a mount, say): what `migrate` does and refuses would be the same.
    """
    if not (home / "media" / MEDIA_MARKER).is_file():
        return False
    try:
        stamp = json.loads((home / "migrated.json").read_text())
    except (OSError, ValueError):
        return False
    return bool(stamp == _stamp(database, key))


def mark_current(home: Path, database: str, key: str) -> None:
    write_private(home / "migrated.json", json.dumps(_stamp(database, key), indent=2) + "\n")


def identity(data: Path) -> str:
    """What tells one cluster from any other: its system identifier, the first eight bytes of pg_control."""
    opened = os.open(data / "global" / "pg_control", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(opened, "rb") as file:
        return file.read(8).hex()


def _stamp(database: str, key: str) -> dict[str, str]:
    of_key = hashlib.sha256(f"{database} {key}".encode()).hexdigest()[:16]
    return {"database": database, "key": of_key, "migrations": _fingerprint()}


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for package in PACKAGES_WITH_MIGRATIONS:
        digest.update(f"{package} {_version(package)}\n".encode())
    for file in sorted((PROJECT / "regulars").glob("**/migrations/*.py")):
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def _version(package: str) -> str:
    """The installed version, read from the name of its folder: the library for this costs megabytes of memory."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return "none"
    site = Path(spec.origin).parent.parent
    return " ".join(sorted(entry.name for entry in site.glob(f"{package}-*.dist-info")))
