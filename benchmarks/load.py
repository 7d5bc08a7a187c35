"""The load generator: a closed loop over kept-alive connections, in a process of its own.

    python -m benchmarks.load < spec.json

It makes and signs every request first, says ``ready``, waits for a line on its standard input, posts as fast
as the answers come, and prints a JSON line. Anything but a 200 ends it with an error. A raw asyncio protocol
on uvloop: a request costs the generator some 20 µs, so that the server is what is measured.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any, cast

import uvloop

from benchmarks.bodies import Target, build_requests

PATIENCE_SECONDS = 30.0
"""how long the last answers may take after the time is up"""


@dataclass(frozen=True)
class Spec:
    """What to post: at most ``count`` requests for at most ``seconds``, over ``connections`` connections."""

    target: Target
    connections: int
    seconds: float
    count: int
    run: str


@dataclass(frozen=True)
class Outcome:
    """What was posted and answered with 200. Times in seconds, latencies in milliseconds."""

    answered: int
    seconds: float
    p50: float
    p99: float
    generator_cpu: float
    """the generator's own processor time for a request, in microseconds"""

    @property
    def rate(self) -> float:
        """Answered requests a second."""
        return self.answered / self.seconds


class Answers:
    """Cuts a stream of HTTP/1.1 answers with Content-Length into statuses; ``feed`` says how many ended."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> list[int]:
        self._buffer = self._buffer + data if self._buffer else data
        statuses: list[int] = []
        while True:
            head, gap, rest = self._buffer.partition(b"\r\n\r\n")
            if not gap:
                return statuses
            length = _content_length(head)
            if len(rest) < length:
                return statuses
            statuses.append(int(head[9:12]))
            self._buffer = rest[length:]


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    raise ValueError("an answer without Content-Length; this generator reads no other")


class _Run:
    """What the connections of a run share."""

    def __init__(self, requests: deque[bytes], seconds: float) -> None:
        self.requests = requests
        self.began = monotonic()
        self.deadline = self.began + seconds
        self.ended = self.began
        self.latencies: list[float] = []
        self.failed: list[str] = []
        self.open = 0
        self.done = asyncio.get_running_loop().create_future()

    def fail(self, reason: str) -> None:
        self.failed.append(reason)
        if not self.done.done():
            self.done.set_result(None)


class _Connection(asyncio.Protocol):
    def __init__(self, run: _Run) -> None:
        self._run = run
        self._answers = Answers()
        self._transport: asyncio.WriteTransport | None = None
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's does not say so

    def go(self) -> None:
        run, transport = self._run, self._transport
        assert transport is not None
        moment = monotonic()
        if moment < run.deadline and run.requests:
            self._sent_at = moment
            transport.write(run.requests.popleft())
            return
        run.open -= 1
        if run.open == 0 and not run.done.done():
            run.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        for status in self._answers.feed(data):
            run = self._run
            run.ended = monotonic()
            run.latencies.append(run.ended - self._sent_at)
            if status != 200:
                run.fail(f"a request was answered with {status} instead of 200")
                return
            self.go()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._run.done.done():
            self._run.fail(f"the server closed a connection ({type(exc).__name__})")


async def post_all(requests: deque[bytes], port: int, connections: int, seconds: float) -> Outcome:
    """Raises RuntimeError unless each answer was a 200."""
    loop = asyncio.get_running_loop()
    run = _Run(requests, seconds)
    pairs = [
        await loop.create_connection(lambda: _Connection(run), "127.0.0.1", port) for _ in range(connections)
    ]
    used = _cpu_seconds()
    run.open = connections
    run.began = run.ended = monotonic()
    run.deadline = run.began + seconds
    for _transport, protocol in pairs:
        protocol.go()
    await asyncio.wait_for(run.done, seconds + PATIENCE_SECONDS)
    for transport, _protocol in pairs:
        transport.abort()
    if run.failed:
        raise RuntimeError(run.failed[0])
    return _outcome(run, _cpu_seconds() - used)


def _outcome(run: _Run, cpu: float) -> Outcome:
    count = len(run.latencies)
    if count == 0:
        raise RuntimeError("nothing was answered")
    milliseconds = [1000 * each for each in run.latencies]
    return Outcome(
        answered=count,
        seconds=run.ended - run.began,
        p50=percentile(milliseconds, 50),
        p99=percentile(milliseconds, 99),
        generator_cpu=1e6 * cpu / count,
    )


def percentile(values: Sequence[float], percent: float) -> float:
    """The value below which ``percent`` of a hundred of ``values`` lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def _cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Generator:
    """A generator process: built when made, so that nothing but posting happens in ``run``."""

    def __init__(self, spec: Spec) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._say(json.dumps(asdict(spec)))
        self._hear("ready")

    def run(self) -> Outcome:
        self._say("go")
        return Outcome(**json.loads(self._hear()))

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _hear(self, expected: str = "") -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line or (expected and line != expected):
            self._process.kill()
            _said, errors = self._process.communicate()
            raise RuntimeError(f"the load generator failed: {errors.strip()[-2000:]}")
        if not expected:
            self._process.communicate()
        return line


def post(spec: Spec) -> Outcome:
    return Generator(spec).run()


def _main() -> None:
    fields: dict[str, Any] = json.loads(sys.stdin.readline())
    spec = Spec(**{**fields, "target": Target(**fields["target"])})
    requests = deque(build_requests(spec.target, spec.run, spec.count))
    print("ready", flush=True)
    sys.stdin.readline()
    outcome = uvloop.run(post_all(requests, spec.target.port, spec.connections, spec.seconds))
    print(json.dumps(asdict(outcome)), flush=True)


if __name__ == "__main__":
    _main()
