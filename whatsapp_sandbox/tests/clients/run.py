"""Measure released client libraries against the sandbox and write down what worked.

    python -m whatsapp_sandbox.tests.clients.run              all of them, results.json and the table of the README
    python -m whatsapp_sandbox.tests.clients.run heyoo kapso  only these

Each library is installed from its registry, in the version named here, into a folder that is thrown away; its script
(``library_*``) calls every method that asks the platform something. Needs uv, node and npm, and the registries, which
is why it stands outside the ordinary tests: those check that README and results agree (test_clients.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whatsapp_sandbox.pictures import sample
from whatsapp_sandbox.tests.clients import tables

HERE = Path(__file__).parent
NUMBER, WABA, TOKEN = "100000000000201", "100000000000101", "sandbox-token"
PHONE = "12025550117"
SWITCHES = {
    "rates": {"messages_per_second": None, "pair_seconds": None},
    "answers": {"us_marketing": True},
    "statuses": {"sent_delay": [0, 0], "delivered_delay": [0, 0], "read_delay": [0, 0]},
    "templates": {"delay": [0, 0]},
}
SECONDS = 300


@dataclass(frozen=True, slots=True)
class Library:
    """A released library; ``script`` stands beside this file."""

    name: str
    version: str
    registry: str
    script: str


PYWA = "pywa"
"""Walks in the ordinary tests, too, for it is among their locked packages; here only its results are written."""
LIBRARIES = (
    Library("heyoo", "0.1.2", "PyPI", "library_heyoo.py"),
    Library("whatsapp-python", "4.3.0", "PyPI", "library_whatsapp_python.py"),
    Library("wa-cloud-py", "0.2.0", "PyPI", "library_wa_cloud_py.py"),
    Library("whatsapp-api-js", "6.3.0", "npm", "library_whatsapp_api_js.mjs"),
    Library("@kapso/whatsapp-cloud-api", "0.3.0", "npm", "library_kapso.mjs"),
    Library("whatsapp-business", "1.7.2", "npm", "library_whatsapp_business.mjs"),
    Library("@great-detail/whatsapp", "8.4.0", "npm", "library_great_detail.mjs"),
)


def main(wanted: list[str]) -> int:
    """Measure the libraries whose name holds one of the words, or all; keep the results of the others."""
    results = tables.read_results()
    for library in LIBRARIES:
        if wanted and not any(word in library.name for word in wanted):
            continue
        with tempfile.TemporaryDirectory(prefix="client-library-") as folder:
            calls: list[dict[str, Any]] = measure(library, Path(folder))
        results[library.name] = {"version": library.version, "registry": library.registry, "calls": calls}
        show(library.name, calls)
    if not wanted or PYWA in wanted:
        version, calls = asyncio.run(measure_pywa())
        results[PYWA] = {"version": version, "registry": "PyPI", "calls": calls}
        show(PYWA, calls)
    tables.write_results(results)
    return 0


def show(name: str, calls: list[dict[str, Any]]) -> None:
    print(f"{name}: {tables.count(calls)}")
    for call in calls:
        if call["outcome"] != "works":
            print(f"    {call['call']}: {call['outcome']}")


async def measure_pywa() -> tuple[str, list[dict[str, Any]]]:
    """The walk of the tests, alone; the version and the calls with their outcomes."""
    import httpx

    from whatsapp_sandbox.tests.conftest import account_of, living, receiving
    from whatsapp_sandbox.tests.pywa_walk import pywa, walk
    from whatsapp_sandbox.tests.test_pywa_client import Turned, prepare

    async with receiving() as receiver, living(account_of(receiver), receiver) as world:
        await world.say()
        with httpx.Client(transport=Turned(world.url)) as session:
            done = await walk(world, pywa.WhatsApp(session=session, **await prepare(world)))
    return str(pywa.__version__), done.calls


def measure(library: Library, folder: Path) -> list[dict[str, Any]]:
    """Install the library, start a sandbox, run the script; the calls with their outcomes."""
    command = install(library, folder)
    with sandbox(folder) as url:
        world = prepare(url, folder)
        done = subprocess.run(
            [*command, json.dumps(world)], capture_output=True, text=True, timeout=SECONDS, check=False
        )
    if done.returncode != 0:
        raise SystemExit(f"{library.script} failed:\n{done.stderr[-3_000:]}")
    calls: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return calls


def install(library: Library, folder: Path) -> list[str]:
    if library.registry == "PyPI":
        subprocess.run(["uv", "venv", "-q", "env"], cwd=folder, check=True)
        python = folder / "env" / "bin" / "python"
        asked = ["uv", "pip", "install", "-q", "--python", str(python), f"{library.name}=={library.version}"]
        subprocess.run(asked, check=True)
        return [str(python), str(HERE / library.script)]
    (folder / "package.json").write_text('{"private": true}')
    asked = ["npm", "install", "--silent", "--no-fund", "--no-audit", f"{library.name}@{library.version}"]
    subprocess.run(asked, cwd=folder, check=True)
    for name in ("tally.mjs", library.script):  # modules are looked up from where the script lies
        (folder / name).write_text((HERE / name).read_text())
    return ["node", str(folder / library.script)]


@contextlib.contextmanager
def sandbox(folder: Path) -> Iterator[str]:
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "whatsapp_sandbox", "--port", "0", "--customers", "none"]
    with subprocess.Popen([*command, "--ready-file", str(ready)], stdout=subprocess.DEVNULL) as process:
        try:
            until = time.monotonic() + 30
            while not ready.exists() and time.monotonic() < until:
                time.sleep(0.05)
            yield str(json.loads(ready.read_text())["url"]).rstrip("/")
        finally:
            process.terminate()


def prepare(url: str, folder: Path) -> dict[str, str]:
    """A person who has written and calls twice, an uploaded picture, files to send: what a script is told."""
    control(url, "PATCH", "switches", SWITCHES)
    control(url, "POST", "customers", {"id": "ann", "name": "Ann", "phone": f"+{PHONE}"})
    said = {"type": "text", "text": "Hi", "number": NUMBER}
    told = control(url, "POST", "customers/ann/messages", said)
    rings = [control(url, "POST", "customers/ann/calls", {"permit": True, "number": NUMBER}) for _ in "12"]
    image = folder / "beans.jpg"
    image.write_bytes(sample("image", "beans")[1])
    return {
        "url": url,
        "number": NUMBER,
        "waba": WABA,
        "token": TOKEN,
        "phone": PHONE,
        "told": told["id"],
        "call": rings[0]["id"],
        "second_call": rings[1]["id"],
        "media": upload(url, image.read_bytes()),
        "image": str(image),
        "folder": str(folder),
    }


def upload(url: str, data: bytes) -> str:
    """An uploaded picture for libraries that can send one and cannot upload it."""
    edge = b"--edge\r\nContent-Disposition: form-data; name="
    body = edge + b'"messaging_product"\r\n\r\nwhatsapp\r\n' + edge
    body += b'"file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n' + data + b"\r\n--edge--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=edge", "Authorization": f"Bearer {TOKEN}"}
    request = urllib.request.Request(f"{url}/v26.0/{NUMBER}/media", body, headers)  # noqa: S310 - loopback
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return str(json.load(answer)["id"])


def control(url: str, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310 - loopback
        f"{url}/control/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    os.environ["PATH"] = (
        f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # uv of the checkout
    )
    sys.exit(main(sys.argv[1:]))
