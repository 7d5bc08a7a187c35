"""`regulars doctor`: what is well and what is not, each with what to do about it."""

import json
import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from urllib.parse import SplitResult, urlsplit

import click

from regulars.supervision import binaries, cluster, dropping, net, system
from regulars.supervision.accounts import choose_account, forget_root
from regulars.supervision.errors import StartRefused
from regulars.supervision.home import PROJECT, make_home, read_own
from regulars.supervision.locks import FileLock
from regulars.supervision.settings import Settings, read_settings

OLDEST_PYTHON = (3, 11)
LEAST_FREE = 1 << 30  # bytes; webhooks are refused with 503 long before a disk is really full


@dataclass(frozen=True)
class Finding:
    """One check: its name, whether all is well, and what was seen or should be done."""

    check: str
    ok: bool
    detail: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check this installation; exit code 1 when something is wrong."""
    findings = list(_examine())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            mark = (
                click.style("ok   ", fg="green") if finding.ok else click.style("WRONG", fg="red", bold=True)
            )
            click.echo(f"{mark}  {finding.check:<11} {finding.detail}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def _examine() -> Iterator[Finding]:
    yield _python()
    try:
        settings = read_settings(os.environ)
    except StartRefused as refusal:
        yield Finding("settings", False, str(refusal))
        return
    yield Finding("settings", True, "all values make sense")
    try:
        dropping.become_owner(settings.home)
        forget_root()
    except StartRefused as refusal:
        yield Finding("home", False, str(refusal))
        return
    for check in (_home, _disk, _accounts, _postgres, _assets, _running, _migrations, _media, _jobs):
        yield check(settings)


def _python() -> Finding:
    ok = sys.version_info >= OLDEST_PYTHON
    wanted = "" if ok else f"; it must be {'.'.join(map(str, OLDEST_PYTHON))} or newer"
    return Finding("python", ok, f"{platform.python_version()} ({sys.executable}){wanted}")


def _home(settings: Settings) -> Finding:
    return _refusable("home", lambda: make_home(settings.home), f"{settings.home} is writable")


def _disk(settings: Settings) -> Finding:
    if not settings.home.exists():
        return Finding("disk", False, f"{settings.home} does not exist")
    free = shutil.disk_usage(settings.home).free
    advice = "" if free >= LEAST_FREE else "; make room: webhooks are refused when the disk is full"
    return Finding("disk", free >= LEAST_FREE, f"{free / (1 << 30):.1f} GiB free{advice}")


def _accounts(settings: Settings) -> Finding:
    service = dropping.choose(settings.home)
    if service.obstacle:
        said = f"web and worker would run as root, which is more than they need. {service.obstacle}"
        return Finding("accounts", True, said)
    said = f"web and worker run as {service.name}"
    if settings.database_url:
        return Finding("accounts", True, said)
    try:
        private = cluster.find(settings.home)
        account = private.account if private else choose_account(settings.home / "postgres" / "data")
    except StartRefused as refusal:
        return Finding("accounts", False, str(refusal))
    return Finding("accounts", True, f"{said}, PostgreSQL as {account.name if account else service.name}")


def _postgres(settings: Settings) -> Finding:
    if settings.database_url:
        return Finding("postgres", True, "given by DATABASE_URL")
    private = cluster.find(settings.home)
    if private is not None:
        return Finding("postgres", True, f"{private.binaries}, data in {private.data}")
    try:
        return Finding("postgres", True, f"{binaries.choose_binaries(None)}, not used yet")
    except StartRefused as refusal:
        return Finding("postgres", False, str(refusal))


def _assets(_: Settings) -> Finding:
    built = PROJECT / "regulars" / "web" / "static_built"
    ok = built.is_dir() and any(entry.is_file() for entry in built.rglob("*"))
    return Finding("assets", ok, f"built in {built}" if ok else f"nothing in {built}: run `make setup`")


def _running(settings: Settings) -> Finding:
    """Ours, where the home's ready file says that it listens, and whether the worker is alive too (/readyz says so);
    else whether its port is free.
    """
    address = _address(settings)
    if address is None and not _is_taken(settings):
        return _refusable(
            "port",
            lambda: net.require_free(settings.port, settings.host),
            f"{settings.port} is free; not running",
        )
    if address is None:
        return Finding(
            "running",
            False,
            f"Regulars runs on {settings.home}, but {settings.ready_path} does not say where: set REGULARS_READY_FILE "
            "as it was for that start, or wait until all of it has started",
        )
    status = net.status_of(address.port or 80, "/readyz", address.hostname or net.LOOPBACK)
    if status == 200:
        return Finding("running", True, f"{address.geturl()} answers, the worker is alive")
    return Finding(
        "running", False, f"{address.geturl()}/readyz answers {status or 'nothing'}: it says what is missing"
    )


def _address(settings: Settings) -> SplitResult | None:
    try:
        known = json.loads(read_own(settings.ready_path))
        if not system.is_alive(int(known["pids"]["supervisor"])):
            return None
        return urlsplit(str(known["local_url"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _is_taken(settings: Settings) -> bool:
    file = settings.home / "web.lock"
    if not file.exists():
        return False
    with FileLock(file) as lock:
        return not lock.take()


def _migrations(settings: Settings) -> Finding:
    if not settings.database_url and cluster.find(settings.home) is None:
        return Finding("migrations", True, "no database yet; the first start makes it")
    from .loading import loaded_django

    try:
        with loaded_django():
            missing = _unapplied()
    except Exception as error:  # noqa: BLE001 (whatever keeps us from the database is the finding)
        return Finding("migrations", False, f"the database cannot be asked: {error}")
    detail = "all applied" if not missing else f"{missing} are missing: run `regulars migrate`"
    return Finding("migrations", missing == 0, detail)


def _media(settings: Settings) -> Finding:
    if not settings.database_url and cluster.find(settings.home) is None:
        return Finding("media", True, "no database yet; the first start makes the directory")
    from .loading import loaded_django

    try:
        with loaded_django():
            from regulars.media.place import OtherPlace, look_at_place

            try:
                look_at_place()
            except OtherPlace as refusal:
                return Finding("media", False, str(refusal))
    except Exception as error:  # noqa: BLE001 (whatever keeps us from the database is the finding)
        return Finding("media", False, f"the database cannot be asked: {error}")
    return Finding("media", True, f"{settings.home / 'media'} is the directory that the database knows")


def _jobs(settings: Settings) -> Finding:
    """What lies in a database that nobody works on waits, and that is well."""
    if not settings.database_url and cluster.find(settings.home) is None:
        return Finding("jobs", True, "no database yet; the first start makes it")
    if _address(settings) is None:
        return Finding("jobs", True, "not running; what is asked for waits")
    from .loading import loaded_django

    try:
        with loaded_django():
            from regulars.kernel.jobs.health import job_problem

            problem = job_problem()
    except Exception as error:  # noqa: BLE001 (whatever keeps us from the database is the finding)
        return Finding("jobs", False, f"the database cannot be asked: {error}")
    return Finding("jobs", not problem, problem or "none stands still")


def _unapplied() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _refusable(check: str, action: Callable[[], object], well: str) -> Finding:
    try:
        action()
    except StartRefused as refusal:
        return Finding(check, False, str(refusal))
    return Finding(check, True, well)
