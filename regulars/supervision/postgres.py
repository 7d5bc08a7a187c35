"""Starts and stops the private PostgreSQL of a home: on a socket of its own, reachable by nobody else.

    running = start(home)
    try:
        ...  # connect to running.url
    finally:
        running.stop()

Nothing is started when DATABASE_URL names a database; callers look at that first.
"""

import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from . import system
from .accounts import run_as
from .cluster import SOCKET_PORT, Cluster, end_leftovers, find, prepare
from .errors import StartRefused
from .home import make_home, read_own
from .locks import FileLock
from .net import free_port

FAST_SHUTDOWN = signal.SIGINT  # open connections end, what is committed is kept
STOP_PATIENCE = 20.0  # seconds for a fast shutdown: a checkpoint of at most max_wal_size
RECOVERY_PATIENCE = 300.0  # seconds for crash recovery
OTHER_OWNER_PATIENCE = 15.0  # seconds for another command on this home to finish


@dataclass
class RunningPostgres:
    """A PostgreSQL that answers at `url`; `pid` is its postmaster."""

    url: str
    pid: int
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _lock: FileLock | None = field(default=None, repr=False)

    @property
    def adopted(self) -> bool:
        """True when another process of this home runs it, and will stop it."""
        return self._process is None

    def stop(self) -> None:
        """A fast shutdown: open connections end, everything committed is kept."""
        if self._process is not None:
            stop_process(self._process)
        if self._lock is not None:
            self._lock.release()


def start(home: Path, *, durable: bool = True) -> RunningPostgres:
    """Made first if need be; returns when it answers.

    When another process of this home runs it already, that one is used, and stop() leaves it alone.
    `durable=False` gives up crash safety for speed: for throw-away clusters only.
    Raises StartRefused with a sentence for people.
    """
    make_home(home)
    lock = FileLock(home / "postgres.lock")
    deadline = time.monotonic() + OTHER_OWNER_PATIENCE
    while not lock.take():
        adopted = _adopt(home)
        if adopted is not None:
            return adopted
        if time.monotonic() > deadline:
            raise StartRefused(
                f"The database of {home} is being started or stopped by {lock.holder()}. Try again."
            )
        time.sleep(0.05)
    try:
        return _start_owned(home, lock, durable=durable)
    except BaseException:
        lock.release()
        raise


def launch(
    cluster: Cluster, port: int, log: IO[bytes] | int, *, durable: bool = True
) -> subprocess.Popen[bytes]:
    """Does not wait; what an earlier run left is ended first."""
    end_leftovers(cluster)
    in_main_thread = threading.current_thread() is threading.main_thread()
    return subprocess.Popen(
        server_command(cluster, port, durable=durable),
        cwd="/",
        env=server_environment(),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
        preexec_fn=system.end_with_parent(FAST_SHUTDOWN) if in_main_thread else None,  # noqa: PLW1509
        **run_as(cluster.account),
    )


def server_command(cluster: Cluster, port: int, *, durable: bool = True) -> list[str]:
    sockets = cluster.sockets
    settings = {
        "listen_addresses": "" if sockets else "127.0.0.1",
        "unix_socket_directories": str(sockets or ""),
        "unix_socket_permissions": "0777"
        if cluster.account
        else "0700",  # web and worker are others; they sign in
        "port": str(SOCKET_PORT if sockets else port),
        "max_connections": "60",
        "shared_buffers": "64MB",
        "work_mem": "4MB",
        "maintenance_work_mem": "32MB",
        "wal_buffers": "4MB",  # a batch of a thousand messages fills the usual 2 MB before it commits
        "min_wal_size": "32MB",
        "max_wal_size": "512MB",
        "wal_compression": "on",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "max_logical_replication_workers": "0",
        "max_worker_processes": "4",
        "max_parallel_workers_per_gather": "0",
        "autovacuum_max_workers": "2",
        "jit": "off",
        "random_page_cost": "1.1",  # disks have no heads to move any more
        "huge_pages": "off",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
        "log_min_messages": "warning",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] ",
        # Statements and details can carry what customers wrote; logs never do.
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
    }
    if cluster.binaries.major >= 18:
        settings["io_method"] = "sync"  # saves three processes that a small server does not need
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return [str(cluster.binaries.postgres), "-D", str(cluster.data), *options]


def server_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def is_ready(cluster: Cluster, pid: int) -> bool:
    """Line 8 of postmaster.pid says so (pg_ctl reads it too)."""
    try:
        lines = read_own(cluster.data / "postmaster.pid").split("\n")
    except OSError:
        return False
    return lines[0] == str(pid) and len(lines) > 7 and lines[7].strip() == "ready"


def stop_process(process: subprocess.Popen[bytes]) -> None:
    for number in (FAST_SHUTDOWN, signal.SIGQUIT, signal.SIGKILL):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(STOP_PATIENCE)
        except subprocess.TimeoutExpired:
            continue


def _start_owned(home: Path, lock: FileLock, *, durable: bool) -> RunningPostgres:
    cluster = prepare(home, durable=durable)
    port = free_port()
    log = home / "postgres.log"
    with log.open("wb") as file:
        process = launch(cluster, port, file, durable=durable)
    try:
        _wait(cluster, process, log)
    except BaseException:
        stop_process(process)
        raise
    return RunningPostgres(cluster.url(port), process.pid, process, lock)


def _wait(cluster: Cluster, process: subprocess.Popen[bytes], log: Path) -> None:
    def settled() -> bool:
        return is_ready(cluster, process.pid) or process.poll() is not None

    if system.wait_until(settled, RECOVERY_PATIENCE) and process.poll() is None:
        return
    said = log.read_text(errors="replace").strip()[-1500:]
    raise StartRefused(f"{cluster.binaries} did not start on {cluster.data}. It said:\n{said}")


def _adopt(home: Path) -> RunningPostgres | None:
    cluster = find(home)
    if cluster is None:
        return None
    try:
        lines = read_own(cluster.data / "postmaster.pid").split("\n")
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return None
    if not is_ready(cluster, pid) or not system.is_alive(pid):
        return None
    return RunningPostgres(cluster.url(port), pid)
