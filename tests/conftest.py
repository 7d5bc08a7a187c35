"""Fixtures of the tests over real processes."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.running import pristine
from tests.running.product import Product

PRISTINE = pytest.StashKey[Path | None]()

logging.getLogger("httpx").setLevel(logging.WARNING)


def pytest_configure(config: pytest.Config) -> None:
    """One place for the home that all workers copy."""
    config.stash[PRISTINE] = pristine.reserve_place()


def pytest_unconfigure(config: pytest.Config) -> None:
    place = config.stash.get(PRISTINE, None)
    if place is not None:
        pristine.give_up_place(place)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """A directory for one product, short enough for a socket and open to the account that runs PostgreSQL."""
    directory = Path(tempfile.mkdtemp(prefix="regulars-run-"))
    directory.chmod(0o711)
    yield directory / "home"
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="module")
def product(home: Path) -> Iterator[Product]:
    """One running product for all tests of a module; its log is shown when one of them fails."""
    pristine.fill_home(home)
    running = Product(home)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    funcargs = getattr(item, "funcargs", {})
    running = next((each for each in funcargs.values() if isinstance(each, Product)), None)
    if report.failed and running is not None:
        report.sections.append(("the product's log", running.log_tail(150)))
        report.sections.append(("what has not reached anybody", running.unsent()))
    return report
