"""The directory of all local state (REGULARS_HOME): making it, and writing private files into it."""

import errno
import os
import secrets
import stat
import tempfile
from pathlib import Path

from .errors import StartRefused

PROJECT = Path(__file__).resolve().parents[2]  # where the packages regulars, config and whatsapp_sandbox lie
OLD_KEYS = "old_secret_keys"
LONGEST_READ = 1 << 20  # characters; what we read where others write is some lines long


def default_home() -> Path:
    """`.regulars` in the checkout we run from; installed as a package, in the current directory."""
    in_checkout = (PROJECT / "pyproject.toml").exists()
    return (PROJECT if in_checkout else Path.cwd()) / ".regulars"


def make_home(home: Path) -> None:
    """Others pass through root's (PostgreSQL, web and worker must), not list it.

    One that is there keeps its mode: whoever made it may have closed it on purpose.
    """
    try:
        if not home.is_dir():
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            home.chmod(0o711 if os.geteuid() == 0 else 0o700)  # whatever the umask is
    except OSError as error:
        raise StartRefused(f"REGULARS_HOME ({home}) cannot be made: {error.strerror}.") from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise StartRefused(
            f"REGULARS_HOME ({home}) is not writable for this account. Choose another directory."
        )


def secret_key(home: Path) -> str:
    """Made at the first call; signatures and stored secrets depend on it."""
    file = home / "secret_key"
    try:
        key = file.read_text(encoding="utf-8").strip()
    except UnicodeDecodeError as error:
        raise StartRefused(
            f"{file} is not text in UTF-8. Restore it from a backup, or set REGULARS_SECRET_KEY."
        ) from error
    except FileNotFoundError:
        key = secrets.token_urlsafe(48)
        write_private(file, key + "\n")
    except OSError as error:
        raise StartRefused(
            f"{file} cannot be read: {error.strerror}. It belongs to another account."
        ) from error
    if not key:
        raise StartRefused(f"{file} is empty. Restore it from a backup, or set REGULARS_SECRET_KEY.")
    return key


def old_secret_keys(home: Path) -> list[str]:
    """Those that a rotation has not retired yet, the newest first; none when there is none."""
    try:
        return (home / OLD_KEYS).read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise StartRefused(f"{home / OLD_KEYS} cannot be read. Restore it from a backup.") from error


def known_old_keys(home: Path, own_key: str | None) -> str:
    """For the environment of a process: those that somebody named, and the home's where the key is the home's, too."""
    named = os.environ.get("REGULARS_OLD_SECRET_KEYS", "")
    return ",".join(filter(None, [named, *(() if own_key else old_secret_keys(home))]))


def begin_new_key(home: Path) -> None:
    """Another secret key in the home, the one before beside it. Stopped anywhere, no key is lost: the old one is
    written down before the new one takes its place, and whoever finds it written down twice has it once too often.
    """
    before = secret_key(home)
    kept = [each for each in old_secret_keys(home) if each != before]
    write_private(home / OLD_KEYS, "\n".join([before, *kept]) + "\n")
    write_private(home / "secret_key", secrets.token_urlsafe(48) + "\n")


def retire_old_keys(home: Path) -> None:
    (home / OLD_KEYS).unlink(missing_ok=True)


def is_text(value: str) -> bool:
    """Whether what came from outside (environment, command line, a path) has no bytes that are not UTF-8."""
    return value.isprintable() or not any("\ud800" <= letter <= "\udfff" for letter in value)


def read_own(path: Path) -> str:
    """The text of a file where others may write: a link is not followed, and nothing but a file is waited for.

    Raises OSError when it is none, or cannot be read.
    """
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(opened, encoding="utf-8", errors="replace") as file:
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise OSError(errno.EINVAL, "it is not a file", str(path))
        return file.read(LONGEST_READ)


def write_private(path: Path, text: str) -> None:
    """In one step, durably, readable by its owner alone."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
