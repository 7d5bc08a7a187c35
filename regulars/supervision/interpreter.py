"""A copy of the running Python that other accounts can run, where the one that root uses is closed to them.

Version managers put Python below the home of whoever installed it, and nobody but root enters /root. The copy (40 to
70 MB: programs and standard library, the packages stay where they are) lies in /var/lib, belongs to root, and is made
once for each version.
"""

import hashlib
import os
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from .accounts import Account, run_as
from .home import PROJECT

PLACE = Path("/var/lib")
NOT_NEEDED = (
    "test",
    "idlelib",
    "tkinter",
    "turtledemo",
    "ensurepip",
    "site-packages",
    "config-*",
)
LAYOUT = 2
"""of the copy; another one is made anew"""


def runs(python: Path, code: str, account: Account) -> bool:
    try:
        done = subprocess.run(
            [str(python), "-c", code],
            cwd=PROJECT,
            env=_environment(python) | {"PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            **run_as(account),
        )
    except OSError:
        return False
    return done.returncode == 0


def make_copy() -> Path | None:
    if sys.platform != "linux" or not PLACE.is_dir() or not _library().is_dir():
        return None
    if found := find_copy():
        return found
    try:
        fresh = Path(tempfile.mkdtemp(prefix=f"{_directory().name}.", dir=PLACE))
    except OSError:
        return None
    try:
        _fill(fresh)
        fresh.rename(_directory())
    except OSError:  # also when another start was quicker: its copy is as good
        shutil.rmtree(fresh, ignore_errors=True)
    return find_copy()


def find_copy() -> Path | None:
    """Only one that nobody but root can have changed."""
    try:
        status = _directory().lstat()
    except OSError:
        return None
    is_roots = stat.S_ISDIR(status.st_mode) and status.st_uid == 0 and not status.st_mode & 0o022
    python = _directory() / "bin" / _program().name
    return python if is_roots and python.exists() else None


def go_on_with_copy() -> None:
    """As root, go on under the copy where `regulars serve` has made one: what acts as the account then can load it."""
    copy = find_copy() if os.geteuid() == 0 else None
    if copy is not None:
        go_on_with(copy)


def go_on_with(python: Path) -> None:
    """Does not return."""
    command = [str(python), "-P", "-m", "regulars", *sys.argv[1:]]
    os.execve(command[0], command, _environment(python))  # noqa: S606 (the same command, in our place)


def packages() -> Path:
    return Path(sysconfig.get_path("purelib")).resolve()


def _environment(python: Path) -> dict[str, str]:
    """A Python with a shared library looks for it where it was installed; the copy lies elsewhere."""
    if python != _directory() / "bin" / _program().name:
        return dict(os.environ)
    earlier = [place for place in os.environ.get("LD_LIBRARY_PATH", "").split(":") if place]
    return os.environ | {"LD_LIBRARY_PATH": ":".join([str(python.parent.parent / "lib"), *earlier])}


def _directory() -> Path:
    """Another version, or other packages, is another copy."""
    program = _program()
    facts = (program, program.stat().st_mtime_ns, sys.version, packages(), LAYOUT)
    return PLACE / f"regulars-python-{hashlib.sha256(repr(facts).encode()).hexdigest()[:12]}"


def _program() -> Path:
    return Path(sys.executable).resolve()


def _library() -> Path:
    return Path(sys.base_prefix) / "lib" / f"python{sysconfig.get_python_version()}"


def _fill(copy: Path) -> None:
    """Found by Python from where its program lies: bin/ beside lib/; the packages are a link."""
    (copy / "bin").mkdir()
    _copy_readable(_program(), copy / "bin" / _program().name)
    library = copy / "lib" / _library().name
    shutil.copytree(
        _library(), library, ignore=shutil.ignore_patterns(*NOT_NEEDED), copy_function=_copy_readable
    )
    (library / "site-packages").symlink_to(packages())
    for shared in _library().parent.glob("libpython*.so*"):
        _copy_readable(shared, copy / "lib" / shared.name)
    for directory, _names, _files in os.walk(copy):
        Path(directory).chmod(0o755)


def _copy_readable(source: str | Path, target: str | Path) -> None:
    """With its time: the byte code beside a module is good while that is the time of what it was made from."""
    shutil.copyfile(source, target)
    Path(target).chmod(0o755 if os.access(source, os.X_OK) else 0o644)
    status = Path(source).stat()
    os.utime(target, ns=(status.st_atime_ns, status.st_mtime_ns))
