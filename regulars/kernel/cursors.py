"""Where a page of a list ended, as the opaque text that callers hand back for the next one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

import orjson

from regulars.kernel.errors import Invalid


def write_cursor(parts: Sequence[object]) -> str:
    """``parts`` are what JSON can say."""
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def read_cursor(cursor: str) -> Any:
    """What a cursor says, whatever that is; raises ``Invalid`` for a text that is none of ours."""
    try:
        return orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise unknown_cursor() from error


def unknown_cursor() -> Invalid:
    """The refusal of a cursor that nobody handed out."""
    return Invalid("this cursor is not one of ours", fields={"cursor": "next_cursor of the page before"})
