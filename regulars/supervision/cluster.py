"""The files of the private PostgreSQL: where they lie, how they are made, what a killed run left behind.

In REGULARS_HOME: `postgres.json` (where everything is), `postgres_password` (0600) and, where the account
that runs PostgreSQL can reach it, `postgres/` with `data/` and `run/`. Started as root with a home that other
accounts cannot enter (below /root, say), that directory lies at /var/lib/regulars-<hash of the home> instead.
"""

import hashlib
import json
import os
import secrets
import shutil
import signal
import stat
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from . import system
from .accounts import Account, acting_as, can_reach, can_run, choose_account, hand_over, run_as
from .binaries import Binaries, choose_binaries
from .errors import StartRefused
from .home import read_own, write_private

ROLE = "regulars"
DATABASE = "regulars"
SOCKET_PORT = 5432  # only a part of the socket's file name: nothing listens on this port
LONGEST_SOCKET_PATH = 103  # bytes; sun_path holds 104 on macOS and 108 on Linux
PLACES_FOR_ROOT = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108 (checked to be ours)


@dataclass(frozen=True)
class Cluster:
    """A private PostgreSQL: its files, the account it runs under, the programs that fit its data."""

    home: Path
    directory: Path
    account: Account | None
    binaries: Binaries
    password: str

    @property
    def owner(self) -> int:
        return self.account.uid if self.account else os.geteuid()

    @property
    def data(self) -> Path:
        return self.directory / "data"

    @property
    def sockets(self) -> Path | None:
        """The directory of the Unix socket; None when no path is short enough: a loopback port then."""
        for directory in (self.directory / "run", _short_directory(self.home, self.account)):
            if len(os.fsencode(_socket_file(directory))) <= LONGEST_SOCKET_PATH:
                return directory
        return None

    @property
    def passable(self) -> int:
        """The mode of the directories down to the socket: where PostgreSQL has an account of its own, others (web and
        worker) have to pass. The data stays closed, and whoever connects needs the password.
        """
        return 0o711 if self.account else 0o700

    def url(self, port: int) -> str:
        """As libpq reads it. `port` counts only without a socket."""
        place = f"@/{DATABASE}?host={quote(str(self.sockets), safe='')}&port={SOCKET_PORT}"
        if self.sockets is None:
            place = f"@127.0.0.1:{port}/{DATABASE}"
        return f"postgresql://{ROLE}:{self.password}{place}"


def prepare(home: Path, *, durable: bool = True) -> Cluster:
    """The caller holds the home's database lock.

    Raises StartRefused when no PostgreSQL fits or when the files belong to somebody else.
    """
    home = home.resolve()
    directory = _recorded_directory(home) or home / "postgres"
    account = choose_account(directory / "data")
    if not (directory / "data").exists():
        directory = _make_directory(home, account)
    _refuse_foreign_files(directory / "data")
    binaries = _runnable(choose_binaries(_major_of(directory / "data")), directory, account)
    cluster = Cluster(home, directory, account, binaries, _password(home))
    _record(cluster)
    if not cluster.data.exists():
        _initialize(cluster, durable=durable)
    _make_socket_directory(cluster)
    return cluster


def find(home: Path) -> Cluster | None:
    """As recorded, without touching anything; None when there is none yet."""
    home = home.resolve()
    directory = _recorded_directory(home)
    if directory is None or not (directory / "data").exists():
        return None
    record = json.loads((home / "postgres.json").read_text())
    binaries = Binaries(Path(record["binaries"]), record["version"])
    return Cluster(home, directory, choose_account(directory / "data"), binaries, _password(home))


def elsewhere(home: Path) -> list[Path]:
    return [place for parent in PLACES_FOR_ROOT if (place := _place_for_root(parent, home)).is_dir()]


def end_leftovers(cluster: Cluster) -> None:
    """Bring the cluster to rest: end what still runs on its data, remove the lock files of processes that are
    gone.

    The caller holds the home's database lock, so whoever started such a process is dead. A pid that now
    belongs to another program does not count (PostgreSQL itself would refuse to start because of it).
    """
    pid = _recorded_pid(cluster.data / "postmaster.pid")
    if pid is not None and _is_ours(pid, cluster):
        system.end([pid], signal.SIGINT, patience=10)
    system.end(_running(cluster), signal.SIGQUIT, patience=2)
    with acting_as(cluster.account):
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)
        if cluster.sockets is not None:
            for file in (_socket_file(cluster.sockets), Path(f"{_socket_file(cluster.sockets)}.lock")):
                file.unlink(missing_ok=True)


def _is_ours(pid: int, cluster: Cluster) -> bool:
    if system.HAS_PROC:
        return pid in _running(cluster)
    is_on_it = system.is_alive(pid) and str(cluster.data) in system.command_line(pid)
    return is_on_it and system.owner(pid) == cluster.owner


def _running(cluster: Cluster) -> list[int]:
    """What works on the data, as the account that the data belongs to: nobody else's process is ended."""
    found = system.processes_in(cluster.data, "postgres")
    return [pid for pid in found if system.owner(pid) == cluster.owner]


def _recorded_pid(file: Path) -> int | None:
    try:
        return int(read_own(file).split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _recorded_directory(home: Path) -> Path | None:
    try:
        return Path(json.loads((home / "postgres.json").read_text())["directory"])
    except (OSError, ValueError, KeyError):
        return None


def _record(cluster: Cluster) -> None:
    record = {
        "directory": str(cluster.directory),
        "account": cluster.account.name if cluster.account else None,
        "version": cluster.binaries.version,
        "binaries": str(cluster.binaries.directory),
    }
    write_private(cluster.home / "postgres.json", json.dumps(record, indent=2, ensure_ascii=False) + "\n")


def _make_directory(home: Path, account: Account | None) -> Path:
    for directory in (home / "postgres", *(_place_for_root(parent, home) for parent in PLACES_FOR_ROOT)):
        if not can_reach(account, directory.parent):
            continue
        try:
            directory.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StartRefused(
                f"The database directory {directory} cannot be made: {error.strerror}."
            ) from error
        hand_over(directory, account)
        return directory
    raise StartRefused(
        f"PostgreSQL has to run as {account.name if account else 'you'}, who can enter neither {home} nor "
        f"{' nor '.join(map(str, PLACES_FOR_ROOT))}. "
        "Choose another directory with REGULARS_HOME, or set DATABASE_URL."
    )


def _place_for_root(parent: Path, home: Path) -> Path:
    return parent / f"regulars-{_hash(home)}"


def _refuse_foreign_files(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if os.geteuid() not in (0, status.st_uid) or not stat.S_ISDIR(status.st_mode):
        raise StartRefused(
            f"{path} belongs to another account (uid {status.st_uid}): others started this home first. "
            "Start Regulars as that account (or as root), or choose another directory with REGULARS_HOME."
        )


def _runnable(binaries: Binaries, directory: Path, account: Account | None) -> Binaries:
    if can_run(account, binaries.initdb):
        return binaries
    copy = Binaries(_copied_programs(binaries, directory / "programs" / binaries.version), binaries.version)
    if not can_run(account, copy.initdb):
        _copy_installation(binaries, directory / "programs" / binaries.version, account)
    if not can_run(account, copy.initdb):
        raise StartRefused(
            f"{binaries} cannot be started by the account {account.name if account else 'you'}."
        )
    return copy


def _copied_programs(binaries: Binaries, copy: Path) -> Path:
    """`bin` in the copy, as deep as it was: the wheel's programs look for libraries three directories up."""
    return copy.joinpath(*binaries.directory.parts[-3:])


def _copy_installation(binaries: Binaries, copy: Path, account: Account | None) -> None:
    """Read as who we are (the account cannot), written as the account: the place is its own, and may hold links."""
    installation = binaries.directory.parent
    libraries = installation.parent.with_name(
        f"{installation.parent.name}.libs"
    )  # where auditwheel puts them
    with tempfile.TemporaryFile() as archive:
        with tarfile.open(fileobj=archive, mode="w") as packed:
            packed.add(installation, _copied_programs(binaries, Path()).parent, filter=_needed)
            if libraries.is_dir():
                packed.add(libraries, libraries.name)
        archive.seek(0)
        with acting_as(account), tarfile.open(fileobj=archive) as packed:
            shutil.rmtree(copy, ignore_errors=True)
            copy.mkdir(mode=0o700, parents=True)
            # our own archive; Python before 3.11.4 has no filters
            packed.extraction_filter = lambda entry, _: entry
            packed.extractall(copy)  # noqa: S202


def _needed(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    return None if name in ("include", "pkgconfig") or name.endswith(".a") else entry


def _major_of(data: Path) -> int | None:
    try:
        return int(read_own(data / "PG_VERSION").strip())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StartRefused(f"{data} does not hold a readable PostgreSQL database: {error}.") from error


def _password(home: Path) -> str:
    file = home / "postgres_password"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        pass
    except PermissionError as error:
        raise StartRefused(
            f"{file} cannot be read: start Regulars as the account that it belongs to."
        ) from error
    password = secrets.token_urlsafe(24)
    write_private(file, password + "\n")
    return password


def _initialize(cluster: Cluster, *, durable: bool) -> None:
    """Make the data directory beside its place, then move it there: a kill leaves nothing half."""
    fresh = cluster.directory / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = cluster.directory / "password.new"
    with acting_as(cluster.account):
        write_private(password_file, cluster.password)
    try:
        _run(_initdb_command(cluster, fresh, password_file, durable=durable), cluster.account)
        _run(
            [str(cluster.binaries.postgres), "--single", "-D", str(fresh), "postgres"],
            cluster.account,
            stdin=f"CREATE DATABASE {DATABASE}\n",
        )
    finally:
        with acting_as(cluster.account):
            password_file.unlink(missing_ok=True)
    with acting_as(cluster.account):
        fresh.rename(cluster.data)


def _initdb_command(cluster: Cluster, data: Path, password_file: Path, *, durable: bool) -> list[str]:
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    if cluster.binaries.major < 17:  # the built-in provider came with 17; the system's C.UTF-8 means the same
        locale = ["--locale=C", "--lc-ctype=C.UTF-8"]
    return [
        str(cluster.binaries.initdb),
        f"--pgdata={data}",
        f"--username={ROLE}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        *locale,
        "--data-checksums",
        *([] if durable else ["--no-sync"]),
    ]


def _run(command: list[str], account: Account | None, *, stdin: str = "") -> None:
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        command,
        cwd="/",
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        **run_as(account),
    )
    if done.returncode != 0 or "ERROR:" in done.stderr or "FATAL:" in done.stderr:
        raise StartRefused(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")


def _make_socket_directory(cluster: Cluster) -> None:
    directory = cluster.sockets
    if directory is None:
        return
    if directory.parent == cluster.directory:
        hand_over(cluster.directory, cluster.account, cluster.passable)
    with acting_as(cluster.account), suppress(FileExistsError):
        directory.mkdir(mode=0o700)
    hand_over(directory, cluster.account, cluster.passable)


def _socket_file(directory: Path) -> Path:
    return directory / f".s.PGSQL.{SOCKET_PORT}"


def _short_directory(home: Path, account: Account | None) -> Path:
    owner = account.uid if account else os.geteuid()
    return Path(tempfile.gettempdir()) / f"regulars-{owner}-{_hash(home)}"


def _hash(home: Path) -> str:
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
