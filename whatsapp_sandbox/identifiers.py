"""Ids in the shapes that the Cloud API uses."""

from __future__ import annotations

import base64
import itertools
import secrets
from collections.abc import Iterator

_serial: Iterator[int] = itertools.count(1)
_run = secrets.token_bytes(6)  # keeps ids of two runs of the sandbox apart


def new_message_id() -> str:
    """A ``wamid.`` with an opaque base64 body, unique across runs."""
    return "wamid." + base64.b64encode(b"\x1d" + _run + next(_serial).to_bytes(8, "big")).decode()


def new_call_id() -> str:
    return "wacid." + base64.b64encode(_run + next(_serial).to_bytes(6, "big")).decode()


def new_group_id() -> str:
    return base64.b64encode(b"sandbox_group:" + secrets.token_bytes(9)).decode()


def new_number_id(prefix: str = "9") -> str:
    """A decimal id as used for media, templates, flows and so on: 16 digits."""
    return prefix + str(secrets.randbelow(10**15)).rjust(15, "0")


def new_user_id(country: str) -> str:
    """A business-scoped user id: ISO country code, a dot and digits."""
    return f"{country}.{secrets.randbelow(10**20):020d}"


def new_trace_id() -> str:
    """The ``fbtrace_id`` of an error answer."""
    return "A" + secrets.token_urlsafe(16)


def new_code(letters: int = 14) -> str:
    """An upper-case code as in QR short links and group invitations."""
    return base64.b32encode(secrets.token_bytes(letters)).decode()[:letters]
