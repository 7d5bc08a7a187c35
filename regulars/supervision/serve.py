"""`regulars serve`: starts PostgreSQL, migrations, the demo's data and the processes, and watches over them.

The order is what each needs: database before migrations, migrations before data, data before the processes.
Web, worker and sandbox start together. A second start finds the stamps of the first and skips what is done.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from . import cluster, dropping, leftovers, net, postgres, ready, schema, system
from .accounts import as_root_again, run_as, was_root
from .dropping import Service
from .errors import StartRefused
from .home import PROJECT, known_old_keys, make_home, read_own, secret_key, write_private
from .locks import FileLock
from .output import Output
from .processes import Child, Processes
from .settings import Settings

START_PATIENCE = 120.0  # seconds until everything has to answer
OTHER_COMMAND_PATIENCE = 30.0  # seconds for a short command (migrate, say) to let go of the database
REFUSED = "regulars: "  # how a command of ours begins the sentence that says why it refuses
COMMAND_PATIENCE = 3600.0  # seconds for migrations of a large database
OURS_ALONE = (
    "REGULARS_SECRET_KEY",
    "REGULARS_METRICS_TOKEN",
    "DATABASE_URL",
)  # not the sandbox's, which stands for somebody else's platform


@dataclass
class Start:
    """One start on its way: what was asked for, and what is known so far."""

    settings: Settings
    output: Output
    processes: Processes
    environment: dict[str, str]
    service: Service  # whom our own processes run as
    database: str = ""  # what tells this database from another (see schema.identity)
    facts: dict[str, Any] = field(default_factory=dict)
    sandbox_port: int | None = None
    mail_port: int | None = None  # where the sandbox catches the demo's mail
    adopted_pids: dict[str, int] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)


def serve(settings: Settings) -> None:
    """Raises StartRefused when it cannot start or gives up."""
    owner = dropping.become_owner(settings.home)
    make_home(settings.home)
    output = Output(settings.log)
    if owner is not None:
        output.say(f"Account    all of it runs as {owner.name}, to whom {settings.home} belongs")
    with ExitStack() as held:
        _take_roles(settings, held)
        ready.remove(settings.ready_path)
        _end_earlier_run(settings, output)
        if "web" in settings.roles:
            with as_root_again():  # a port below 1024
                net.require_free(settings.port, settings.host)
        processes = Processes(settings.home, output)
        processes.listen_to_signals()
        service = _service(settings, output)
        start = Start(settings, output, processes, _environment(settings, service), service)
        with _stopped_at_the_end(start):
            _start_everything(start, held)
            while not processes.stop_asked:
                processes.pump(60)


def _start_everything(start: Start, held: ExitStack) -> None:
    _start_database(start, held)
    for step in (_migrate, _seed, _start_processes, _wait_until_ready, _announce):
        if start.processes.stop_asked:
            return
        step(start)


@contextmanager
def _stopped_at_the_end(start: Start) -> Iterator[None]:
    try:
        yield
    finally:
        ready.remove(start.settings.ready_path)
        if start.processes.pids():
            start.output.say("Stopping …")
        start.processes.stop()
        start.output.say("Regulars has stopped.")


def _take_roles(settings: Settings, held: ExitStack) -> None:
    """One supervisor per role and home, so that `--role web` and `--role worker` may share one."""
    for role in settings.roles:
        lock = held.enter_context(FileLock(settings.home / f"{role}.lock"))
        if not lock.take():
            raise StartRefused(
                f"Regulars already runs on {settings.home}: {lock.holder()}. "
                "Stop that one first, or choose another directory with REGULARS_HOME."
            )


def _end_earlier_run(settings: Settings, output: Output) -> None:
    names = [*settings.roles, *(["sandbox"] if settings.demo else [])]
    ended = leftovers.end(settings.home, names)
    if ended:
        output.say(f"Ended what an earlier run had left behind: {', '.join(ended)}.")


def _service(settings: Settings, output: Output) -> Service:
    service = dropping.prepare(settings.home)
    if service.obstacle:
        dropping.take_back(settings.home)
        output.say(f"WARNING    Web and worker run as root, which is more than they need. {service.obstacle}")
    elif service.account:
        output.say(f"Account    web and worker run as {service.name}")
    return service


def _environment(settings: Settings, service: Service) -> dict[str, str]:
    values = {
        "REGULARS_HOME": str(settings.home),
        "REGULARS_HOST": settings.host,
        "REGULARS_PORT": str(settings.port),
        "REGULARS_PUBLIC_URL": settings.url,
        "REGULARS_SECRET_KEY": settings.secret_key or secret_key(settings.home),
        "REGULARS_OLD_SECRET_KEYS": known_old_keys(settings.home, settings.secret_key),
        "REGULARS_LOG": settings.log,
        "REGULARS_DEMO": "1" if settings.demo else "0",
        "REGULARS_DEMO_QUIET": "1" if settings.demo_quiet else "0",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "MALLOC_ARENA_MAX": "2",  # glibc: one arena per thread costs more memory than it saves time
    }
    if settings.database_url:
        values["DATABASE_URL"] = settings.database_url
    if settings.graph_url:
        values["WHATSAPP_GRAPH_URL"] = settings.graph_url
    inherited = dict(os.environ)
    inherited.pop(
        "REGULARS_READY_FILE", None
    )  # ours alone to write, and it may lie where a child cannot look
    if inherited.pop("PYTHONDONTWRITEBYTECODE", None):  # without byte code every process starts seconds later
        values["PYTHONPYCACHEPREFIX"] = str(settings.home / dropping.BYTECODE)
    return {**inherited, **values, **dropping.environment_of(service, settings.home)}


def _start_database(start: Start, held: ExitStack) -> None:
    settings = start.settings
    if settings.database_url:
        start.database = settings.database_url
        return
    lock = held.enter_context(FileLock(settings.home / "postgres.lock"))
    if not lock.take(patience=0 if _another_role_runs(settings) else OTHER_COMMAND_PATIENCE):
        _adopt_database(start)
        return
    private = cluster.prepare(settings.home)
    port = net.free_port()
    child = Child(
        "postgres",
        postgres.server_command(private, port),
        postgres.server_environment(),
        Path("/"),
        private.account,
        stop_with=postgres.FAST_SHUTDOWN,
        before_start=lambda: cluster.end_leftovers(private),
    )
    start.processes.start(child)
    if not start.processes.wait_until(
        lambda: child.pid is not None and postgres.is_ready(private, child.pid),
        postgres.RECOVERY_PATIENCE,
        pause=0.01,
    ):
        if not start.processes.stop_asked:
            raise StartRefused(f"PostgreSQL did not become ready in {postgres.RECOVERY_PATIENCE:.0f} s.")
        return
    start.environment["DATABASE_URL"] = private.url(port)
    start.database = schema.identity(private.data)
    start.output.say(f"Database   {private.binaries}, data in {private.data}")


def _adopt_database(start: Start) -> None:
    running = postgres.start(start.settings.home)
    private = cluster.find(start.settings.home)
    if not running.adopted or private is None:
        running.stop()
        raise StartRefused(f"The database of {start.settings.home} was just stopped. Start again.")
    start.environment["DATABASE_URL"] = running.url
    start.adopted_pids = {"postgres": running.pid}
    start.database = schema.identity(private.data)


def _another_role_runs(settings: Settings) -> bool:
    for role in {"web", "worker"} - set(settings.roles):
        with FileLock(settings.home / f"{role}.lock") as lock:
            if not lock.take():
                return True
    return False


def _migrate(start: Start) -> None:
    """Refuses, too, where the database belongs to another secret key."""
    home, key = start.settings.home, start.environment["REGULARS_SECRET_KEY"]
    own_database = not start.settings.database_url
    if own_database and schema.is_current(home, start.database, key):
        return
    _command(start, "migrate")
    if own_database:
        schema.mark_current(home, start.database, key)


def _seed(start: Start) -> None:
    """Made at the first start; later starts read what was told then."""
    home = start.settings.home
    if not start.settings.demo:
        return
    start.sandbox_port = _sandbox_port(start.settings.port)
    address = f"http://{net.LOOPBACK}:{start.sandbox_port}"
    start.environment["REGULARS_SANDBOX_URL"] = address
    start.environment["WHATSAPP_GRAPH_URL"] = start.settings.graph_url or address
    stored = _read_json(home / "demo.json")
    if stored.get("database") != start.database:
        mail_port = 0 if start.settings.demo_quiet else net.free_port()
        _catch_mail(start, mail_port)
        told = ["--quiet"] if start.settings.demo_quiet else ["--mail-port", str(mail_port)]
        printed = _command(start, "demo-seed", "--json", *told)
        if start.processes.stop_asked:
            return
        stored = {"database": start.database, "facts": json.loads(printed), "mail_port": mail_port}
        write_private(home / "demo.json", json.dumps(stored, ensure_ascii=False, indent=2) + "\n")
    else:
        _catch_mail(start, stored.get("mail_port", 0))
    start.facts = stored["facts"]


def _catch_mail(start: Start, port: int) -> None:
    """The demo's mail server has this port in the database: where another program has it now, no mail is caught."""
    if not port:
        return
    if not net.is_free(port):
        start.output.say(f"WARNING    Port {port} is taken: the demo catches no mail this time.")
        return
    start.mail_port = port
    known = start.environment.get("REGULARS_SMTP_PORTS", "")
    start.environment["REGULARS_SMTP_PORTS"] = ",".join(filter(None, (known, str(port))))


def _sandbox_port(port: int) -> int:
    """The port behind the product's, so that bookmarks stay good; any free one when that is taken."""
    neighbor = port + 1
    return neighbor if net.PRIVILEGED <= neighbor <= 65535 and net.is_free(neighbor) else net.free_port()


def _start_processes(start: Start) -> None:
    if start.settings.demo:
        _sandbox_ready_file(start.settings).unlink(missing_ok=True)
        _start_child(
            start,
            "sandbox",
            "-m",
            "whatsapp_sandbox",
            *_sandbox_options(start),
            secrets=_sandbox_secrets(start),
            withheld=OURS_ALONE,
        )
    if "worker" in start.settings.roles:
        _start_child(start, "worker", "-m", "config.worker")
    if "web" in start.settings.roles:
        _start_web(start)
    if not start.settings.demo:
        start.facts = json.loads(_command(start, "ready-facts", "--json") or "{}")


def _start_web(start: Start) -> None:
    """A port that only root may take is taken here; it stays taken while web is started again."""
    settings = start.settings
    secrets = {"REGULARS_DEMO_MEMBERS": json.dumps(start.facts["members"])} if settings.demo else {}
    files: list[int] = []
    place = ("--port", str(settings.port))
    if (start.service.account or was_root()) and settings.port < net.PRIVILEGED:
        with as_root_again():
            files = [net.bound(settings.port, settings.host).detach()]
        place = ("--fd", str(files[0]))
    _start_child(start, "web", "-m", "config.web", *place, secrets=secrets, files=files)


def _start_child(
    start: Start,
    name: str,
    *arguments: str,
    secrets: Mapping[str, str] | None = None,
    files: Sequence[int] = (),
    withheld: Collection[str] = (),
) -> None:
    known = {name: value for name, value in start.environment.items() if name not in withheld}
    environment = {**known, **(secrets or {})}
    command = [sys.executable, *arguments]
    start.processes.start(Child(name, command, environment, PROJECT, start.service.account, files=files))


def _sandbox_secrets(start: Start) -> dict[str, str]:
    """In its environment: command lines can be read by everybody on the machine."""
    connection = start.facts["connections"][0]
    return {
        "WHATSAPP_SANDBOX_VERIFY_TOKEN": connection["verify_token"],
        "WHATSAPP_SANDBOX_APP_SECRET": connection["app_secret"],
    }


def _sandbox_options(start: Start) -> list[str]:
    settings, connection = start.settings, start.facts["connections"][0]
    return [
        *("--port", str(start.sandbox_port)),
        *("--state", str(settings.home / "sandbox")),
        *("--customers", "quiet" if settings.demo_quiet else "demo"),
        *("--webhook-url", ready.webhook_url(settings.local_url, connection)),
        *("--ready-file", str(_sandbox_ready_file(settings))),
        *(("--mail-port", str(start.mail_port)) if start.mail_port else ()),
        *("--log", settings.log),
    ]


def _sandbox_ready_file(settings: Settings) -> Path:
    """Where the sandbox may write; `processes/` is the supervisor's alone, who ends what is named there."""
    return settings.home / "sandbox" / "ready.json"


def _wait_until_ready(start: Start) -> None:
    if start.processes.wait_until(lambda: _is_ready(start), START_PATIENCE, pause=0.2):
        start.processes.ready = True
    elif not start.processes.stop_asked:
        raise StartRefused(
            f"Regulars did not become ready in {START_PATIENCE:.0f} s. "
            f"{start.settings.local_url}/readyz tells what is missing while it runs; what was said stands above."
        )


def _is_ready(start: Start) -> bool:
    settings = start.settings
    if "web" in settings.roles:
        path = "/readyz" if "worker" in settings.roles else "/healthz"
        if net.status_of(settings.port, path, settings.host) != 200:
            return False
    return not settings.demo or bool(_read_json(_sandbox_ready_file(settings)))


def _announce(start: Start) -> None:
    try:
        _write_ready_file(start)
    except OSError as error:
        raise StartRefused(
            f"The ready file {start.settings.ready_path} cannot be written: {error.strerror}."
        ) from error
    start.processes.on_restart = lambda: _write_ready_file(start)
    for line in _banner(start):
        start.output.say(line)


def _write_ready_file(start: Start) -> None:
    """Also after a restart, which changes a pid."""
    pids = {"supervisor": os.getpid(), **start.adopted_pids, **start.processes.pids()}
    sandbox = _read_json(_sandbox_ready_file(start.settings)) if start.settings.demo else None
    known = {name: sandbox[name] for name in ("graph_url", "control_url")} if sandbox else None
    ready.write(start.settings.ready_path, ready.compose(start.settings, start.facts, known, pids))


def _banner(start: Start) -> Iterator[str]:
    yield ""
    yield f"Regulars is ready after {time.monotonic() - start.began:.1f} s:  {start.settings.url}"
    if address := ready.set_up_url(start.settings, start.facts):
        yield ""
        yield f"  set up the first owner:  {address}"
    if start.settings.demo:
        yield ""
        members = start.facts.get("members", [])
        doors = {member["role"] for member in members}
        for role, does in (("owner", "runs the business"), ("agent", "answers customers")):
            if role in doors:
                yield f"  as {role}, who {does + ':':<19} {start.settings.url}/sign-in?as={role}"
        yield ""
        for member in members:
            yield f"  sign in as {member['role']:<6} {member['email']}   password {member['password']}"
        sandbox = _read_json(_sandbox_ready_file(start.settings))
        yield f"  the simulated phones  {sandbox.get('phones_url') or sandbox.get('control_url', '')}"
        if start.mail_port:
            yield f"  the mail it sends     {sandbox.get('mail_url', '')}"
    yield ""
    yield "Ctrl-C stops all of it."
    yield ""


def _command(start: Start, *arguments: str) -> str:
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "regulars", *arguments],
            cwd=PROJECT,
            env=start.environment,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=said,
            start_new_session=True,
            preexec_fn=system.end_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread: nothing can deadlock)
            **run_as(start.service.account),
        )
        if not start.processes.wait_until(lambda: process.poll() is not None, COMMAND_PATIENCE):
            system.end([process.pid], signal.SIGTERM, patience=5)
            process.wait()
        if process.returncode != 0 and not start.processes.stop_asked:
            tail = (_content(said) or _content(printed))[-3000:]
            if tail.startswith(REFUSED) and "\n" not in tail:
                raise StartRefused(tail.removeprefix(REFUSED))
            raise StartRefused(f"`regulars {' '.join(arguments)}` failed. It said:\n{tail}")
        return _content(printed)


def _content(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace").strip()


def _read_json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_own(file))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
