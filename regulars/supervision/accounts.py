"""Accounts of the machine: which one PostgreSQL runs under, what an account can reach, how to act as one.

PostgreSQL refuses to run as root. Started by root, it therefore runs as an unprivileged account that exists
already; started by anybody else, it runs as that person. Accounts are never created. (Whom the other processes run
as: `dropping`.)
"""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn, TypedDict

from .errors import StartRefused

ACCOUNTS_OF_POSTGRES = ("postgres", "_postgres")
UNPRIVILEGED_ACCOUNTS = (*ACCOUNTS_OF_POSTGRES, "nobody")


@dataclass(frozen=True)
class Account:
    """An account that programs are started under: numeric ids and the name shown to people."""

    uid: int
    gid: int
    name: str


class RunAs(TypedDict, total=False):
    """The part of subprocess.Popen's arguments that changes the account."""

    user: int
    group: int
    extra_groups: list[int]


def choose_account(data: Path) -> Account | None:
    """For the cluster whose data directory is `data`; None means: the account we have.

    An existing data directory decides: PostgreSQL accepts only its owner.
    """
    if os.geteuid() != 0:
        return None
    owner = owner_of(data)
    if owner is not None and owner.uid != 0:
        return owner
    for name in UNPRIVILEGED_ACCOUNTS:
        account = account_named(name)
        if account is not None:
            return account
    raise StartRefused(
        "PostgreSQL does not run as root, and none of the accounts "
        f"{', '.join(UNPRIVILEGED_ACCOUNTS)} exists here. "
        "Start Regulars as an ordinary user, or set DATABASE_URL."
    )


def account_named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid, name)


def run_as(account: Account | None) -> RunAs:
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def can_reach(account: Account | None, directory: Path) -> bool:
    """Asked of the kernel, so that ACLs and mounts count too."""
    if account is None:
        return os.access(directory, os.X_OK)
    return _succeeds(["/bin/sh", "-c", 'cd -- "$1"', "sh", str(directory)], account)


def can_run(account: Account | None, program: Path) -> bool:
    """The program's directory may be closed to others."""
    return _succeeds([str(program), "--version"], account)


def hand_over(directory: Path, account: Account | None, mode: int = 0o700) -> None:
    """Private to it, unless another mode is given.

    It is opened once, and not through a link: what was looked at is what changes hands. Raises StartRefused when it is
    no directory, or another's already.
    """
    try:
        opened = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise StartRefused(f"{directory} has to be a directory: {error.strerror}. Remove it.") from error
    try:
        owner = os.fstat(opened).st_uid
        if owner not in (os.geteuid(), account.uid if account else os.geteuid()):
            raise StartRefused(f"{directory} belongs to somebody else (uid {owner}); remove it.")
        if account is not None and owner != account.uid:
            os.fchown(opened, account.uid, account.gid)
        os.fchmod(opened, mode)
    finally:
        os.close(opened)


def hand_over_tree(directory: Path, account: Account) -> None:
    """Make the directory, private, the account's, and in it what is root's or whose the directory was.

    The directory itself comes last, so that its owner tells whether all was done. No link is followed, and a file of
    root's that has another name elsewhere stays root's: whoever owned the directory before may have made either.
    """
    former = {0, directory.lstat().st_uid}
    for _path, _names, files, at in os.fwalk(directory, topdown=False, onerror=_raise, follow_symlinks=False):
        for name in files:  # links to directories stand among the directories, and stay what they are
            status = os.stat(name, dir_fd=at, follow_symlinks=False)
            if status.st_uid in former and (status.st_uid != 0 or status.st_nlink == 1):
                os.chown(name, account.uid, account.gid, dir_fd=at, follow_symlinks=False)
        if os.fstat(at).st_uid in former:
            os.fchown(at, account.uid, account.gid)
    directory.chmod(0o700)


@contextmanager
def acting_as(account: Account | None) -> Iterator[None]:
    """This process is root's; files that it makes are the account's."""
    if account is None:
        yield
        return
    groups, group = os.getgroups(), os.getegid()
    os.setgroups([])
    os.setegid(account.gid)
    os.seteuid(account.uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def become(account: Account) -> None:
    """From here on this process of root's is the account. Programs that it starts are nothing else either: only the
    process itself can be root again (`as_root_again`), and not once `forget_root` was called.
    """
    os.setgroups([])
    if hasattr(os, "setresuid"):
        os.setresgid(account.gid, account.gid, account.gid)
        os.setresuid(account.uid, account.uid, 0)  # exec(2) makes the saved id that of the account
    else:  # macOS: for good
        os.setgid(account.gid)
        os.setuid(account.uid)


def was_root() -> bool:
    """Whether `as_root_again` can still undo `become`."""
    return hasattr(os, "getresuid") and os.geteuid() != 0 and os.getresuid()[2] == 0


def forget_root() -> None:
    if was_root():
        os.setresuid(-1, -1, os.geteuid())


@contextmanager
def as_root_again() -> Iterator[None]:
    own = os.geteuid()
    if not was_root():
        yield
        return
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(own)


def owner_of(path: Path) -> Account | None:
    """With the group of their own (the file's may be root's)."""
    try:
        status = path.stat()
    except OSError:
        return None
    try:
        entry = pwd.getpwuid(status.st_uid)
    except KeyError:
        return Account(status.st_uid, status.st_gid, str(status.st_uid))
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _raise(error: OSError) -> NoReturn:
    raise error


def _succeeds(command: list[str], account: Account | None) -> bool:
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, check=False, **run_as(account))
    except OSError:
        return False
    return done.returncode == 0
