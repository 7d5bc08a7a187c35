"""What a script counts: each call of the library, and what became of it. Standard library alone; see run.py."""

import json
import sys
from typing import Any
from urllib.parse import urlsplit, urlunsplit

WORLD: dict[str, str] = json.loads(sys.argv[1])
"""url, number, waba, app, token, phone, told (a message of the person), call, image, document (paths)."""
PHONE, NUMBER, IMAGE = WORLD["phone"], WORLD["number"], "https://example.com/a.jpg"
PLATFORM = ("graph.facebook.com", "developers.facebook.com")
_calls: list[dict[str, str]] = []


def turned(address: str) -> str:
    """An address of the platform as one of the sandbox; others stay."""
    parts = urlsplit(address)
    if parts.hostname not in PLATFORM:
        return address
    target = urlsplit(WORLD["url"])
    return urlunsplit((target.scheme, target.netloc, parts.path, parts.query, ""))


def turn_requests() -> None:
    """Let whatever uses requests speak to the sandbox."""
    from requests.adapters import HTTPAdapter

    send = HTTPAdapter.send

    def turned_send(self: Any, request: Any, *given: Any, **named: Any) -> Any:
        request.url = turned(request.url)
        return send(self, request, *given, **named)

    HTTPAdapter.send = turned_send


def call(name: str, asked: Any, *given: Any, **named: Any) -> Any:
    """Call it; an exception or an answer with ``error`` counts as a refusal."""
    try:
        answer = asked(*given, **named)
    except Exception as error:  # noqa: BLE001 - whatever the library raises is the result
        _calls.append({"call": name, "outcome": f"{type(error).__name__}: {error}"[:300]})
        return None
    told = answer[1] if isinstance(answer, tuple) else answer
    refused = told.get("error") if isinstance(told, dict) else None
    outcome = _said(refused) if refused else "works"
    _calls.append({"call": name, "outcome": outcome})
    return answer


def _said(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    return f"{error.get('code')} {error.get('error_data', {}).get('details', error.get('message'))}"


def finish() -> None:
    print(json.dumps(_calls))
