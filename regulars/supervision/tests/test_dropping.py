"""Started by root: whom the processes run as, what they get, and what stays closed to them. Real accounts and files."""

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from regulars.supervision import accounts, dropping, interpreter, net, ready, system
from regulars.supervision.dropping import WRITTEN_BY_CHILDREN, Service
from regulars.supervision.errors import StartRefused
from regulars.supervision.home import PROJECT, make_home
from regulars.supervision.output import Output
from regulars.supervision.processes import Child, Processes

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run programs as another account")


@pytest.fixture(scope="module")
def python() -> Iterator[Path]:
    """A copy of this Python that every account can run, in a place of its own."""
    place = Path(tempfile.mkdtemp(prefix="regulars-"))
    place.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interpreter, "PLACE", place)
        copy = interpreter.make_copy()
        assert copy is not None
        assert interpreter.make_copy() == copy == interpreter.find_copy()
        yield copy
    shutil.rmtree(place)


@pytest.fixture
def nobody(python: Path, monkeypatch: pytest.MonkeyPatch) -> accounts.Account:
    """The account to drop to; Regulars itself runs under the copy, as after `settle_on_interpreter`."""
    account = accounts.account_named("nobody")
    if account is None or not accounts.can_reach(account, PROJECT):
        pytest.skip(f"the account nobody cannot enter {PROJECT}")
    monkeypatch.setattr(dropping, "ACCOUNTS", ("no-such-account-here", "nobody"))
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setenv("LD_LIBRARY_PATH", str(python.parent.parent / "lib"))
    return account


@pytest.fixture
def roots_home(home: Path) -> Path:
    make_home(home)
    return home


def owners(directory: Path) -> set[str]:
    found = [directory, *directory.rglob("*")]
    return {pwd.getpwuid(path.lstat().st_uid).pw_name for path in found}


def test_an_ordinary_account_runs_everything_itself(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    make_home(home)
    assert dropping.prepare(home) == Service()
    assert list(home.iterdir()) == []
    assert dropping.environment_of(Service(), home) == {}


def test_the_accounts_of_postgresql_are_never_taken_for_ours():
    assert not {"postgres", "_postgres", "root"} & set(dropping.ACCOUNTS)


@needs_root
def test_the_account_gets_directories_and_the_home_stays_roots(roots_home: Path, nobody: accounts.Account):
    assert dropping.choose(roots_home) == Service(nobody)
    assert list(roots_home.iterdir()) == []
    assert dropping.prepare(roots_home) == Service(nobody)
    made = {path.name: (path.stat().st_uid, path.stat().st_mode & 0o777) for path in roots_home.iterdir()}
    assert made == dict.fromkeys(WRITTEN_BY_CHILDREN, (nobody.uid, 0o700))
    assert (roots_home.stat().st_uid, roots_home.stat().st_mode & 0o777) == (0, 0o711)
    assert dropping.prepare(roots_home) == Service(nobody)


@needs_root
def test_a_home_is_passable_whatever_the_umask(home: Path):
    before = os.umask(0o077)
    try:
        make_home(home)
    finally:
        os.umask(before)
    assert home.stat().st_mode & 0o777 == 0o711


@needs_root
def test_what_an_older_version_left_as_root_is_handed_over_and_links_lead_nowhere(
    roots_home: Path, place: Path, nobody: accounts.Account
):
    outside = place / "outside"
    (outside / "deep").mkdir(parents=True)
    (outside / "file").touch()
    media = roots_home / "media"
    (media / "ab" / "cd").mkdir(parents=True)
    (media / "ab" / "cd" / "picture").touch()
    (media / "to-file").symlink_to(outside / "file")
    (media / "to-directory").symlink_to(outside)
    assert dropping.prepare(roots_home) == Service(nobody)
    assert owners(media / "ab") == {"nobody"}
    assert owners(outside) == {"root"}


@needs_root
def test_files_of_other_people_are_not_taken_from_them(roots_home: Path, nobody: accounts.Account):
    media = roots_home / "media"
    media.mkdir()
    (media / "film").touch()
    os.chown(media / "film", 1, 1)
    os.chown(media, 1, 1)
    theirs = pwd.getpwuid(1).pw_name
    assert dropping.prepare(roots_home).obstacle == (
        f"{media} cannot be given to nobody: it belongs to somebody else. "
        f"Run `chown -R nobody {media}` where that is allowed."
    )
    dropping.take_back(roots_home)
    assert owners(media) == {theirs}
    os.chown(media, 0, 0)
    assert dropping.prepare(roots_home) == Service(nobody)
    assert owners(media) == {"nobody", theirs}


@needs_root
def test_a_hand_over_that_was_cut_short_is_finished_by_the_next_start(
    roots_home: Path, nobody: accounts.Account
):
    (roots_home / "media" / "ab").mkdir(parents=True)
    (roots_home / "media" / "ab" / "done").touch()
    (roots_home / "media" / "open").touch()
    os.chown(roots_home / "media" / "ab" / "done", nobody.uid, nobody.gid)
    assert dropping.prepare(roots_home) == Service(nobody)
    assert owners(roots_home / "media") == {"nobody"}


@needs_root
def test_a_link_to_a_shared_media_directory_is_followed(
    roots_home: Path, place: Path, nobody: accounts.Account
):
    shared = place / "shared"
    shared.mkdir()
    (shared / "picture").touch()
    (roots_home / "media").symlink_to(shared)
    assert dropping.prepare(roots_home) == Service(nobody)
    assert owners(shared) == {"nobody"}


@needs_root
def test_in_the_home_of_somebody_else_links_lead_nowhere_and_records_hit_nobody(
    home: Path, place: Path, python: Path, nobody: accounts.Account
):
    """The whole of `regulars serve`, as root, on a home in which its owner laid everything that root would touch."""
    home.mkdir()
    victim = place / "victim"
    victim.write_text("precious")
    victim.chmod(0o600)
    directory = place / "directory"
    directory.mkdir()
    sleeper = subprocess.Popen(["sleep", "60"])
    (home / "processes").mkdir()
    record = {"pid": sleeper.pid, "started": system.started_at(sleeper.pid), "owner": 0}
    (home / "processes" / "web.json").write_text(json.dumps(record))
    for name in ("media", "sandbox", "incoming", "bytecode", "postgres"):
        (home / name).symlink_to(directory)
    for name in ("ready.json", "migrated.json", "demo.json", "postgres.log", "postgres.lock", "worker.lock"):
        (home / name).symlink_to(victim)
    for path in (home, *home.rglob("*")):
        os.chown(path, nobody.uid, nobody.gid, follow_symlinks=False)
    try:
        for planted in ("worker.lock", "postgres.lock"):
            said = refusal_of_serve(python, home)
            assert (
                said
                == f"regulars: {home / planted} cannot be locked: it is a link. Remove it, if Regulars is not running."
            )
            (home / planted).unlink()
        said = refusal_of_serve(python, home)
        assert said.startswith(f"regulars: {home / 'postgres'} has to be a directory")
        assert sleeper.poll() is None
    finally:
        sleeper.kill()
        sleeper.wait()
    assert (victim.read_text(), victim.stat().st_mode & 0o777, owners(directory)) == (
        "precious",
        0o600,
        {"root"},
    )
    assert list(directory.iterdir()) == []


def refusal_of_serve(python: Path, home: Path) -> str:
    """The last line of a start that is refused."""
    code = (
        "import sys; from regulars.supervision import dropping; dropping.ACCOUNTS = ('nobody',)\n"
        "sys.argv = ['regulars', 'serve', '--role', 'worker', '--home', sys.argv[1]]\n"
        "from regulars.commands import main; main()"
    )
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("REGULARS_", "DATABASE_"))
    }
    done = subprocess.run(
        [str(python), "-P", "-c", code, str(home)],
        cwd=PROJECT,
        env=environment | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    return done.stderr.strip().splitlines()[-1]


@needs_root
def test_as_the_owner_of_the_home_root_comes_back_only_for_what_is_no_file_of_theirs(
    home: Path, place: Path, nobody: accounts.Account
):
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    closed = place / "closed"
    closed.mkdir(mode=0o700)

    def as_owner() -> object:
        owner = dropping.become_owner(home)
        able = accounts.was_root()
        ready.write(home / "ready.json", {})
        ready.write(closed / "ready.json", {})
        started = subprocess.run(
            [sys.executable, "-c", "import os; print(os.getresuid())"],
            capture_output=True,
            text=True,
            check=True,
        )
        accounts.forget_root()
        with accounts.as_root_again():
            return owner, able, os.getresuid(), os.getgroups(), started.stdout.strip()

    everywhere = (nobody.uid,) * 3
    assert in_a_fork(as_owner) == repr((nobody, True, everywhere, [], str(everywhere)))
    assert (owners(home), owners(closed)) == ({"nobody"}, {"root"})


def in_a_fork(function: Callable[[], object]) -> str:
    """What the function returns in a process of its own, as repr writes it."""
    source, target = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = repr(function())
        except BaseException as error:  # noqa: BLE001 (the parent has to be told)
            said = repr(error)
        os.write(target, said.encode())
        os._exit(0)
    os.close(target)
    with os.fdopen(source) as file:
        said = file.read()
    os.waitpid(pid, 0)
    return said


@needs_root
def test_what_root_left_in_the_home_of_somebody_else_is_named_with_the_way_out(
    home: Path, nobody: accounts.Account
):
    make_home(home)
    (home / "secret_key").touch()
    os.chown(home, nobody.uid, nobody.gid)
    with pytest.raises(StartRefused) as refusal:
        dropping.become_owner(home)
    assert str(refusal.value) == (
        f"REGULARS_HOME ({home}) belongs to nobody, so that Regulars runs as that account; but it cannot use "
        f"{home / 'secret_key'}, which belongs to another. If all of it is Regulars', stop Regulars and run "
        f"`chown -R nobody {home}` once."
    )


@needs_root
def test_a_home_into_which_everybody_can_write_is_refused_to_root(home: Path):
    make_home(home)
    home.chmod(0o777)
    with pytest.raises(StartRefused, match="Everybody on this machine can write into REGULARS_HOME"):
        dropping.become_owner(home)


@needs_root
def test_a_file_of_roots_under_a_second_name_is_not_handed_over(
    roots_home: Path, place: Path, nobody: accounts.Account
):
    (place / "victim").touch()
    (roots_home / "media").mkdir()
    (roots_home / "media" / "planted").hardlink_to(place / "victim")
    assert dropping.prepare(roots_home) == Service(nobody)
    assert owners(place / "victim") == {"root"}


@needs_root
def test_a_home_below_a_closed_directory_is_named_with_the_way_out(place: Path, nobody: accounts.Account):
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    make_home(home)
    service = dropping.prepare(home)
    assert service == Service(
        obstacle=f"The account nobody cannot enter {closed}. Keep the program and REGULARS_HOME where others may "
        "pass (below /opt or /srv; mode 711 is enough), or start Regulars as an ordinary user."
    )
    assert service.name == "root"
    assert list(home.iterdir()) == []


@needs_root
def test_after_a_start_as_root_everything_is_handed_over_again(roots_home: Path, nobody: accounts.Account):
    dropping.prepare(roots_home)
    dropping.take_back(roots_home)
    (roots_home / "media" / "ab").mkdir()
    assert owners(roots_home) == {"root"}
    assert dropping.prepare(roots_home) == Service(nobody)
    assert owners(roots_home / "media") == {"nobody"}


@needs_root
def test_a_python_that_the_account_cannot_run_is_named_with_the_way_out(
    roots_home: Path, nobody: accounts.Account, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert dropping.prepare(roots_home) == Service(
        obstacle=f"The account nobody cannot run /nowhere/python with the packages of {PROJECT}. Set up Regulars "
        "with a Python that others may run (/usr/bin/python3, not one below /root) and umask 022, "
        "or start it as an ordinary user."
    )


@needs_root
def test_without_any_account_it_is_said_how_to_make_one(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(dropping, "ACCOUNTS", ("no-such-account-here",))
    make_home(home)
    assert dropping.prepare(home).obstacle == (
        "None of the accounts no-such-account-here exists here. Make one: useradd --system regulars."
    )


@needs_root
def test_the_copy_runs_our_code_and_nobody_but_root_can_change_it(python: Path, nobody: accounts.Account):
    directory = python.parent.parent
    assert interpreter.runs(python, "import regulars, django, ssl, psycopg", nobody)
    assert {path.stat().st_mode & 0o022 for path in directory.rglob("*") if not path.is_symlink()} == {0}
    assert interpreter.find_copy() is None  # it is the running Python now: there is nothing to go on to


@needs_root
@pytest.mark.parametrize("change", ["owner", "mode"])
def test_a_directory_of_somebody_else_in_the_place_of_the_copy_is_left_alone(
    change: str, place: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(interpreter, "PLACE", place)
    directory = interpreter._directory()
    program = directory / "bin" / interpreter._program().name
    program.parent.mkdir(parents=True)
    program.touch()
    assert interpreter.find_copy() == program
    if change == "owner":
        os.chown(directory, 65534, 65534)
    else:
        directory.chmod(0o777)
    assert interpreter.find_copy() is None


@needs_root
def test_what_root_writes_as_the_account_belongs_to_the_account(place: Path, nobody: accounts.Account):
    theirs = place / "theirs"
    theirs.mkdir()
    accounts.hand_over(theirs, nobody)
    before = (os.geteuid(), os.getegid(), os.getgroups())
    with accounts.acting_as(nobody):
        (theirs / "file").touch()
        with pytest.raises(PermissionError):
            (place / "file").touch()
    with accounts.acting_as(None):
        (place / "file").touch()
    assert (owners(theirs), owners(place / "file")) == ({"nobody"}, {"root"})
    assert (os.geteuid(), os.getegid(), os.getgroups()) == before


@needs_root
def test_a_port_that_only_root_may_take_reaches_a_child_that_may_not(
    tmp_path: Path, python: Path, nobody: accounts.Account, capfd: pytest.CaptureFixture[str]
):
    port = next(number for number in range(700, net.PRIVILEGED) if net.is_free(number))
    code = (
        "import os, socket, sys, time; taken = socket.socket(fileno=int(sys.argv[1])); taken.listen()\n"
        "print(os.geteuid(), os.getgroups(), flush=True); caller, _ = taken.accept(); caller.sendall(b'HTTP/1.1 200')"
    )
    file = net.bound(port, net.LOOPBACK).detach()
    family = Processes(tmp_path, Output("text"))
    command = [str(python), "-c", code, str(file)]
    family.start(Child("web", command, dict(os.environ), Path("/"), nobody, files=[file]))
    try:
        assert family.wait_until(lambda: net.status_of(port, "/") == 200, 20, pause=0.2)
    finally:
        family.stop()  # and tell the rest of what it said
        socket.socket(fileno=file).close()
    assert capfd.readouterr().out.startswith(f"web       │ {nobody.uid} []")
