"""Parts of a file (RFC 9110 §14): players ask for them to know a length and to seek; Safari plays nothing without."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

from django.http import FileResponse, HttpResponse, HttpResponseBase

_RANGE = re.compile(r"bytes=([0-9]*)-([0-9]*)")
_LONGEST_NUMBER = 18
"""digits; what is longer lies beyond every file, and Python refuses to read thousands of them"""


def answer_with_file(path: Path, content_type: str, wanted: str) -> HttpResponseBase:
    """The file, or the one part of it that a ``Range`` header names. Raises FileNotFoundError.

    Several parts at once, and other units, get the whole file, as the standard allows.
    """
    opened = path.open("rb")
    size = path.stat().st_size
    match = _RANGE.fullmatch(wanted)
    bounds = _bounds(match[1], match[2], size) if match and match[1] + match[2] else (0, size)
    if bounds is None:
        opened.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = bounds
    response = FileResponse(_Part(opened, start, end), content_type=content_type)
    response["Accept-Ranges"] = "bytes"
    response["Content-Length"] = str(end - start)
    if match and match[1] + match[2]:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return response


def _bounds(first: str, last: str, size: int) -> tuple[int, int] | None:
    """Begin and end (not included) in bytes; None when the file has no such part. ``-n`` means the last n bytes."""
    if not first:
        start, end = max(0, size - _number(last)), size
    else:
        start, end = _number(first), min(size, _number(last) + 1) if last else size
    return (start, end) if start < end else None


def _number(digits: str) -> int:
    return int(digits.lstrip("0")[: _LONGEST_NUMBER + 1] or "0")


class _Part:
    """A file's bytes from ``start`` up to ``end``, read by FileResponse in blocks."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        self._file = file
        self._left = end - start
        file.seek(start)

    def read(self, count: int) -> bytes:
        piece = self._file.read(min(count, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()
