"""A home as it is after a first start, made once for a whole test run and copied for whoever needs one.

A first start makes a database, runs all migrations and the demo's seed; a start on a copy is three times as fast.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from regulars.supervision.locks import FileLock

from .product import Product

VARIABLE = "REGULARS_TESTS_PRISTINE"
"""where the run's home lies: set by the process that every worker inherits its environment from"""
LEFT_BEHIND = (
    "ready.json",
    "postgres.json",
    "processes",
    "sandbox",
    "web.lock",
    "worker.lock",
    "postgres.lock",
)
PATIENCE = 240.0


def reserve_place() -> Path | None:
    """A directory for the run's home; None when this process only inherited it, and need not remove it."""
    if VARIABLE in os.environ:
        return None
    place = Path(tempfile.mkdtemp(prefix="regulars-pristine-"))
    place.chmod(0o711)  # the account that PostgreSQL runs under passes through here
    os.environ[VARIABLE] = str(place)
    return place


def give_up_place(place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    del os.environ[VARIABLE]


def fill_home(home: Path) -> None:
    """Make ``home`` what a first start leaves; it may exist already, with a file system mounted in it."""
    place = Path(os.environ[VARIABLE])
    with FileLock(place / "making.lock") as lock:
        assert lock.take(patience=PATIENCE), f"the first start took longer than {PATIENCE:.0f} s"
        if not (place / "done").exists():
            _make(place)
    home.mkdir(mode=0o711, exist_ok=True)
    subprocess.run(["cp", "-a", f"{place / 'home'}/.", str(home)], check=True)


def _make(place: Path) -> None:
    shutil.rmtree(place / "home", ignore_errors=True)
    product = Product(place / "home")
    try:
        product.start()
    finally:
        product.stop()
    for name in LEFT_BEHIND:
        left = place / "home" / name
        shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
    (place / "done").touch()
