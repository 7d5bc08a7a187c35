"""Started by root: whom the processes run as, what they get, and what stays closed to them. Real accounts and files."""

import os
import pwd
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from regulars.supervision import accounts, dropping, interpreter, net
from regulars.supervision.dropping import WRITTEN_BY_CHILDREN, Service
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
    """Everybody to whom something there belongs."""
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
def test_the_owner_of_a_home_runs_its_processes_and_makes_no_links_of_use(
    home: Path, place: Path, nobody: accounts.Account
):
    home.mkdir()
    os.chown(home, nobody.uid, nobody.gid)
    victim = place / "victim"
    victim.mkdir()
    (home / "media").symlink_to(victim)
    service = dropping.prepare(home)
    assert (service.account, victim.stat().st_uid) == (None, 0)
    assert service.obstacle.startswith(f"{home / 'media'} cannot be given to nobody: it is not a directory. ")
    (home / "media").unlink()
    assert dropping.prepare(home) == Service(nobody)


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
