"""At rest and at the start: memory of everything when nothing happens, and how long starts take."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.accepting import Effort
from benchmarks.checkouts import THIS, Checkout
from benchmarks.figures import Figure, median
from benchmarks.processes import name_of, parents
from benchmarks.product import Supervised, environment_of, temporary_home
from benchmarks.waiting import wait_for
from regulars.supervision import net
from regulars.supervision.home import PROJECT

IDLE_SECONDS = 20.0
MOST_MEGABYTES = 300.0
MOST_SECOND_START = 5.0
MOST_FIRST_START = 90.0
FIRST_START_PATIENCE = 600.0


def measure_resting(effort: Effort, checkout: Checkout = THIS) -> Iterator[Figure]:
    """Memory of `serve --demo` and of `serve`, and the second start of the demo. Linux only (PSS)."""
    idle = min(IDLE_SECONDS, effort.seconds * 10)
    for name, flags in (("the demo", ("--demo",)), ("without the demo", ())):
        with temporary_home() as home:
            with _running(checkout, home, flags) as served:
                time.sleep(idle)
                for part, megabytes in memory_by_process(served.pid).items():
                    yield Figure(f"idle memory, {name}: {part}", megabytes, "MB")
                total = sum(memory_by_process(served.pid).values())
                yield Figure(f"idle memory, {name}, all of it", total, "MB", at_most=MOST_MEGABYTES)
            if flags:
                yield _second_start(checkout, home, flags, effort.rounds)


def _second_start(checkout: Checkout, home: Path, flags: tuple[str, ...], rounds: int) -> Figure:
    seconds = []
    for _round in range(rounds):
        began = time.monotonic()
        with _running(checkout, home, flags):
            seconds.append(time.monotonic() - began)
    return Figure("second start of the demo", median(seconds), "s", at_most=MOST_SECOND_START)


@contextmanager
def _running(checkout: Checkout, home: Path, flags: tuple[str, ...]) -> Iterator[Supervised]:
    arguments = (*flags, "--port", str(net.free_port()))
    served = Supervised(checkout, home, arguments, environment_of(home), home / "ready.json")
    try:
        yield served
    finally:
        served.stop()


def memory_by_process(supervisor: int) -> dict[str, float]:
    """Proportional set size in megabytes of a supervisor and all below it, by the supervisor's children."""
    above = parents()
    sums: dict[str, float] = {}
    for pid in above:
        top = _below(pid, supervisor, above)
        if top is not None:
            name = "supervisor" if top == supervisor else name_of(top)
            sums[name] = sums.get(name, 0.0) + _proportional(pid)
    return sums


def _below(pid: int, supervisor: int, above: dict[int, int]) -> int | None:
    while pid in above:
        if pid == supervisor or above[pid] == supervisor:
            return pid
        pid = above[pid]
    return None


def _proportional(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    kilobytes = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    return kilobytes / 1024


def measure_first_start() -> Iterator[Figure]:
    """`make demo` in a fresh clone, package caches warm, until everything answers."""
    with temporary_home() as directory:
        clone, home = directory / "clone", directory / "home"
        subprocess.run(["git", "clone", "--quiet", str(PROJECT), str(clone)], check=True)
        environment = environment_of(home) | {"REGULARS_PORT": str(net.free_port()), "PYTHON": sys.executable}
        ready = home / "ready.json"
        began = time.monotonic()
        with (directory / "make.log").open("wb") as log:
            process = subprocess.Popen(
                ["make", "demo"], cwd=clone, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        try:
            wait_for(
                lambda: ready.exists() or process.poll() is not None,
                FIRST_START_PATIENCE,
                "the first `make demo`",
            )
            seconds = time.monotonic() - began
            if not ready.exists():
                raise RuntimeError(f"make demo failed:\n{(directory / 'make.log').read_text()[-2000:]}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait(60)
        yield Figure("first `make demo` in a fresh clone", seconds, "s", at_most=MOST_FIRST_START)
