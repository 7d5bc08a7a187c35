"""`regulars ingest`: post stored webhook bodies to a connection, signed as the platform signs them."""

import hashlib
import hmac
import http.client
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

import click

from regulars.supervision.settings import read_settings

SIGNATURE_HEADER = (
    "X-Hub-Signature-256"  # Meta, "Webhooks: validating payloads": sha256=<hex HMAC of the raw body>
)
TIMEOUT = 30.0  # seconds for one answer
ATTEMPTS = 5  # for an answer 5xx or none at all, as the platform would


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--url", help="The connection's webhook address; else the first connection of the ready file.")
@click.option(
    "--secret", envvar="REGULARS_APP_SECRET", help="Its app secret; else from the ready file (demo)."
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def ingest(files: Sequence[Path], url: str | None, secret: str | None, as_json: bool) -> None:
    """Post stored webhook bodies: files of one JSON body, folders of them, or .jsonl with one a line."""
    address, key = _target(url, secret)
    bodies = list(_bodies(files))
    answers: Counter[str] = Counter()
    failed: list[str] = []
    began = time.monotonic()
    hidden = as_json or not sys.stderr.isatty()
    with (
        _Poster(address, key) as poster,
        click.progressbar(bodies, label="Posting", file=sys.stderr, hidden=hidden) as progress,
    ):
        for name, body in progress:
            status = poster.post(body)
            answers[str(status or "no answer")] += 1
            if status != 200:
                failed.append(f"{name}: {status or 'no answer'}")
    _report(answers, failed, time.monotonic() - began, as_json=as_json)
    if failed:
        sys.exit(1)


def _target(url: str | None, secret: str | None) -> tuple[str, bytes]:
    if url and secret:
        return url, secret.encode()
    path = read_settings(os.environ).ready_path
    try:
        connection = json.loads(path.read_text(encoding="utf-8"))["connections"][0]
    except (OSError, ValueError, LookupError) as error:
        raise click.ClickException(
            f"Regulars does not run here ({path} names no connection). Start it, or give --url and --secret."
        ) from error
    key = secret or connection.get("app_secret")
    if not key:
        raise click.ClickException("The ready file holds no app secret (only a demo's does): give --secret.")
    return url or connection["webhook_url"], key.encode()


def _bodies(files: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    for path in files:
        if path.is_dir():
            yield from _bodies(
                [entry for entry in sorted(path.rglob("*")) if entry.suffix in (".json", ".jsonl")]
            )
        elif path.suffix == ".jsonl":
            lines = path.read_bytes().splitlines()
            yield from ((f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip())
        else:
            yield str(path), path.read_bytes()


class _Poster:
    """One kept-open connection to the webhook's address."""

    def __init__(self, address: str, key: bytes) -> None:
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise click.ClickException(
                f"--url is {address!r}; it must be an address like http://127.0.0.1:8000/…."
            )
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname, parts.port, timeout=TIMEOUT)
        self._path = parts.path or "/"
        self._key = key

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def post(self, body: bytes) -> int | None:
        status = None
        for attempt in range(ATTEMPTS):
            time.sleep(0.2 * (2**attempt - 1))
            status = self._post_once(body)
            if status is not None and status < 500:
                break
        return status

    def _post_once(self, body: bytes) -> int | None:
        signature = "sha256=" + hmac.new(self._key, body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", SIGNATURE_HEADER: signature}
        try:
            self._connection.request("POST", self._path, body, headers)
            answer = self._connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return None
        return answer.status


def _report(answers: Counter[str], failed: list[str], seconds: float, *, as_json: bool) -> None:
    summary: dict[str, Any] = {
        "posted": sum(answers.values()),
        "answers": dict(sorted(answers.items())),
        "failed": failed,
        "seconds": round(seconds, 3),
    }
    if as_json:
        click.echo(json.dumps(summary, ensure_ascii=False))
        return
    counts = ", ".join(f"{count} × {answer}" for answer, count in summary["answers"].items())
    click.echo(f"Posted {summary['posted']} bodies in {summary['seconds']} s: {counts}.")
    for line in failed:
        click.echo(f"  not accepted: {line}", err=True)
