"""`regulars ingest` against a server that checks signatures as the product must."""

import hashlib
import hmac
import http.server
import json
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from regulars.commands import ingest as ingest_module
from regulars.commands import regulars

SECRET = "app-secret"


class Door(http.server.BaseHTTPRequestHandler):
    """Answers 200 to what is signed, 401 to what is not; the first request of the test may be refused with 503."""

    protocol_version = "HTTP/1.1"
    bodies: list[bytes] = []
    refusals = 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        expected = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        status = 200 if self.headers["X-Hub-Signature-256"] == expected else 401
        if type(self).refusals:
            type(self).refusals -= 1
            status = 503
        if status == 200:
            self.bodies.append(body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def address():
    Door.bodies, Door.refusals = [], 0
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/webhooks/whatsapp/key"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def bodies(tmp_path: Path) -> Path:
    folder = tmp_path / "bodies"
    folder.mkdir()
    (folder / "a.json").write_text('{"a": 1}')
    (folder / "b.jsonl").write_text('{"b": 1}\n\n{"b": 2}\n')
    (folder / "README.md").write_text("not a body")
    return folder


def run(*arguments: str):
    return CliRunner().invoke(regulars, ["ingest", "--json", *arguments])


def test_files_folders_and_lines_arrive_signed_in_order(address: str, bodies: Path):
    result = run(str(bodies), "--url", address, "--secret", SECRET)
    summary = json.loads(result.output)
    summary.pop("seconds")
    assert (result.exit_code, summary) == (0, {"posted": 3, "answers": {"200": 3}, "failed": []})
    assert Door.bodies == [b'{"a": 1}', b'{"b": 1}', b'{"b": 2}']


def test_a_refusal_is_named_and_makes_the_command_fail(address: str, bodies: Path):
    result = run(str(bodies / "a.json"), "--url", address, "--secret", "another")
    assert (result.exit_code, json.loads(result.output)["failed"]) == (1, [f"{bodies / 'a.json'}: 401"])


def test_an_answer_5xx_is_tried_again(address: str, bodies: Path):
    Door.refusals = 2
    result = run(str(bodies / "a.json"), "--url", address, "--secret", SECRET)
    assert (result.exit_code, Door.bodies) == (0, [b'{"a": 1}'])


def test_nobody_there_is_no_answer(bodies: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ingest_module, "ATTEMPTS", 1)
    result = run(str(bodies / "a.json"), "--url", "http://127.0.0.1:9/webhooks/x", "--secret", SECRET)
    assert (result.exit_code, json.loads(result.output)["answers"]) == (1, {"no answer": 1})


def test_address_and_secret_come_from_the_ready_file(
    address: str, bodies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    ready = tmp_path / "ready.json"
    ready.write_text(json.dumps({"connections": [{"webhook_url": address, "app_secret": SECRET}]}))
    monkeypatch.setenv("REGULARS_READY_FILE", str(ready))
    assert run(str(bodies / "a.json")).exit_code == 0


def test_without_a_running_regulars_the_way_out_is_named(
    bodies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path))
    result = run(str(bodies / "a.json"))
    assert (result.exit_code, result.output) == (
        1,
        (
            f"Error: Regulars does not run here ({tmp_path / 'ready.json'} names no connection). "
            "Start it, or give --url and --secret.\n"
        ),
    )
