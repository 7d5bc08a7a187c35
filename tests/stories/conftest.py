"""One product and one browser for all stories; a desk complains at the end of its story."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from regulars.supervision import net
from tests.running import pristine
from tests.running.product import Product

from .desks import Desks, find_browser, launch


@pytest.fixture(scope="package")
def home() -> Iterator[Path]:
    """A directory for one product, short enough for a socket and open to the account that runs PostgreSQL."""
    directory = Path(tempfile.mkdtemp(prefix="regulars-stories-"))
    directory.chmod(0o711)
    yield directory / "home"
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        pytest.skip("no Chromium on this machine; `make test` installs one where it may")
    with sync_playwright() as playwright:
        started = launch(playwright, executable)
        yield started
        started.close()


@pytest.fixture(scope="package")
def mail_port() -> int:
    """Where a story's mail server may listen."""
    return net.free_port()


@pytest.fixture(scope="package")
def product(browser: Browser, home: Path, mail_port: int) -> Iterator[Product]:
    """One running demo for all stories; the browser comes first, so that nothing starts where there is none."""
    pristine.fill_home(home)
    running = Product(home, environment={"REGULARS_SMTP_PORTS": str(mail_port)})
    try:
        running.start()
        # what a story sends leaves at once; the one about taking it back asks for the seconds that it wants
        running.sql("UPDATE workspaces_user SET undo_send_seconds = 0")
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def cookies() -> dict[str, Any]:
    return {}


@pytest.fixture
def desks(browser: Browser, product: Product, cookies: dict[str, Any]) -> Iterator[Desks]:
    """Opens browsers for people; nothing may go wrong in any of them, unless the story says so."""
    opened = Desks(browser, product, cookies)
    yield opened
    assert opened.close() == {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    opened = getattr(item, "funcargs", {}).get("desks")
    if report.failed and call.when == "call" and isinstance(opened, Desks):
        report.sections.append(("what the pages say", opened.shown))
    return report
