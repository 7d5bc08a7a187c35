"""`regulars serve --demo` as a whole: started, watched, killed in every way, stopped, started again."""

import io
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from regulars.supervision import dropping, net, system
from regulars.supervision.home import PROJECT

PROCESSES = ["postgres", "sandbox", "supervisor", "web", "worker"]
START_PATIENCE = 120.0  # seconds; a first start makes the database and the demo


class Demo:
    """A quiet demo on a home of its own, with a space and Thai letters in the path, on free ports."""

    def __init__(self, place: Path) -> None:
        self.home = place / "ร้าน ของเรา"
        self.ready_file = place / "ready.json"
        self.said = place / "said"
        self.port = net.free_port()
        self.supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        began = time.monotonic()
        with self.said.open("wb") as said:
            self.supervisor = subprocess.Popen(
                self.command(), cwd=PROJECT, env=self.environment(), stdout=said, stderr=said
            )
        assert system.wait_until(lambda: self.is_ready() or self.ended(), START_PATIENCE), self.words()
        assert not self.ended(), self.words()
        return time.monotonic() - began

    def command(self, *more: str) -> list[str]:
        options = [
            "--demo",
            "--port",
            str(self.port),
            "--home",
            str(self.home),
            "--ready-file",
            str(self.ready_file),
        ]
        return [sys.executable, "-m", "regulars", "serve", *options, *more]

    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("REGULARS_", "DATABASE_URL"))
        }
        return kept | {"REGULARS_DEMO_QUIET": "1"}

    def is_ready(self) -> bool:
        """A ready file that a killed run left behind does not count; the new one takes it away, now or any moment."""
        assert self.supervisor is not None
        try:
            return self.pids()["supervisor"] == self.supervisor.pid
        except FileNotFoundError:
            return False

    def ready(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.ready_file.read_text())
        return content

    def pids(self) -> dict[str, int]:
        return dict(self.ready()["pids"])

    def ended(self) -> bool:
        return self.supervisor is not None and self.supervisor.poll() is not None

    def words(self) -> str:
        return self.said.read_text(errors="replace")

    def stop(self) -> int:
        assert self.supervisor is not None
        self.supervisor.send_signal(signal.SIGINT)
        return self.supervisor.wait(30)


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    place = Path(tempfile.mkdtemp(prefix="regulars-serve-"))
    place.chmod(0o711)
    demo = Demo(place)
    try:
        demo.start()
        yield demo
    finally:
        if not demo.ended():
            demo.stop()
        shutil.rmtree(place)


def test_the_ready_file_has_everything_a_script_needs_and_is_private(demo: Demo):
    content = demo.ready()
    address = f"http://127.0.0.1:{demo.port}"
    (connection,) = content["connections"]
    assert sorted(content) == [
        *(
            "api_token",
            "api_url",
            "connections",
            "local_url",
            "members",
            "pids",
            "sandbox",
            "url",
            "workspace",
        )
    ]
    assert (content["url"], content["api_url"]) == (address, f"{address}/api/v1")
    assert sorted(content["pids"]) == PROCESSES
    assert sorted(content["sandbox"]) == ["control_url", "graph_url"]
    assert sorted(connection) == ["app_secret", "inboxes", "key", "kind", "verify_token", "webhook_url"]
    assert connection["webhook_url"] == f"{address}/webhooks/whatsapp/{connection['key']}"
    assert [inbox["phone_number_id"] for inbox in connection["inboxes"]] == [
        "100000000000201",
        "100000000000202",
    ]
    assert sorted(content["members"][0]) == ["email", "password", "role"]
    assert demo.ready_file.stat().st_mode & 0o777 == 0o600
    assert all(map(system.is_alive, content["pids"].values()))


def test_no_command_line_holds_a_secret(demo: Demo):
    content = demo.ready()
    (connection,) = content["connections"]
    secrets = [connection["verify_token"], connection["app_secret"], content["api_token"]]
    secrets += [(demo.home / name).read_text().strip() for name in ("secret_key", "postgres_password")]
    lines = {name: system.command_line(pid) for name, pid in demo.pids().items()}
    assert [name for name, line in lines.items() if any(secret in line for secret in secrets)] == []


@pytest.fixture
def account(demo: Demo) -> int:
    """The number of the account that root's demo dropped to, as it said."""
    if os.geteuid() != 0:
        pytest.skip("an ordinary account runs everything itself")
    if "Web and worker run as root" in demo.words():
        pytest.skip("no account of this machine can run this checkout; the log says why")
    (line,) = [line for line in demo.words().splitlines() if line.startswith("Account ")]
    return pwd.getpwnam(line.rpartition(" ")[2]).pw_uid


def test_started_by_root_only_the_supervisor_is_root(demo: Demo, account: int):
    pids = demo.pids()
    users = {name: Path(f"/proc/{pid}").stat().st_uid for name, pid in pids.items()}
    assert {users[name] for name in ("web", "worker", "sandbox")} == {account}
    assert [name for name, user in users.items() if user == 0] == ["supervisor"]
    environments = [Path(f"/proc/{pids[name]}/environ").stat() for name in ("web", "worker", "sandbox")]
    assert {(each.st_uid, each.st_mode & 0o777) for each in environments} == {(account, 0o400)}


def test_what_is_written_down_for_root_stays_closed_to_the_account(demo: Demo, account: int):
    names = ("secret_key", "postgres_password", "demo.json")
    assert {(demo.home / name).stat().st_uid for name in names} == {0}
    done = subprocess.run(
        ["/bin/cat", *(str(demo.home / name) for name in names), str(demo.home / "postgres/data/PG_VERSION")],
        user=account,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr.count("Permission denied")) == ("", 4)


def test_web_and_commands_of_roots_leave_nothing_that_the_account_cannot_use(demo: Demo, account: int):
    answer = httpx.post(
        f"http://127.0.0.1:{demo.port}/api/v1/media",
        headers={"Authorization": f"Bearer {demo.ready()['api_token']}"},
        files={"file": ("red.png", _picture(), "image/png")},
        timeout=30,
    )
    assert answer.status_code == 201
    media = demo.home / "media"
    assert system.wait_until(lambda: any(media.rglob("*.webp")), 60, pause=0.2), "no preview was drawn"
    place = demo.environment() | {"REGULARS_HOME": str(demo.home)}
    for command in ("migrate",), ("token", "create", "--workspace", "harbor-pine", "--role", "agent"):
        done = subprocess.run(
            [sys.executable, "-m", "regulars", *command],
            cwd=PROJECT,
            env=place,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b"")
    written = [path for name in dropping.WRITTEN_BY_CHILDREN for path in (demo.home / name).rglob("*")]
    assert {path.lstat().st_uid for path in written} == {account}


def _picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, "PNG")
    return file.getvalue()


def test_a_second_start_on_the_same_home_is_refused_and_changes_nothing(demo: Demo):
    before = demo.ready_file.read_text()
    done = subprocess.run(
        demo.command(), cwd=PROJECT, env=demo.environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        f"regulars: Regulars already runs on {demo.home}: process {demo.pids()['supervisor']}"
    )
    assert demo.ready_file.read_text() == before


@pytest.mark.faults
@pytest.mark.parametrize("name", ["web", "worker", "sandbox", "postgres"])
def test_a_killed_process_comes_back_and_the_ready_file_says_where(demo: Demo, name: str):
    old = demo.pids()[name]
    os.kill(old, signal.SIGKILL)
    assert system.wait_until(lambda: demo.pids()[name] != old, 10), demo.words()
    assert system.wait_until(lambda: net.status_of(demo.port, "/readyz") == 200, 20, pause=0.1), demo.words()
    assert all(map(system.is_alive, demo.pids().values()))


@pytest.mark.faults
def test_after_kill_9_of_everything_it_starts_again_twice_in_a_row(demo: Demo):
    for _ in range(2):
        pids = demo.pids()
        for name in PROCESSES:
            system.send(pids[name], signal.SIGKILL)
        assert demo.supervisor is not None
        demo.supervisor.wait(5)
        demo.start()
        assert not set(demo.pids().values()) & set(pids.values())


@pytest.mark.faults
def test_children_go_when_only_the_supervisor_is_killed(demo: Demo):
    if not system.HAS_PROC:
        pytest.skip("elsewhere the next start ends them")
    pids = demo.pids()
    os.kill(pids.pop("supervisor"), signal.SIGKILL)
    assert system.wait_until(lambda: not any(map(system.is_alive, pids.values())), 15)
    assert demo.supervisor is not None
    demo.supervisor.wait()
    demo.start()


def test_ctrl_c_stops_everything_in_order_and_the_next_start_is_quick(demo: Demo):
    pids = demo.pids()
    assert demo.stop() == 0
    assert not any(map(system.is_alive, pids.values()))
    assert not demo.ready_file.exists()
    assert demo.words().endswith("Stopping …\nRegulars has stopped.\n")
    token = json.loads((demo.home / "demo.json").read_text())["facts"]["api_token"]
    assert demo.start() < 12  # two seconds on an idle machine; tests share theirs
    assert demo.ready()["api_token"] == token


def listens_to_signals(pid: int) -> bool:
    """The supervisor hears of its children's ends from the moment at which it follows requests to stop."""
    if not system.HAS_PROC:
        return True
    status = Path(f"/proc/{pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGCHLD - 1) & 1)


def test_a_request_to_stop_during_the_start_is_followed(demo: Demo):
    demo.stop()
    with demo.said.open("wb") as said:
        demo.supervisor = subprocess.Popen(
            demo.command(), cwd=PROJECT, env=demo.environment(), stdout=said, stderr=said
        )
    pid = demo.supervisor.pid
    assert system.wait_until(lambda: listens_to_signals(pid), 20)
    time.sleep(0.2)
    began = time.monotonic()
    assert demo.stop() == 0
    assert time.monotonic() - began < 10
    demo.start()
