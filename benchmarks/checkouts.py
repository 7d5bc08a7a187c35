"""Which program is measured: this checkout, or one of another commit that is made for the time of a run."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regulars.supervision.home import PROJECT


@dataclass(frozen=True, slots=True)
class Checkout:
    """A folder with the project, and the Python that has what it needs."""

    root: Path
    python: str
    commit: str = ""


THIS = Checkout(PROJECT, sys.executable)


@contextmanager
def checkout_of(commit: str) -> Iterator[Checkout]:
    """Made ready, and removed after the block.

    Raises ValueError when there is no such commit, RuntimeError when it cannot be made ready.
    """
    name = _run(PROJECT, "git", "rev-parse", "--verify", "--quiet", "--short", f"{commit}^{{commit}}")
    if name is None:
        raise ValueError(f"{commit!r} is no commit of this project; git log shows them")
    with tempfile.TemporaryDirectory(prefix="regulars-bench-") as folder:
        Path(folder).chmod(0o711)
        root = Path(folder) / "clone"
        for command in (
            ("git", "clone", "--quiet", "--shared", "--no-checkout", str(PROJECT), str(root)),
            ("git", "-C", str(root), "checkout", "--quiet", name),
            (sys.executable, str(root / "tools" / "bootstrap.py"), "--dev"),
        ):
            if _run(Path(folder), *command) is None:
                raise RuntimeError(f"{commit} cannot be made ready: {' '.join(command)} failed")
        yield Checkout(root, str(root / ".venv" / "bin" / "python"), name)


def _run(folder: Path, *command: str) -> str | None:
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
