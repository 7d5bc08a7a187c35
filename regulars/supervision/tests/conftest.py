"""Homes for the tests of this room: reachable for the account that PostgreSQL runs under, gone afterwards."""

import os
import pwd
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that other accounts may pass through (pytest's own is closed to them)."""
    path = Path(tempfile.mkdtemp(prefix="regulars-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def home(place: Path) -> Path:
    """A home whose path has a space and letters beyond ASCII in it."""
    return place / "ร้าน ของเรา"


@pytest.fixture
def stranger() -> pwd.struct_passwd:
    """An ordinary account that is not ours; only root can act as one."""
    if os.geteuid() != 0:
        pytest.skip("only root can start programs as another account")
    return pwd.getpwnam("nobody")
