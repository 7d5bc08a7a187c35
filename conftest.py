"""What all tests share: a private PostgreSQL for the session, and no network beyond this machine.

The database starts before Django's settings are read (pytest-django sets Django up in the last
pytest_configure), in the one process that every other pytest-xdist worker inherits its environment from. With
DATABASE_URL set, that database is used. Each worker makes its own test database in it.
"""

import gc
import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import django
import hypothesis
import pytest
from django.conf import settings
from django.db import connection
from hypothesis import HealthCheck
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from regulars.supervision import postgres
from tests import distribution, emptying
from tests.bytecode import keep_bytecode

keep_bytecode()  # before the tests are read, and before any worker starts

DATABASE = pytest.StashKey[postgres.RunningPostgres]()
HOME = pytest.StashKey[Path]()


def pytest_xdist_auto_num_workers() -> int:
    """Two for each core: what runs whole products mostly waits for their clocks."""
    return 2 * len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2 * (os.cpu_count() or 1)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """With ``--dist loadfile``, as ``make test`` has it: ours."""
    return distribution.Distribution(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """All that is made here stays to the end: nobody looks through it for garbage, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every worker collects, and all of them in the same order."""
    if hasattr(config, "workerinput"):
        items[:] = distribution.in_turn(items)


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    hypothesis.settings.register_profile(
        "patient",
        parent=hypothesis.settings(),
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    hypothesis.settings.load_profile("patient")  # a busy machine is no fault of what is tried
    home = Path(tempfile.mkdtemp(prefix="regulars-tests-"))
    home.chmod(0o711)  # the account that PostgreSQL runs under passes through here
    config.stash[HOME] = home
    os.environ["REGULARS_HOME"] = str(home)
    os.environ.setdefault("REGULARS_SECRET_KEY", "tests-only-" + "k" * 50)
    if "DATABASE_URL" not in os.environ and not config.option.help:
        config.stash[DATABASE] = postgres.start(home, durable=False)
        os.environ["DATABASE_URL"] = config.stash[DATABASE].url
    django.setup()  # pytest-django only finishes what somebody began
    emptying.empty_after_tests()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # the real one takes its time


def pytest_unconfigure(config: pytest.Config) -> None:
    if DATABASE in config.stash:
        config.stash[DATABASE].stop()
        del os.environ["DATABASE_URL"]
    if HOME in config.stash:
        shutil.rmtree(config.stash[HOME], ignore_errors=True)


@pytest.fixture
def database_url() -> str:
    """The test database's own address, for what connects by itself."""
    name = connection.settings_dict["NAME"]
    base, _slash, rest = settings.DATABASE_URL.rpartition("/")
    _old, mark, query = rest.partition("?")
    return f"{base}/{name}{mark}{query}"
