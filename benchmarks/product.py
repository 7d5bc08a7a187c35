"""The product as people run it, in a home of its own: `regulars serve`, once for web and once for the worker.

Two supervisors share the home, one for each role, so that the worker can be stopped while the door stays open.
Everything is as in a normal start: fsync on, no setting changed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.bodies import Target
from benchmarks.checkouts import THIS, Checkout
from benchmarks.waiting import wait_for
from regulars.supervision import net, postgres, system

START_PATIENCE = 120.0
STOP_PATIENCE = 40.0
Json = dict[str, Any]


class Supervised:
    """One `regulars serve` with what it started; ``stop`` asks it to end and waits for it."""

    def __init__(
        self,
        checkout: Checkout,
        home: Path,
        arguments: Sequence[str],
        environment: dict[str, str],
        ready: Path,
    ) -> None:
        self._log = home / f"{ready.stem}.log"
        self._ready = ready
        ready.unlink(missing_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [checkout.python, "-m", "regulars", "serve", "--home", str(home), *arguments],
                cwd=checkout.root,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=system.end_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread: no deadlock)
            )
        try:
            wait_for(self._settled, START_PATIENCE, "the product's start", pause=0.005)
        except TimeoutError:
            self.stop()
            raise
        if self._process.poll() is not None:
            raise RuntimeError(f"the product did not start:\n{self._log.read_text()[-2000:]}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def facts(self) -> Json:
        content: Json = json.loads(self._ready.read_text())
        return content

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(STOP_PATIENCE)

    def _settled(self) -> bool:
        return self._ready.exists() or self._process.poll() is not None


@dataclass
class Product:
    """A running product; the worker runs only between ``start_worker`` and ``stop_worker``."""

    checkout: Checkout
    home: Path
    environment: dict[str, str]
    web: Supervised
    facts: Json
    database_url: str
    cookies: list[str] = field(default_factory=list)
    """of the members at the open screens, made once"""
    worker: Supervised | None = None
    _connection: psycopg.Connection[Any] | None = field(default=None, repr=False)

    @property
    def port(self) -> int:
        return int(self.facts["url"].rpartition(":")[2])

    @property
    def target(self) -> Target:
        connection = self.facts["connections"][0]
        path = connection["webhook_url"].removeprefix(self.facts["url"])
        return Target(self.port, path, connection["app_secret"], connection["inboxes"][0]["phone_number_id"])

    @property
    def control_url(self) -> str:
        return str(self.facts["sandbox"]["control_url"])

    def start_worker(self) -> None:
        if self.worker is None:
            arguments = ("--role", "worker", "--port", str(self.port))
            ready = self.home / "ready-worker.json"
            self.worker = Supervised(self.checkout, self.home, arguments, self.environment, ready)

    def stop_worker(self) -> None:
        if self.worker is not None:
            self.worker.stop()
            self.worker = None

    def ask(self, query: str, values: Sequence[object] = ()) -> Any:
        if self._connection is None:
            self._connection = psycopg.connect(self.database_url, autocommit=True)
        row = self._connection.execute(query.encode(), values).fetchone()
        return row[0] if row else None

    def stop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self.stop_worker()
        self.web.stop()


def environment_of(home: Path) -> dict[str, str]:
    """Nothing of the caller's settings: only what a benchmark says counts."""
    ours = ("REGULARS_", "WHATSAPP_", "DATABASE_URL", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**kept, "REGULARS_DEMO_QUIET": "1", "REGULARS_HOME": str(home)}


@contextmanager
def temporary_home() -> Iterator[Path]:
    """PostgreSQL, which is another account under root, may pass through."""
    home = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    home.chmod(0o711)
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_product(checkout: Checkout = THIS) -> Iterator[Product]:
    """The demo with silent customers, without a worker yet; ended and removed after the block."""
    with temporary_home() as home, product_in(home, checkout) as product:
        yield product


@contextmanager
def product_in(home: Path, checkout: Checkout = THIS) -> Iterator[Product]:
    """The same in a home that stays, and may have been there before."""
    environment = environment_of(home)
    arguments = ("--demo", "--role", "web", "--port", str(net.free_port()))
    web = Supervised(checkout, home, arguments, environment, home / "ready.json")
    facts = web.facts()
    environment["WHATSAPP_GRAPH_URL"] = facts["sandbox"]["graph_url"]
    product = Product(checkout, home, environment, web, facts, postgres.start(home).url)
    try:
        yield product
    finally:
        product.stop()


def floor_database(product: Product, tables: str) -> str:
    with psycopg.connect(product.database_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS floor WITH (FORCE)")
        connection.execute("CREATE DATABASE floor")
    url = product.database_url.replace("/regulars?", "/floor?", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(tables.encode())
    return url
