"""Running a floor: one uvicorn worker with the settings that the product's web process has."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from benchmarks.bodies import Target
from benchmarks.waiting import port_answers, wait_for
from regulars.supervision.net import free_port
from regulars.supervision.system import end_with_parent

SECRET = "floor-secret"  # noqa: S105 (nobody else ever sees the floors)


@contextmanager
def serving(floor: str, database_url: str = "") -> Iterator[Target]:
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.floors.serving", floor, "--port", str(port)],
        env={**os.environ, "FLOOR_SECRET": SECRET, "FLOOR_DATABASE_URL": database_url},
        stdin=subprocess.DEVNULL,
        preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509 (one thread: nothing can deadlock)
    )
    try:
        wait_for(lambda: port_answers(port) or process.poll() is not None, 20, f"floor {floor}")
        yield Target(port, "/webhooks", SECRET)
    finally:
        process.terminate()
        process.wait(10)


def _main() -> None:
    parser = argparse.ArgumentParser(description="Run one floor.")
    parser.add_argument("floor")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    uvicorn.run(
        f"benchmarks.floors.{arguments.floor}:app",
        host="127.0.0.1",
        port=arguments.port,
        loop="uvloop",
        http="httptools",
        lifespan="auto",
        access_log=False,
        log_level="warning",
        backlog=4096,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
        server_header=False,
    )


if __name__ == "__main__":
    _main()
