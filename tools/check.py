"""`make check`: every check in one list; all of them run, and what fails is shown in full.

python -m tools.check            all
python -m tools.check types      those whose name starts so
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_SOURCES = (
    "regulars",
    "config",
    "whatsapp_sandbox",
    "tests",
    "benchmarks",
    "tools",
    "conftest.py",
    "manage.py",
)
TEMPLATE_FOLDERS = ("regulars", "whatsapp_sandbox")
AT_ONCE = 2
LONGEST_REPORT = 80  # lines; the rest comes with the tool's own command


@dataclass(frozen=True)
class Check:
    """A name for the line printed, and the command whose exit code counts: a module, or a program beside Python."""

    name: str
    command: tuple[str, ...]
    is_program: bool = False

    @property
    def arguments(self) -> list[str]:
        first, *rest = self.command
        if self.is_program:
            return [str(Path(sys.executable).with_name(first)), *rest]
        return [sys.executable, "-m", first, *rest]


def checks() -> list[Check]:
    """The slowest first: two run at a time."""
    sources = tuple(name for name in PYTHON_SOURCES if (ROOT / name).exists())
    return [
        Check("types", ("mypy", *sources)),
        Check("walls", ("tools.walls",)),
        Check("format", ("ruff", "format", "--check", "--quiet", "--output-format=concise", *sources)),
        Check("lint", ("ruff", "check", "--output-format=concise", *sources)),
        Check("templates", ("djlint", "--lint", "--quiet", *TEMPLATE_FOLDERS)),
        Check("template form", ("djangofmt", "--check", "--quiet", *TEMPLATE_FOLDERS), is_program=True),
        Check("house lints", ("tools.house_lints",)),
        Check("migrations", ("tools.migrations_check",)),
        Check("schema", ("tools.schema", "--check")),
        Check("routes", ("tools.routes", "--check")),
        Check("events", ("tools.events", "--check")),
        Check("catalogues", ("tools.catalogues", "check")),
    ]


def main() -> int:
    wanted = sys.argv[1:]
    chosen = [check for check in checks() if not wanted or check.name.startswith(tuple(wanted))]
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        passed = list(pool.map(_run, chosen))
    failed = [check.name for check, ok in zip(chosen, passed, strict=True) if not ok]
    seconds = time.monotonic() - began
    print(f"{len(chosen) - len(failed)} of {len(chosen)} checks passed in {seconds:.0f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}")
    return 1 if failed else 0


def _run(check: Check) -> bool:
    began = time.monotonic()
    done = subprocess.run(
        check.arguments,
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "PYTHONWARNINGS": "default"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    ok = done.returncode == 0
    report = f"  {'ok  ' if ok else 'FAIL'}  {check.name:<14}{time.monotonic() - began:6.1f} s"
    print(report if ok else f"{report}\n{_shortened(done.stdout)}\n", flush=True)
    return ok


def _shortened(text: str) -> str:
    lines = text.rstrip().splitlines()
    left_out = len(lines) - LONGEST_REPORT
    if left_out <= 0:
        return "\n".join(lines)
    return "\n".join([*lines[:-20][: LONGEST_REPORT - 20], f"… {left_out} lines more …", *lines[-20:]])


if __name__ == "__main__":
    sys.exit(main())
