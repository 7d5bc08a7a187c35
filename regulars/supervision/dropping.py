"""Started by root, web, worker and sandbox run as an account that can do nothing else on this machine.

The home stays root's, and others only pass through it: keys and sign-ins (0600) reach the children by their
environment. What the children write lies in directories of the account's own, made or handed over before they start.
In a home of somebody else's nothing is done as root at all (`become_owner`).
Accounts are never created. Where the account cannot work, everything but PostgreSQL runs as root, and it is said what
to do.
"""

import os
import pwd
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import interpreter
from .accounts import (
    ACCOUNTS_OF_POSTGRES,
    Account,
    account_named,
    become,
    can_reach,
    hand_over_tree,
    owner_of,
)
from .cluster import elsewhere
from .errors import StartRefused
from .home import PROJECT

ACCOUNTS = ("regulars", "www-data", "_www", "nobody")
"""in this order; never an account of PostgreSQL's, which would reach what is not ours"""
BYTECODE = "bytecode"
WRITTEN_BY_CHILDREN = (BYTECODE, "incoming", "media", "sandbox")
"""directories in the home: byte code of Python, uploads on their way, files, the state of the sandbox"""
ASKS = "import regulars, django"  # enough to know that our code and the packages can be read


@dataclass(frozen=True)
class Service:
    """Whom web, worker and sandbox run as; ``account`` None means: as whoever started Regulars.

    ``obstacle`` says why that is root, and what to do about it.
    """

    account: Account | None = None
    obstacle: str = ""

    @property
    def name(self) -> str:
        return self.account.name if self.account else _own_name()


def become_owner(home: Path) -> Account | None:
    """As root on a home that is somebody else's, go on as that account, and tell which; else None.

    Who owns the home can put links, records and directories there under any name that root would open, write, hand over
    or act on. With the owner's rights they lead nowhere where the owner could not go alone. Raises StartRefused, in one
    sentence, where that cannot be.
    """
    owner = owner_of(home)
    if os.geteuid() != 0 or owner is None:
        return None
    if owner.uid == 0:
        _refuse_open_home(home)
        return None
    if owner.name in ACCOUNTS_OF_POSTGRES:
        raise StartRefused(
            f"REGULARS_HOME ({home}) belongs to {owner.name}, whose databases are not all ours. Give it to root "
            f"(chown root {home}) or to an account of its own."
        )
    if obstacle := _obstacle(owner, home):
        raise StartRefused(
            f"REGULARS_HOME ({home}) belongs to {owner.name}, so that Regulars runs as that account. {obstacle}"
        )
    _refuse_files_of_others(home, owner)
    become(owner)
    os.environ.update(environment_of(Service(owner), home))
    return owner


def choose(home: Path) -> Service:
    if os.geteuid() != 0:
        return Service()
    account = _chosen(home)
    if account is None:
        return Service(
            obstacle=f"None of the accounts {', '.join(ACCOUNTS)} exists here. Make one: useradd --system regulars."
        )
    obstacle = _obstacle(account, home)
    return Service(obstacle=obstacle) if obstacle else Service(account)


def prepare(home: Path) -> Service:
    service = choose(home)
    if service.account is not None:
        for directory in _written(home):
            if refusal := _hand_over(directory, service.account):
                return Service(obstacle=refusal)
    return service


def take_back(home: Path) -> None:
    """As root again, files become root's: the next start that finds no obstacle has to hand over all of them."""
    owner = owner_of(home)
    if os.geteuid() != 0 or owner is None or owner.uid != 0:
        return
    for directory in _written(home):
        with suppress(OSError):
            if _may_be_handed_over(directory):
                os.chown(directory, 0, -1, follow_symlinks=False)


def settle_on_interpreter(home: Path) -> None:
    """Where only the Python that runs this is out of the account's reach (below /root, say), go on under a copy of it.

    Called before anything was begun: the process starts anew, under the same pid.
    """
    account = _chosen(home) if os.geteuid() == 0 else None
    if account is None or _closed_place(account, home) or _runs(account, Path(sys.executable)):
        return
    copy = interpreter.make_copy()
    if copy is not None and _runs(account, copy):
        interpreter.go_on_with(copy)


def environment_of(service: Service, home: Path) -> dict[str, str]:
    if service.account is None:
        return {}
    return {
        "HOME": str(home),  # libpq refuses to go on when it may not look into the one of root
        "USER": service.account.name,
        "LOGNAME": service.account.name,
        "PYTHONPYCACHEPREFIX": str(home / BYTECODE),
    }


def _chosen(home: Path) -> Account | None:
    owner = owner_of(home)
    if owner is not None and owner.uid != 0 and owner.name not in ACCOUNTS_OF_POSTGRES:
        return owner
    found = (account_named(name) for name in ACCOUNTS)
    return next((account for account in found if account is not None and account.uid != 0), None)


def _obstacle(account: Account, home: Path) -> str:
    if closed := _closed_place(account, home):
        return (
            f"The account {account.name} cannot enter {closed}. Keep the program and REGULARS_HOME where others may "
            "pass (below /opt or /srv; mode 711 is enough), or start Regulars as an ordinary user."
        )
    if not _runs(account, Path(sys.executable)):
        return (
            f"The account {account.name} cannot run {sys.executable} with the packages of {PROJECT}. Set up Regulars "
            "with a Python that others may run (/usr/bin/python3, not one below /root) and umask 022, "
            "or start it as an ordinary user."
        )
    return ""


def _closed_place(account: Account, home: Path) -> Path | None:
    for wanted in (PROJECT, interpreter.packages(), home):
        existing = next(place for place in (wanted, *wanted.parents) if place.exists())
        if not can_reach(account, existing):
            outermost_first = [*reversed(existing.parents), existing]
            return next((place for place in outermost_first if not can_reach(account, place)), existing)
    return None


@cache
def _runs(account: Account, python: Path) -> bool:
    return interpreter.runs(python, ASKS, account)


def _refuse_open_home(home: Path) -> None:
    if home.stat().st_mode & stat.S_IWOTH:
        raise StartRefused(
            f"Everybody on this machine can write into REGULARS_HOME ({home}) and lead root astray there. "
            f"Run `chmod o-w {home}`."
        )


def _refuse_files_of_others(home: Path, owner: Account) -> None:
    found = [
        entry
        for entry in (*sorted(home.iterdir()), *elsewhere(home))
        if entry.name != "lost+found" and not entry.is_symlink() and entry.lstat().st_uid != owner.uid
    ]
    if found:
        raise StartRefused(
            f"REGULARS_HOME ({home}) belongs to {owner.name}, so that Regulars runs as that account; but it cannot use "
            f"{found[0]}, which belongs to another. If all of it is Regulars', stop Regulars and run "
            f"`chown -R {owner.name} {' '.join(map(str, [home, *elsewhere(home)]))}` once."
        )


def _hand_over(directory: Path, account: Account) -> str:
    """Make it if it is missing; if it still is another's, hand it over with all that is in it (once, after an upgrade).

    Returns why that cannot be.
    """
    try:
        with suppress(FileExistsError):
            directory.mkdir(mode=0o700)
        status = directory.lstat()
        if not stat.S_ISDIR(status.st_mode):
            reason = "it is not a directory"
        elif status.st_uid != account.uid and not _may_be_handed_over(directory):
            reason = "it belongs to somebody else"
        else:
            if status.st_uid != account.uid:
                hand_over_tree(directory, account)
            reason = "" if can_reach(account, directory) else "it lies where this account cannot enter"
    except OSError as error:
        reason = error.strerror or "it cannot be changed"
    way_out = f"Run `chown -R {account.name} {directory}` where that is allowed."
    return f"{directory} cannot be given to {account.name}: {reason}. {way_out}" if reason else ""


def _may_be_handed_over(directory: Path) -> bool:
    """Root's, or of an account that ran this home before; else somebody's own files lie there under the same name."""
    owner = owner_of(directory)
    return owner is not None and (owner.uid == 0 or owner.name in ACCOUNTS)


def _written(home: Path) -> list[Path]:
    """A link (to a directory that machines share) is followed where nobody but root can have made it."""
    owner = owner_of(home)
    is_ours = owner is not None and owner.uid == 0
    return [(home / name).resolve() if is_ours else home / name for name in WRITTEN_BY_CHILDREN]


def _own_name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())
