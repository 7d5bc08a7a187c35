"""One running product: started in a home of its own, killed in parts, stopped by pid.

product = Product(home)
product.start()
product.kill("worker")
product.wait_until_ready()
product.stop()
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psycopg
from django.test import override_settings

from regulars.kernel.crypto import open_bytes
from regulars.supervision import cluster, net, system
from regulars.supervision.home import make_home, secret_key
from tests.bytecode import BYTECODE

PROJECT = Path(__file__).resolve().parents[2]
START_PATIENCE = 150.0
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""for httpx, which else reads every authority's certificate for each request, 50 ms; here all is plain HTTP"""
PROCESSES = ("web", "worker", "postgres", "sandbox")
LENT_BYTECODE = BYTECODE.with_name(f"{BYTECODE.name}-lent")
"""as root, where web and worker are another account, which has its own in each home: a copy of the first one's"""

Row = tuple[Any, ...]
_UNSENT = (
    (
        "SELECT m.id, m.kind, m.status, m.error, o.state, o.attempts, o.not_before, o.waits_for,"
        " o.outcome_reason, now()"
        " FROM conversations_message m JOIN conversations_outgoingmessage o ON o.message_id = m.id"
        " WHERE m.status NOT IN ('delivered', 'read') AND m.created_at > now() - interval '2 minutes'"
        " ORDER BY o.sequence"
    ),
    (
        "SELECT name, paused_reason, problem, problem_code, problem_since, probe_at FROM inboxes_inbox"
        " WHERE paused_reason <> '' OR problem <> ''"
    ),
    "SELECT name, problem, problem_code, problem_since, probe_at FROM inboxes_connection WHERE problem <> ''",
    "SELECT id, state, attempts, error FROM inboxes_delivery WHERE state <> 'processed' LIMIT 5",
)


class Product:
    """Regulars with its demo workspace; the simulated customers stay silent until spoken to."""

    demo = True
    """without it there is no workspace, no sandbox and nobody who could sign in"""

    def __init__(
        self, home: Path, *, environment: Mapping[str, str] | None = None, log_file: Path | None = None
    ) -> None:
        self.home = home
        self.log_file = log_file or home.with_name(f"{home.name}.log")
        self.port = net.free_port(and_next=True)
        self.ready: dict[str, Any] = {}
        self._environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        (self.home / "ready.json").unlink(missing_ok=True)
        _lend_bytecode(self.home / "bytecode")
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "regulars", "serve", *self._options()],
                cwd=PROJECT,
                env=self._full_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.wait_until_ready(START_PATIENCE)
        _keep_bytecode(self.home / "bytecode")

    def _options(self) -> Sequence[str]:
        return (*(["--demo"] if self.demo else []), "--port", str(self.port), "--home", str(self.home))

    def _full_environment(self) -> dict[str, str]:
        inherited = dict(os.environ)
        for name in ("DATABASE_URL", "REGULARS_HOME", "REGULARS_SECRET_KEY", "PYTHONDONTWRITEBYTECODE"):
            inherited.pop(name, None)
        return {
            **inherited,
            "REGULARS_DEMO_QUIET": "1",
            "PYTHONPYCACHEPREFIX": str(BYTECODE),
            **self._environment,
        }

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill_all()
            raise
        self._process = None

    def kill(self, name: str) -> int:
        pid = self.pids()[name]
        system.send(pid, signal.SIGKILL)
        return pid

    def kill_all(self) -> None:
        """Kill -9 of everything at once, the supervisor first; what is left ends with it."""
        pids = self.pids()
        for name in ("supervisor", *PROCESSES):
            if name in pids:
                system.send(pids[name], signal.SIGKILL)
        if self._process is not None:
            self._process.wait(30)
            self._process = None

    def pids(self) -> dict[str, int]:
        """The processes as of the latest ready file, which follows restarts."""
        content = self._read_ready_file()
        pids: dict[str, int] = content["pids"] if content else self.ready["pids"]
        return pids

    def _read_ready_file(self) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads((self.home / "ready.json").read_text())
        except (OSError, ValueError):
            return {}
        return content

    def wait_until_ready(self, patience: float = 90.0) -> None:
        """Until /readyz answers 200 and every process of the ready file lives."""
        assert wait_until(self._is_ready, patience), f"not ready after {patience:.0f} s\n{self.log_tail()}"

    def _is_ready(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise AssertionError(f"the supervisor ended with {self._process.returncode}\n{self.log_tail()}")
        content = self._read_ready_file()
        if not content or not all(map(system.is_alive, content["pids"].values())):
            return False
        self.ready = content
        return self.status_of("/readyz") == 200

    def status_of(self, path: str) -> int | None:
        try:
            return httpx.get(self.url + path, timeout=10, verify=NO_TLS).status_code
        except httpx.HTTPError:
            return None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connection(self) -> dict[str, Any]:
        first: dict[str, Any] = self.ready["connections"][0]
        return first

    @property
    def control_url(self) -> str:
        return str(self.ready["sandbox"]["control_url"])

    def log_tail(self, lines: int = 80) -> str:
        try:
            said = self.log_file.read_text(errors="replace").splitlines()
        except OSError:
            said = []
        return "\n".join(said[-lines:])

    @property
    def database_url(self) -> str:
        given = self._environment.get("DATABASE_URL")
        if given:
            return given
        private = cluster.find(self.home)
        assert private is not None
        return private.url(0)

    def sql(self, query: str, *values: Any) -> list[Row]:
        with psycopg.connect(self.database_url, autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(query.encode(), values or None)
            return cursor.fetchall() if cursor.description else []

    def bodies(self, state: str = "") -> list[bytes]:
        """Of everything that came, or of what is in a state, as it came."""
        kept = self.sql(
            "SELECT body FROM inboxes_delivery WHERE state = %s OR %s = '' ORDER BY id", state, state
        )
        with self.own_key():
            return [open_bytes(bytes(body)) for (body,) in kept]

    def own_key(self) -> override_settings:
        """What the product sealed is opened inside."""
        return override_settings(SECRET_KEY=secret_key(self.home))

    def unsent(self) -> str:
        """What of the last minutes has not reached anybody, and what numbers and accounts wait for."""
        try:
            return "\n".join(str(row) for query in _UNSENT for row in self.sql(query))
        except psycopg.Error as error:
            return str(error)

    def count(self, query: str, *values: Any) -> int:
        return int(self.sql(query, *values)[0][0])

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.ready['api_token']}", **options.pop("headers", {})}
        return httpx.request(
            method,
            f"{self.url}/api/v1{path}",
            headers=headers,
            verify=NO_TLS,
            **{"timeout": 30, **options},
        )

    def control(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        answer = httpx.request(method, f"{self.control_url}/{path}", json=body, timeout=70, verify=NO_TLS)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found


def _lend_bytecode(place: Path) -> None:
    if os.geteuid() == 0 and LENT_BYTECODE.is_dir() and not place.exists():
        make_home(place.parent)
        shutil.copytree(LENT_BYTECODE, place)


def _keep_bytecode(place: Path) -> None:
    if os.geteuid() != 0 or LENT_BYTECODE.exists() or not place.is_dir():
        return
    fresh = Path(tempfile.mkdtemp(dir=LENT_BYTECODE.parent))
    shutil.copytree(place, fresh / "bytecode", ignore=shutil.ignore_patterns("*.pyc.*"))
    with suppress(OSError):  # another worker of the tests was quicker
        (fresh / "bytecode").rename(LENT_BYTECODE)
    shutil.rmtree(fresh)


def wait_until(condition: Callable[[], bool], patience: float, pause: float = 0.1) -> bool:
    """``patience`` and ``pause`` in seconds."""
    deadline = time.monotonic() + patience
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True
