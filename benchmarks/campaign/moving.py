"""The database of the commit before the foundations, with a million messages, moves over; and back by restoring."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.campaign.earlier import BEFORE, Said, differences, fill, lacking, say
from benchmarks.campaign.entries import Entry, Step
from benchmarks.checkouts import THIS, Checkout, checkout_of
from benchmarks.children import run_child
from benchmarks.figures import Figure
from benchmarks.product import Product, environment_of, product_in
from regulars.supervision import cluster, postgres
from regulars.supervision.home import secret_key
from tests.running.ledgers import imbalances

MESSAGES = 1_000_000
MOST_SECONDS = 300.0
KILLS = 5
THREADS_READ = 300
SLOWEST_TOLD = 6
"""migrations that are told by name"""
OURS, PRISTINE, COPY = "regulars", "regulars_before", "regulars_copy"
_UNIQUE = """
SELECT count(*), count(DISTINCT (inbox_id, provider_id)), (
  SELECT count(*) FROM conversations_message m WHERE provider_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM conversations_providermessageid p
    WHERE p.inbox_id = m.inbox_id AND p.provider_id = m.provider_id AND p.message_id = m.id)
) FROM conversations_providermessageid
"""


@contextmanager
def _open(folder: Path, scale: float) -> Iterator[Sequence[Step]]:
    with checkout_of(BEFORE) as before:
        move = Moving(folder, before, max(200, round(MESSAGES * scale)))
        yield [
            Step(f"a database of {BEFORE} with {move.messages:,} messages", move.fill),
            Step("dumped", move.dump),
            Step("moved", move.move),
            Step("read as before", move.compare),
            *(
                Step(f"killed in the middle, {place + 1}", partial(move.kill, place))
                for place in range(KILLS)
            ),
            Step("back by restoring", move.go_back),
        ]


@dataclass(frozen=True, slots=True)
class Moving:
    """What the steps share: a home whose files say what was before."""

    folder: Path
    before: Checkout
    messages: int

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def fill(self) -> list[Figure]:
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(mode=0o711)
        with product_in(self.home, self.before) as product:
            began = time.monotonic()
            with psycopg.connect(product.database_url) as connection:
                fill(lambda statement: connection.execute(statement.encode()), self.messages)
            filled = time.monotonic() - began
            with psycopg.connect(product.database_url, autocommit=True) as connection:
                connection.execute("VACUUM (ANALYZE)")
                self._keep("said", say(lambda query: connection.execute(query.encode()).fetchall()))
            self._keep("answers", _answers(product, _threads(product)))
            size = product.ask("SELECT pg_database_size(current_database())")
        with self._server() as server:
            server.administer(f"CREATE DATABASE {PRISTINE} TEMPLATE {OURS}")
        return [Figure("filled", filled, "s"), Figure("the database before", size / 1e6, "MB")]

    def dump(self) -> list[Figure]:
        began = time.monotonic()
        with self._server() as server:
            server.run("pg_dump", "-Fc", "-f", str(self.folder / "before.dump"), server.url_of(OURS))
        size = (self.folder / "before.dump").stat().st_size
        return [Figure("dumped", time.monotonic() - began, "s"), Figure("the dump", size / 1e6, "MB")]

    def move(self) -> list[Figure]:
        """A try that was cut off has moved some of it: it begins anew, so that all of it is measured."""
        with self._server() as server:
            server.renew(OURS)
            began = time.monotonic()
            seconds = self._migrate(server.url_of(OURS))
            whole = time.monotonic() - began
            began = time.monotonic()
            again = self._migrate(server.url_of(OURS))
            second = time.monotonic() - began
            if again:
                raise RuntimeError(f"the second time there was something to do: {', '.join(again)}")
            self._hold_against(server.url_of(OURS))
            size = server.ask(OURS, "SELECT pg_database_size(current_database())")
        self._keep("seconds", whole)
        slowest = sorted(seconds.items(), key=lambda each: -each[1])[:SLOWEST_TOLD]
        return [
            Figure(f"moved, {self.messages:,} messages", whole, "s", at_most=MOST_SECONDS),
            *(Figure(f"of which {name}", took, "s") for name, took in slowest),
            Figure("a second migrate, which does nothing", second, "s"),
            Figure("the database after", size / 1e6, "MB"),
        ]

    def compare(self) -> list[Figure]:
        """Bodies of threads over REST, from this version's web process."""
        said = self._kept("answers")
        with product_in(self.home, THIS) as product:
            now = _answers(product, [path.split("/")[2] for path in said if path.endswith(_THREAD)])
        found = list(lacking(said, now))
        if found:
            raise RuntimeError(f"{len(found)} things read otherwise, the first: {'; '.join(found[:5])}")
        if wrong := imbalances(now["/ledger"]):
            raise RuntimeError(f"the ledger does not add up: {wrong}")
        return [Figure("answers that say what they said before", len(now), "")]

    def kill(self, place: int) -> list[Figure]:
        """At another moment each time; then it goes on by itself."""
        after = self._kept("seconds") * (place + 0.5) / KILLS
        with self._server() as server:
            server.administer(f"DROP DATABASE IF EXISTS {COPY} WITH (FORCE)")
            server.administer(f"CREATE DATABASE {COPY} TEMPLATE {PRISTINE}")
            url = server.url_of(COPY)
            child = subprocess.Popen(
                self._command(),
                cwd=THIS.root,
                env=self._environment(url),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            try:
                child.wait(after)
            except subprocess.TimeoutExpired:
                os.kill(child.pid, signal.SIGKILL)
                child.wait()
            began = time.monotonic()
            left = self._migrate(url)
            seconds = time.monotonic() - began
            self._hold_against(url)
            server.administer(f"DROP DATABASE {COPY} WITH (FORCE)")
        return [
            Figure(
                f"killed after {after:.1f} s with {len(left)} migrations to go: all there after", seconds, "s"
            )
        ]

    def go_back(self) -> list[Figure]:
        """The dump goes into an empty database, and the version before serves it."""
        began = time.monotonic()
        with self._server() as server:
            server.administer(f"DROP DATABASE IF EXISTS {OURS} WITH (FORCE)")
            server.administer(f"CREATE DATABASE {OURS} TEMPLATE template0")
            dump = str(self.folder / "before.dump")
            server.run("pg_restore", "-j", "2", "--exit-on-error", "-d", server.url_of(OURS), dump)
            seconds = time.monotonic() - began
            self._hold_against(server.url_of(OURS), is_moved=False)
        said = self._kept("answers")
        with product_in(self.home, self.before) as product:
            now = _answers(product, [path.split("/")[2] for path in said if path.endswith(_THREAD)])
        if found := [*lacking(said, now), *lacking(now, said)]:
            raise RuntimeError(f"after going back {len(found)} things read otherwise: {'; '.join(found[:5])}")
        return [Figure("back by restoring the dump", seconds, "s")]

    def _hold_against(self, url: str, *, is_moved: bool = True) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            now = say(lambda query: connection.execute(query.encode()).fetchall())
            names = connection.execute(_UNIQUE.encode()).fetchone() if is_moved else (0, 0, 0)
        if found := differences(self._said(), now):
            raise RuntimeError(f"it is not what it was: {'; '.join(found[:5])}")
        if names is None or names[0] != names[1] or names[2]:
            raise RuntimeError(f"platforms' ids are not what they were: {names}")

    def _said(self) -> Said:
        kept = self._kept("said")
        return {
            table: {name: (each[0], each[1]) for name, each in columns.items()}
            for table, columns in kept.items()
        }

    def _migrate(self, url: str) -> dict[str, float]:
        seconds: dict[str, float] = run_child(
            self._command(), environment=self._environment(url), folder=THIS.root
        )
        return seconds

    def _command(self) -> list[str]:
        return [THIS.python, "-m", "benchmarks.campaign.migrating"]

    def _environment(self, url: str) -> dict[str, str]:
        known = environment_of(self.home)
        return {**known, "DATABASE_URL": url, "REGULARS_SECRET_KEY": secret_key(self.home)}

    @contextmanager
    def _server(self) -> Iterator[Server]:
        running = postgres.start(self.home)
        try:
            yield Server(self.home, running.url)
        finally:
            running.stop()

    def _keep(self, name: str, value: object) -> None:
        (self.folder / f"{name}.json").write_text(json.dumps(value))

    def _kept(self, name: str) -> Any:
        return json.loads((self.folder / f"{name}.json").read_text())


@dataclass(frozen=True, slots=True)
class Server:
    """The home's PostgreSQL without the product."""

    home: Path
    url: str

    def url_of(self, database: str) -> str:
        return self.url.replace(f"/{OURS}?", f"/{database}?", 1)

    def administer(self, statement: str) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def renew(self, database: str) -> None:
        self.administer(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        self.administer(f"CREATE DATABASE {database} TEMPLATE {PRISTINE}")

    def ask(self, database: str, query: str) -> Any:
        with psycopg.connect(self.url_of(database), autocommit=True) as connection:
            row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    def run(self, program: str, *arguments: str) -> None:
        """Of the same PostgreSQL; raises RuntimeError with what it complained about."""
        private = cluster.find(self.home)
        if private is None:
            raise RuntimeError(f"{self.home} has no database")
        command = [str(private.binaries.directory / program), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr[-2_000:]}")


_THREAD = "/messages?limit=100"
_CHOSEN = """
SELECT json_agg(id) FROM (
  SELECT id FROM conversations_conversation WHERE last_message_id IS NOT NULL ORDER BY md5(id::text) LIMIT %s
) AS chosen
"""


def _threads(product: Product) -> list[str]:
    found: list[str] = product.ask(_CHOSEN, [THREADS_READ])
    return found


def _answers(product: Product, threads: Sequence[str]) -> dict[str, Any]:
    """What REST says of threads, of whom they are with, and of the ledger, by path."""
    client = http.client.HTTPConnection("127.0.0.1", product.port, timeout=120)
    headers = {"Authorization": f"Bearer {product.facts['api_token']}"}

    def ask(path: str) -> Any:
        client.request("GET", f"/api/v1{path}", headers=headers)
        answer = client.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"GET {path} was answered with {answer.status}: {body[:300]!r}")
        return json.loads(body)

    try:
        answers = {"/ledger": ask("/ledger")}
        for thread in threads:
            shown = answers[f"/conversations/{thread}"] = ask(f"/conversations/{thread}")
            answers[f"/conversations/{thread}{_THREAD}"] = ask(f"/conversations/{thread}{_THREAD}")
            contact = f"/contacts/{shown['contact']['id']}"
            answers[contact] = ask(contact)
        return answers
    finally:
        client.close()


MOVING = Entry(
    "moving",
    f"a database of {BEFORE} with {MESSAGES:,} messages moves over, is killed in it, and goes back",
    _open,
)
