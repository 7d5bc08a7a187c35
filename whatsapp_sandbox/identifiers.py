"""Ids in the shapes that the Cloud API uses."""

from __future__ import annotations

import base64
import itertools
import secrets
from collections.abc import Iterator

_serial: Iterator[int] = itertools.count(1)
_run = secrets.token_hex(6).upper().encode()  # keeps ids of two runs of the sandbox apart


def new_message_id() -> str:
    """A ``wamid.`` with an opaque base64 body, unique across runs.

    The body encodes hexadecimal text, so that it never holds ``/`` or ``+`` and can stand in a path.
    """
    return "wamid." + base64.b64encode(b"%s%010X" % (_run, next(_serial))).decode()


def new_call_id() -> str:
    return "wacid." + base64.b64encode(b"%s%06X" % (_run, next(_serial))).decode()


def new_group_id() -> str:
    return base64.b64encode(b"sandbox_group:" + secrets.token_hex(8).encode()).decode()


def new_number_id(prefix: str = "9") -> str:
    """As used for media, templates, flows and so on: 16 digits."""
    return prefix + str(secrets.randbelow(10**15)).rjust(15, "0")


def new_user_id(country: str) -> str:
    """A business-scoped user id: ISO country code, a dot and digits."""
    return f"{country}.{secrets.randbelow(10**20):020d}"


def new_trace_id() -> str:
    return "A" + secrets.token_urlsafe(16)


def new_code(letters: int = 14) -> str:
    return base64.b32encode(secrets.token_bytes(letters)).decode()[:letters]
