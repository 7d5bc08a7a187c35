"""JPEG, PNG, WebP and GIF by their headers: size, colors, whether they move.

Sources: ITU-T T.81 (JPEG), W3C PNG, RFC 9649 (WebP), GIF89a.
"""

from __future__ import annotations

import struct
from typing import IO

from regulars.media.sniffing.facts import DAMAGED, FileFacts

_PNG = b"\x89PNG\r\n\x1a\n"
_MOST_SEGMENTS = 2_000
"""headers read before a picture's first bytes of color; real files have dozens"""
_MOST_FRAMES = 100_000
_FRAME_HEADERS = frozenset({0xC0, 0xC1, 0xC2})
_OTHER_FRAME_HEADERS = {
    **dict.fromkeys((0xC3, 0xC7, 0xCB, 0xCF), "lossless-jpeg"),
    **dict.fromkeys((0xC5, 0xC6, 0xCD, 0xCE), "hierarchical-jpeg"),
    **dict.fromkeys((0xC9, 0xCA), "arithmetic-jpeg"),
}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def sniff_picture(file: IO[bytes]) -> FileFacts | None:
    head = file.read(32)
    if head.startswith(b"\xff\xd8\xff"):
        return _jpeg(file)
    if head.startswith(_PNG):
        return _png(file)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(file, struct.unpack("<I", head[4:8])[0])
    if head[:6] in (b"GIF87a", b"GIF89a") and len(head) > 10:
        width, height = struct.unpack("<HH", head[6:10])
        return FileFacts("image/gif", (), width, height)
    return None


def _jpeg(file: IO[bytes]) -> FileFacts:
    file.seek(2)
    for _segment in range(_MOST_SEGMENTS):
        marker = _next_marker(file)
        if marker is None or marker in (0xD9, 0xDA):
            break
        if marker in _STANDALONE:
            continue
        size = file.read(2)
        if len(size) < 2:
            break
        length = struct.unpack(">H", size)[0] - 2
        if marker in _FRAME_HEADERS or marker in _OTHER_FRAME_HEADERS:
            return _frame_header(marker, file.read(max(length, 0)))
        file.seek(max(length, 0), 1)
    return FileFacts("image/jpeg", (DAMAGED,))


def _next_marker(file: IO[bytes]) -> int | None:
    if file.read(1) != b"\xff":
        return None
    for _fill in range(_MOST_SEGMENTS):
        found = file.read(1)
        if found != b"\xff":
            return found[0] if found else None
    return None


def _frame_header(marker: int, body: bytes) -> FileFacts:
    if len(body) < 6:
        return FileFacts("image/jpeg", (DAMAGED,))
    bits, height, width, components = struct.unpack(">BHHB", body[:6])
    traits = []
    if components == 4:
        traits.append("cmyk")
    if bits != 8:
        traits.append(f"{bits}-bit")
    if marker in _OTHER_FRAME_HEADERS:
        traits.append(_OTHER_FRAME_HEADERS[marker])
    if not width or not height:
        traits.append(DAMAGED)
    return FileFacts("image/jpeg", tuple(traits), width, height)


def _png(file: IO[bytes]) -> FileFacts:
    file.seek(8)
    size, kind = struct.unpack(">I4s", file.read(8))
    if kind != b"IHDR" or size != 13:
        return FileFacts("image/png", (DAMAGED,))
    width, height, bits = struct.unpack(">IIB", file.read(9))
    file.seek(8 + 12 + size)
    traits = (f"{bits}-bit",) if bits > 8 else ()
    frames = 1
    for _chunk in range(_MOST_SEGMENTS):
        header = file.read(8)
        if len(header) < 8:
            return FileFacts("image/png", (*traits, DAMAGED), width, height)
        size, kind = struct.unpack(">I4s", header)
        if kind == b"IDAT":
            break
        if kind == b"acTL":
            frames = max(1, struct.unpack(">I", file.read(4))[0])
            file.seek(-4, 1)
        file.seek(size + 4, 1)
    if not width or not height:
        traits = (*traits, DAMAGED)
    return FileFacts("image/png", traits, width, height, frames)


def _webp(file: IO[bytes], announced: int) -> FileFacts:
    end = file.seek(0, 2)
    traits = (DAMAGED,) if announced + 8 > end + 1 else ()  # a last padding byte is often left out
    file.seek(12)
    kind, size = struct.unpack("<4sI", file.read(8))
    body = file.read(min(size, 10))
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = (value & 0x3FFF for value in struct.unpack("<HH", body[6:10]))
        return FileFacts("image/webp", traits, width, height)
    if kind == b"VP8L" and body[:1] == b"\x2f":
        packed = struct.unpack("<I", body[1:5])[0]
        return FileFacts("image/webp", traits, (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X" and len(body) == 10:
        width = int.from_bytes(body[4:7], "little") + 1
        height = int.from_bytes(body[7:10], "little") + 1
        frames = _count_frames(file, 12) if body[0] & 0x02 else 1
        return FileFacts("image/webp", traits, width, height, frames)
    return FileFacts("image/webp", (DAMAGED,))


def _count_frames(file: IO[bytes], start: int) -> int:
    """How many frames an animation has; at least two, for the header says that it moves."""
    file.seek(start)
    frames = 0
    for _chunk in range(_MOST_FRAMES):
        header = file.read(8)
        if len(header) < 8:
            break
        kind, size = struct.unpack("<4sI", header)
        frames += kind == b"ANMF"
        file.seek(size + size % 2, 1)
    return max(frames, 2)
