from __future__ import annotations

from pathlib import Path

import pytest

from regulars.web.byte_ranges import answer_with_file

pytestmark = pytest.mark.django_db  # the end of an answer lets go of connections
LETTERS = b"abcdefghij"


@pytest.mark.parametrize(
    ("wanted", "status", "body", "place"),
    [
        ("", 200, LETTERS, None),
        ("bytes=0-", 206, LETTERS, "bytes 0-9/10"),
        ("bytes=2-4", 206, b"cde", "bytes 2-4/10"),
        ("bytes=8-99", 206, b"ij", "bytes 8-9/10"),
        ("bytes=-3", 206, b"hij", "bytes 7-9/10"),
        ("bytes=-99", 206, LETTERS, "bytes 0-9/10"),
        ("bytes=10-", 416, b"", "bytes */10"),
        ("bytes=5-4", 416, b"", "bytes */10"),
        ("bytes=-0", 416, b"", "bytes */10"),
        ("bytes=0-1,4-5", 200, LETTERS, None),
        ("bytes=-", 200, LETTERS, None),
        ("lines=1-2", 200, LETTERS, None),
        (f"bytes={'9' * 5000}-", 416, b"", "bytes */10"),
        (f"bytes=2-{'9' * 5000}", 206, LETTERS[2:], "bytes 2-9/10"),
        (f"bytes=-{'9' * 5000}", 206, LETTERS, "bytes 0-9/10"),
        (f"bytes={'0' * 5000}2-4", 206, b"cde", "bytes 2-4/10"),
        ("bytes=\u0662-\u0664", 200, LETTERS, None),
    ],
)
def test_a_part_is_answered_as_asked(
    tmp_path: Path, wanted: str, status: int, body: bytes, place: str | None
) -> None:
    path = tmp_path / "letters"
    path.write_bytes(LETTERS)
    response = answer_with_file(path, "audio/ogg", wanted)
    got = b"".join(response) if status != 416 else response.content  # type: ignore[attr-defined]
    assert (response.status_code, got, response.get("Content-Range")) == (status, body, place)
    if status != 416:
        assert (response["Content-Length"], response["Accept-Ranges"]) == (str(len(body)), "bytes")
    response.close()
