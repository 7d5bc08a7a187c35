"""What a file is inside, as far as the platform minds it. Pure; reads heads only.

The platform takes an upload by the type that is claimed and opens it when it is sent (error 131053). Pictures are 8-bit
RGB JPEG or PNG, a sound in Ogg is Opus, a voice message Opus with one channel (Meta's page "media", 2026). Documents
are not opened.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

HEAD = 1_048_576
"""bytes that are enough to judge a file by; large color profiles stand before a picture's own header"""
UNKNOWN = "application/octet-stream"
_OGG_HEADER = 27
"""bytes of a page's header before the table of its segments (RFC 3533)"""
_PNG_DEPTH = 24
"""the byte of a PNG that says how many bits a color has (W3C PNG, IHDR)"""
_PLAIN_MODES = frozenset({"RGB", "RGBA", "L", "LA", "P"})


def problem_inside(mime_type: str, data: bytes, *, is_voice: bool = False) -> str | None:
    claimed = mime_type.split(";", maxsplit=1)[0].strip().lower()
    found = _find(claimed, data)
    if found is not None:
        kind = claimed.split("/", maxsplit=1)[0].capitalize()
        return (
            f"{kind} file uploaded with mimetype as {mime_type}, however on processing it is of type {found}. "
            "Please choose a different file."
        )
    if is_voice and not (_is_opus(data) and _channels(data) == 1):
        return f"Unsupported Voice mime type {mime_type}. Please use audio/ogg; codecs=opus with one channel."
    return None


def is_animated(data: bytes) -> bool:
    return len(data) > 20 and data[8:16] == b"WEBPVP8X" and bool(data[20] & 0x02)


def _find(claimed: str, data: bytes) -> str | None:
    reads = _READERS.get(claimed)
    return None if reads is None or reads(data) else _name(data)


def _name(data: bytes) -> str:
    if (picture := _open(data)) is not None:
        return f"image/{str(picture.format).lower()}, colors={picture.mode}, depth={_depth(data)}"
    if data[:4] == b"OggS":
        return "audio/ogg, audioCodec=opus" if _is_opus(data) else "audio/ogg, audioCodec=unknown"
    if _is_mp4(data):
        return "video/mp4"
    return "text/plain" if data[:512].isascii() and b"\0" not in data[:512] else UNKNOWN


def _is_picture(data: bytes) -> bool:
    picture = _open(data)
    return picture is not None and picture.mode in _PLAIN_MODES and _depth(data) == 8


def _open(data: bytes) -> Image.Image | None:
    from PIL import Image  # some megabytes, which a sandbox without pictures does not need

    try:
        return Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    except (OSError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        return None


def _depth(data: bytes) -> int:
    """Bits of a color; a JPEG of more than 8 does not open, and fewer than 8 are a PNG's palette or gray."""
    return max(8, data[_PNG_DEPTH]) if data.startswith(b"\x89PNG") else 8


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _is_mp4(data: bytes) -> bool:
    return data[4:8] == b"ftyp"


def _is_framed(data: bytes) -> bool:
    return data[:3] == b"ID3" or (data[:1] == b"\xff" and data[1:2] >= b"\xe0")


def _is_amr(data: bytes) -> bool:
    return data.startswith(b"#!AMR")


def _is_opus(data: bytes) -> bool:
    return data[:4] == b"OggS" and _first_packet(data).startswith(b"OpusHead")


def _channels(data: bytes) -> int:
    return next(iter(_first_packet(data)[9:10]), 0)


def _first_packet(data: bytes) -> bytes:
    """What stands behind the first page's table of segments (RFC 7845: the head of the stream)."""
    return data[_OGG_HEADER + data[_OGG_HEADER - 1] :] if len(data) > _OGG_HEADER else b""


_READERS: dict[str, Callable[[bytes], bool]] = {
    **dict.fromkeys(("image/jpeg", "image/png"), _is_picture),
    "image/webp": _is_webp,
    **dict.fromkeys(("video/mp4", "video/3gp", "video/3gpp", "audio/mp4"), _is_mp4),
    **dict.fromkeys(("audio/ogg", "audio/opus"), _is_opus),
    **dict.fromkeys(("audio/mpeg", "audio/aac"), _is_framed),
    "audio/amr": _is_amr,
}
"""by claimed type; what is not named here is not opened"""
