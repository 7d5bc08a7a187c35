"""Children that end, fail, refuse to end and are left behind: real processes under the real loop."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from regulars.supervision import leftovers, processes, system
from regulars.supervision.errors import StartRefused
from regulars.supervision.home import PROJECT
from regulars.supervision.locks import FileLock
from regulars.supervision.output import Output
from regulars.supervision.processes import Child, Processes

FOREVER = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def family(tmp_path: Path):
    group = Processes(tmp_path, Output("text"))
    yield group
    group.stop()


def was_told(told: list[dict[str, int]], times: int) -> bool:
    return len(told) == times


def child(name: str, code: str) -> Child:
    return Child(name, [sys.executable, "-c", code], dict(os.environ), PROJECT)


def test_a_killed_child_is_started_again_at_once_and_the_new_pid_is_told(family: Processes):
    told: list[dict[str, int]] = []
    family.on_restart = lambda: told.append(family.pids())
    family.start(child("web", FOREVER))
    for _ in range(6):  # more often than failed starts are forgiven
        restarts = len(told)
        os.kill(family.pids()["web"], signal.SIGKILL)
        assert family.wait_until(partial(was_told, told, restarts + 1), 5)
    assert len(told) == 6
    assert told[-1] == family.pids()


def test_a_child_that_cannot_start_is_given_up_with_its_last_words(
    family: Processes, capfd: pytest.CaptureFixture[str]
):
    family.start(child("worker", "print('no luck today'); raise SystemExit(3)"))
    with pytest.raises(StartRefused, match=r"^worker failed to start 4 times in a row \(exit code 3\)"):
        family.wait_until(lambda: False, 20)
    assert capfd.readouterr().out.count("worker    │ no luck today") == 4


def test_without_room_for_the_ready_file_it_is_told_again_later(
    family: Processes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "REFUSED_PAUSE", 0.1)
    told: list[dict[str, int]] = []

    def tell() -> None:
        told.append(family.pids())
        if len(told) < 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    family.on_restart = tell
    family.start(child("web", FOREVER))
    os.kill(family.pids()["web"], signal.SIGKILL)
    assert family.wait_until(partial(was_told, told, 3), 5)
    assert told[-1] == family.pids()
    assert not family.wait_until(partial(was_told, told, 4), 0.5)


def test_a_child_that_the_machine_refuses_is_tried_again_once_regulars_is_ready(
    family: Processes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(processes, "REFUSED_PAUSE", 0.1)
    refusals = iter([OSError(errno.EAGAIN, "Resource temporarily unavailable")] * 3)
    told: list[dict[str, int]] = []
    family.on_restart = lambda: told.append(family.pids())

    def prepare() -> None:
        if family.ready and (refusal := next(refusals, None)):
            raise refusal

    worker = child("worker", FOREVER)
    worker.before_start = prepare
    family.start(worker)
    family.ready = True
    os.kill(family.pids()["worker"], signal.SIGKILL)
    assert family.wait_until(partial(was_told, told, 1), 5)
    assert next(refusals, None) is None


def test_without_room_for_the_log_lines_are_counted_and_their_number_said_later():
    written: list[str] = []
    room = [True]

    def write(line: str) -> None:
        if not room[0]:
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(line)

    output = Output("text", write)
    output.say("one")
    room[0] = False
    output.line("web", "two")
    output.say("three")
    room[0] = True
    output.say("four")
    output.say("five")
    assert written == ["one", "2 lines of the log are lost: there was no room for them.", "four", "five"]


def test_a_log_on_a_full_disk_stops_nobody():
    said = (
        "from regulars.supervision.output import Output\n"
        "output = Output('text')\n"
        "for _ in range(3): output.say('x' * 10_000)\n"
        "import sys; sys.exit(7)"
    )
    with Path("/dev/full").open("w") as full:
        assert (
            subprocess.run([sys.executable, "-c", said], cwd=PROJECT, stdout=full, check=False).returncode
            == 7
        )


def test_children_stop_in_the_reverse_order_of_their_start(
    family: Processes, capfd: pytest.CaptureFixture[str]
):
    code = (
        "import signal, sys, time\n"
        "def end(*_): print('ending', flush=True); time.sleep(0.2); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)"
    )
    said: list[str] = []

    def all_are_up() -> bool:
        said.append(capfd.readouterr().out)
        return "".join(said).count("up") == 3

    for name in ("sandbox", "worker", "web"):
        family.start(child(name, code))
    assert family.wait_until(all_are_up, 10)
    family.stop()
    ended = [line.split()[0] for line in capfd.readouterr().out.splitlines() if line.endswith("ending")]
    assert ended == ["web", "worker", "sandbox"]
    assert family.pids() == {}


def test_a_child_deaf_to_the_request_is_killed(family: Processes, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "STOP_PATIENCE", 0.3)
    family.start(child("web", f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {FOREVER}"))
    family.wait_until(lambda: False, 0.5)
    pid = family.pids()["web"]
    family.stop()
    assert not system.is_alive(pid)


def test_children_end_when_their_supervisor_is_killed(tmp_path: Path):
    if not system.HAS_PROC:
        pytest.skip("only Linux ends children with their parent")
    code = (
        "import sys; from pathlib import Path; from regulars.supervision.tests.test_processes import *\n"
        "family = Processes(Path(sys.argv[1]), Output('text')); family.start(child('web', FOREVER))\n"
        "print(family.pids()['web'], flush=True); family.wait_until(lambda: False, 60)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=PROJECT, stdout=subprocess.PIPE
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    assert system.wait_until(lambda: not system.is_alive(pid), 5)


def test_what_a_killed_run_left_is_ended_but_no_stranger_with_the_same_pid(tmp_path: Path):
    left = subprocess.Popen([sys.executable, "-c", FOREVER])
    stranger = subprocess.Popen([sys.executable, "-c", FOREVER])
    try:
        us = os.geteuid()
        leftovers.record(tmp_path, "web-2", left.pid, us)
        leftovers.record(tmp_path, "web-3", stranger.pid, us + 1)
        reused = {"pid": stranger.pid, "started": "1", "owner": us}
        (tmp_path / "processes" / "worker.json").write_text(json.dumps(reused))
        assert leftovers.end(tmp_path, ["web", "worker"]) == ["web-2"]
        assert left.wait(5) == -signal.SIGTERM
        assert stranger.poll() is None
        assert leftovers.end(tmp_path, ["web", "worker"]) == []
    finally:
        stranger.kill()
        stranger.wait()


def test_records_that_others_can_have_written_are_refused(tmp_path: Path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "processes").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StartRefused, match="is not a directory of the account that starts Regulars"):
        leftovers.end(tmp_path, ["web"])


@pytest.mark.parametrize("kind", ["link", "second name", "pipe"])
def test_what_is_no_file_of_its_own_is_never_locked_nor_written(kind: str, tmp_path: Path):
    victim, lock = tmp_path / "victim", tmp_path / "web.lock"
    victim.write_text("precious")
    if kind == "pipe":
        os.mkfifo(lock)
    elif kind == "link":
        lock.symlink_to(victim)
    else:
        lock.hardlink_to(victim)
    with pytest.raises(StartRefused, match="Remove it"):
        FileLock(lock).take()
    assert victim.read_text() == "precious"


def test_what_children_say_comes_out_line_by_line_as_text(
    family: Processes, capfd: pytest.CaptureFixture[str]
):
    family.start(
        child("web", "print('één'); print(); print('two', end='', flush=True); import time; time.sleep(600)")
    )
    family.wait_until(lambda: False, 0.6)
    family.stop()
    assert capfd.readouterr().out == "web       │ één\nweb       │ two\n"


def test_json_lines_pass_and_others_are_wrapped(capfd: pytest.CaptureFixture[str]):
    output = Output("json")
    output.line("web", '{"event":"started"}')
    output.line("web", "Traceback …")
    first, second = capfd.readouterr().out.splitlines()
    assert json.loads(first) == {"process": "web", "event": "started"}
    wrapped = json.loads(second)
    assert wrapped.pop("time") < time.strftime("%Y-%m-%dT%H:%M:%S~", time.gmtime())
    assert wrapped == {"process": "web", "level": "error", "logger": "web", "message": "Traceback …"}
