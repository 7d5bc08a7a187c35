"""The command line as people and scripts meet it: real processes, the session's database."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest

from regulars.commands import COMMANDS
from regulars.commands.tests.conftest import on_server
from regulars.supervision import net, system
from regulars.supervision.home import PROJECT
from regulars.supervision.locks import FileLock
from tests.bytecode import BYTECODE

HIDDEN = {"demo-seed", "ready-facts"}
WITH_BYTECODE = {
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "PYTHONPYCACHEPREFIX": str(BYTECODE),
}


def regulars(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regulars", *arguments],
        cwd=PROJECT,
        env=WITH_BYTECODE | environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_first_help_lists_every_command_but_the_hidden_ones():
    done = regulars("--help")
    listed = {
        line.split()[0] for line in done.stdout.partition("Commands:\n")[2].splitlines() if line.strip()
    }
    assert (done.returncode, listed) == (0, set(COMMANDS) - HIDDEN)


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - HIDDEN - {"bench"}))
def test_every_command_has_help(command: str):
    done = regulars(command, "--help")
    assert (done.returncode, done.stdout.splitlines()[0][:6], done.stderr) == (0, "Usage:", "")


def test_the_supervisor_stays_free_of_django_and_small():
    if not system.HAS_PROC:
        pytest.skip("memory is read from /proc")
    code = (
        "import re, sys; from regulars.commands import regulars; regulars.get_command(None, 'serve')\n"
        "rss = re.search(r'VmRSS:\\s+(\\d+) kB', open('/proc/self/status').read())[1]\n"
        "print('django' in sys.modules, rss)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    loaded, kilobytes = done.stdout.split()
    assert loaded == "False"
    assert int(kilobytes) < 30_000


def test_a_wrong_value_stops_the_start_with_one_sentence():
    done = regulars("serve", REGULARS_PORT="eight thousand")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "regulars: REGULARS_PORT is 'eight thousand'; it must be a port number from 1 to 65535.\n",
    )


def test_a_taken_port_stops_the_start_before_anything_is_started(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = regulars("serve", "--port", str(port), "--home", str(tmp_path / "home"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"regulars: Port {port} is taken by another program. Stop that program, or choose another port: "
        "regulars serve --port N, or REGULARS_PORT=N make demo.\n"
    )
    assert not (tmp_path / "home" / "postgres").exists()


def test_a_second_start_on_one_home_is_refused_and_says_who_runs(tmp_path: Path):
    with FileLock(tmp_path / "worker.lock") as lock:
        assert lock.take()
        done = regulars("serve", "--home", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"regulars: Regulars already runs on {tmp_path}: process {os.getpid()} (")


def test_from_an_empty_database_to_an_owner_with_a_token(tmp_path: Path):
    place = {"REGULARS_HOME": str(tmp_path), "REGULARS_PORT": str(net.free_port())}
    assert regulars("migrate", **place).stdout == "The database is up to date.\n"

    name = f"Shop {tmp_path.name}"
    owner = regulars(
        "create-owner", "--workspace", name, "--email", f"{tmp_path.name}@example.com", "--json", **place
    )
    made = json.loads(owner.stdout)
    assert (owner.returncode, sorted(made)) == (0, ["email", "member", "password", "workspace"])

    token = regulars("token", "create", "--workspace", name, "--role", "admin", "--json", **place)
    plain = json.loads(token.stdout)
    assert (plain["workspace"], plain["role"], len(plain["token"]) > 30) == (made["workspace"], "admin", True)

    unknown = regulars("token", "create", "--workspace", "nobody", "--role", "admin", **place)
    assert (unknown.returncode, unknown.stderr.split(";")[0]) == (1, "Error: --workspace is 'nobody'")

    chosen = (
        "create-owner",
        "--workspace",
        "Piped",
        "--email",
        f"p{tmp_path.name}@example.com",
        "--password",
        "-",
    )
    assert regulars(*chosen, "--json", stdin="", **place).stderr == (
        "Error: --password is -, and standard input holds no password in its first line.\n"
    )
    piped = regulars(*chosen, "--json", stdin="tall-quiet-lighthouse-soup\n", **place)
    assert (piped.returncode, sorted(json.loads(piped.stdout))) == (0, ["email", "member", "workspace"])

    known = (*chosen[:2], "Second", *chosen[3:5], "--json")
    assert "password" not in json.loads(regulars(*known, **place).stdout)
    other = regulars(*known, "--password", "-", stdin="another-quiet-lighthouse\n", **place)
    assert (other.returncode, "has an account already" in other.stderr) == (1, True)

    weak = regulars(
        "create-owner", "--workspace", "x", "--email", "not an address", "--password", "short", **place
    )
    assert (weak.returncode, weak.stdout) == (1, "")

    check_up = regulars("doctor", "--json", **place)
    findings = {finding["check"]: finding["ok"] for finding in json.loads(check_up.stdout)}
    assert findings.pop("assets") in (True, False)  # a checkout without built assets may still run its tests
    assert findings == dict.fromkeys(
        ["python", "settings", "home", "disk", "accounts", "postgres", "port", "migrations", "media", "jobs"],
        True,
    )


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        (("create-owner", "--workspace", "x", "--email", "o@example.com", "--time-zone", "Mars/X"), "Mars/X"),
        (("create-owner", "--workspace", "x", "--email", "o@example.com", "--language", "xx"), "xx"),
        (("replay", "--delivery", "99999999999999999999"), "99999999999999999999"),
        (("sandbox", "--state", "/proc/nowhere"), "/proc/nowhere"),
    ],
)
def test_what_an_option_cannot_be_is_named(command: tuple[str, ...], wrong: str, tmp_path: Path):
    done = regulars(*command, REGULARS_HOME=str(tmp_path / "never"))
    assert (done.returncode, wrong in done.stderr, "Traceback" in done.stderr) == (2, True, False)


@contextmanager
def _answering(status: int) -> Iterator[int]:
    """A server that gives every question this status; its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("status", "is_well"), [(200, True), (503, False)])
def test_a_check_up_asks_where_the_ready_file_says_that_it_listens(
    status: int, is_well: bool, tmp_path: Path
):
    with _answering(status) as port:
        ready = {
            "url": "https://inbox.example.com",
            "local_url": f"http://127.0.0.1:{port}",
            "pids": {"supervisor": os.getpid()},
        }
        (tmp_path / "ready.json").write_text(json.dumps(ready))
        assert _check_up("running", tmp_path) == (
            is_well,
            f"http://127.0.0.1:{port} answers, the worker is alive"
            if is_well
            else f"http://127.0.0.1:{port}/readyz answers 503: it says what is missing",
        )


def test_a_check_up_tells_that_it_runs_though_its_ready_file_is_elsewhere(tmp_path: Path):
    with FileLock(tmp_path / "web.lock") as lock:
        assert lock.take()
        ok, said = _check_up("running", tmp_path)
    assert (ok, said.split(":")[0]) == (
        False,
        f"Regulars runs on {tmp_path}, but {tmp_path / 'ready.json'} does not say where",
    )


def _check_up(check: str, home: Path) -> tuple[bool, str]:
    done = regulars("doctor", "--json", REGULARS_HOME=str(home), REGULARS_PORT=str(net.free_port()))
    found = {each["check"]: (each["ok"], each["detail"]) for each in json.loads(done.stdout)}
    return found[check]


@pytest.mark.parametrize(
    "command",
    [
        ("create-owner", "--workspace", "Shop", "--email", "olga@example.com"),
        ("token", "create", "--workspace", "Shop", "--role", "owner"),
        ("adopt-key", "--yes"),
    ],
)
def test_a_home_without_a_database_is_named_and_not_made(command: tuple[str, ...], tmp_path: Path):
    done = regulars(*command, REGULARS_HOME=str(tmp_path / "typo"), DATABASE_URL="")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"regulars: There is no Regulars in {tmp_path / 'typo'}. Set REGULARS_HOME to the directory where it is, or"
        " make a new one there with `regulars serve` (or `regulars migrate`).\n"
    )
    assert not (tmp_path / "typo").exists()


def _refusal(url: str, *command: str, home: Path, **environment: str) -> str:
    done = regulars(*(command or ("migrate",)), DATABASE_URL=url, REGULARS_HOME=str(home), **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    return done.stderr.removeprefix("regulars: ")


def test_a_database_that_cannot_be_used_is_named_with_what_would_be_right(
    tmp_path: Path, other_database: Callable[..., str]
):
    name = f"odd_{os.getpid()}"
    given = urlsplit(os.environ["DATABASE_URL"])
    place = given.netloc.rpartition("@")[2]
    cases = {
        given._replace(
            path="/nowhere"
        ): "DATABASE_URL names a database or user that does not exist; make it with",
        given._replace(
            netloc=f"regulars:wrong@{place}"
        ): "DATABASE_URL names a user and password that the database",
        urlsplit(
            "postgresql://u:p@127.0.0.1:1/x"
        ): "The database cannot be reached: is it running, and is DATABASE_URL right? (Connection refused",
        urlsplit(
            other_database(name, "ENCODING 'LATIN1' LOCALE 'C'")
        ): f"The database {name} is encoded in LATIN1; it must be UTF8",
    }
    told = {url.geturl(): _refusal(url.geturl(), home=tmp_path) for url in cases}
    assert {url: said[: len(cases[urlsplit(url)])] for url, said in told.items()} == {
        url.geturl(): sentence for url, sentence in cases.items()
    }
    assert [said for said in told.values() if "wrong" in said or ":p@" in said] == []


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ("", "may not do in the database"),
        ("SET search_path = nowhere", "has no schema in its search_path"),
        ("SET default_transaction_read_only = on", "can only be read, and Regulars has to write"),
    ],
)
def test_a_role_that_may_not_make_tables_is_named_by_every_command_that_would(
    limit: str, sentence: str, tmp_path: Path, other_database: Callable[..., str]
):
    role = f"guest_{os.getpid()}"
    url = urlsplit(other_database(f"foreign_{os.getpid()}"))
    as_guest = url._replace(netloc=f"{role}:guest@{url.netloc.rpartition('@')[2]}").geturl()
    on_server(f"CREATE ROLE {role} LOGIN PASSWORD 'guest'")
    try:
        if limit:
            on_server(f"ALTER ROLE {role} {limit}")
        assert sentence in _refusal(as_guest, home=tmp_path)
        served = regulars(
            "serve", "--home", str(tmp_path), DATABASE_URL=as_guest, REGULARS_PORT=str(net.free_port())
        )
        assert (served.returncode, served.stderr.count("\n"), sentence in served.stderr) == (1, 1, True)
    finally:
        on_server(f"DROP ROLE {role}")


def test_a_role_that_may_not_read_our_tables_is_named(tmp_path: Path, other_database: Callable[..., str]):
    role = f"reader_{os.getpid()}"
    url = urlsplit(other_database(f"owned_{os.getpid()}"))
    assert regulars("migrate", DATABASE_URL=url.geturl(), REGULARS_HOME=str(tmp_path)).returncode == 0
    as_reader = url._replace(netloc=f"{role}:reader@{url.netloc.rpartition('@')[2]}").geturl()
    on_server(f"CREATE ROLE {role} LOGIN PASSWORD 'reader'")
    try:
        for command in (("migrate",), ("token", "create", "--workspace", "Shop", "--role", "owner")):
            assert "may not do in the database" in _refusal(as_reader, *command, home=tmp_path)
    finally:
        on_server(f"DROP ROLE {role}")


NOT_UTF8 = os.fsdecode(b"\xff\xfe")
COMMANDS_WITH_DATABASE = (
    ("migrate",),
    ("serve",),
    ("create-owner", "--workspace", "Shop", "--email", "olga@example.com"),
    ("token", "create", "--workspace", "Shop", "--role", "owner"),
    ("adopt-key", "--yes"),
    ("adopt-media", "--yes"),
    ("replay", "--failed"),
)


@pytest.mark.parametrize("command", COMMANDS_WITH_DATABASE, ids=lambda command: command[0])
@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("REGULARS_HOME", f"/tmp/{NOT_UTF8}", "with bytes that are not UTF-8; it must be text in UTF-8."),
        ("REGULARS_SECRET_KEY", NOT_UTF8 * 20, "has bytes that are not UTF-8; it must be text in UTF-8."),
        ("REGULARS_SECRET_KEY", " " * 40, "is white space; it needs 32 characters or more, at random"),
        ("DATABASE_URL", f"postgresql://u:{NOT_UTF8}@h/n", "has bytes that are not UTF-8"),
    ],
)
def test_what_cannot_be_read_is_named_by_every_command(
    command: tuple[str, ...], variable: str, value: str, sentence: str, tmp_path: Path
):
    done = regulars(*command, **{"REGULARS_HOME": str(tmp_path), variable: value})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"regulars: {variable} ")
    assert sentence in done.stderr


def test_an_argument_that_is_no_text_and_a_key_file_that_is_none_are_named(tmp_path: Path):
    done = regulars("create-owner", "--email", NOT_UTF8)
    assert (done.returncode, done.stderr) == (
        1,
        "regulars: '\\udcff\\udcfe' has bytes that are not UTF-8; the command line must be text in UTF-8.\n",
    )
    (tmp_path / "secret_key").write_bytes(b"\xff" * 40)
    for command in ("migrate", "serve"):
        done = regulars(
            command,
            REGULARS_HOME=str(tmp_path),
            REGULARS_PORT=str(net.free_port()),
            REGULARS_SECRET_KEY="",
        )
        assert (done.returncode, done.stderr) == (
            1,
            (
                f"regulars: {tmp_path / 'secret_key'} is not text in UTF-8. "
                "Restore it from a backup, or set REGULARS_SECRET_KEY.\n"
            ),
        )


def test_without_the_packages_for_development_the_benchmarks_say_how_to_get_them():
    code = (
        "from regulars.commands import regulars; import importlib.util as util; find = util.find_spec\n"
        "util.find_spec = lambda name: None if name == 'asyncpg' else find(name)\n"
        "regulars(['bench', '--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "Error: The benchmarks need asyncpg, which `make setup` leaves out: run `make bench`"
    )


def test_a_database_without_our_tables_and_one_with_another_key_are_named(
    tmp_path: Path, other_database: Callable[..., str]
):
    url = other_database(f"young_{os.getpid()}")
    owner = ("create-owner", "--workspace", "Shop", "--email", "olga@example.com")
    assert _refusal(url, *owner, home=tmp_path).startswith(
        "The database is not up to date with this version: run"
    )

    keys = {"REGULARS_SECRET_KEY": "the-first-machine-" * 3}
    assert regulars("migrate", DATABASE_URL=url, REGULARS_HOME=str(tmp_path), **keys).returncode == 0
    other = {"REGULARS_SECRET_KEY": "the-second-machine-" * 3}
    for command in (("migrate",), owner, ("serve",)):
        done = regulars(*command, DATABASE_URL=url, REGULARS_HOME=str(tmp_path / "second"), **other)
        assert done.returncode == 1
        assert "regulars: This database belongs to another secret key" in done.stderr
    processes = {"config.worker": [], "config.web": ["--port", str(net.free_port())]}
    for module, arguments in processes.items():
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=PROJECT,
            env=os.environ | other | {"DATABASE_URL": url, "REGULARS_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode != 0
        assert "This database belongs to another secret key" in done.stderr

    rotated = {**other, "REGULARS_OLD_SECRET_KEYS": keys["REGULARS_SECRET_KEY"]}
    assert regulars("migrate", DATABASE_URL=url, REGULARS_HOME=str(tmp_path), **rotated).returncode == 0
    assert "another secret key" in _refusal(url, *owner, home=tmp_path, **keys)
    adopted = regulars("adopt-key", "--yes", DATABASE_URL=url, REGULARS_HOME=str(tmp_path), **keys)
    assert (adopted.returncode, adopted.stdout) == (0, "The database belongs to this server's key now.\n")
