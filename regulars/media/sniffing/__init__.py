"""What a file is, told by its bytes and never by its name or by what somebody claims. Pure; reads heads only.

Own code where a choice hangs on it (what is inside a container, how colors are stored), the ``filetype`` library for
the names of everything else. Nothing is decoded: a hostile file costs some reads and gives a type, never an error.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import IO

import filetype

from regulars.media.sniffing.documents import sniff_document, sniff_text
from regulars.media.sniffing.facts import DAMAGED, UNKNOWN, FileFacts
from regulars.media.sniffing.films import sniff_film
from regulars.media.sniffing.pictures import sniff_picture
from regulars.media.sniffing.sounds import sniff_sound

__all__ = ["DAMAGED", "UNKNOWN", "FileFacts", "sniff"]

_HEAD = 8192
_SNIFFERS: tuple[Callable[[IO[bytes]], FileFacts | None], ...] = (
    sniff_picture,
    sniff_film,
    sniff_sound,
    sniff_document,
    sniff_text,
)
_JUDGED_HERE = (
    *("image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4"),
    *("audio/mpeg", "audio/mp4", "audio/ogg", "audio/amr", "audio/aac"),
    "application/vnd.openxmlformats-officedocument",
)
"""types that the library tells by their first bytes alone; what the sniffers above did not take is damaged"""


def sniff(file: IO[bytes]) -> FileFacts:
    """Of a seekable file; it is left at its beginning."""
    try:
        return _sniff(file)
    finally:
        file.seek(0)


def _sniff(file: IO[bytes]) -> FileFacts:
    for sniffer in _SNIFFERS:
        file.seek(0)
        try:
            facts = sniffer(file)
        except (struct.error, IndexError, ValueError):  # it ended in the middle of a header
            facts = None
        if facts is not None:
            return facts
    file.seek(0)
    guessed = filetype.guess(file.read(_HEAD))
    if guessed is None:
        return FileFacts(UNKNOWN)
    return FileFacts(guessed.mime, (DAMAGED,) if guessed.mime.startswith(_JUDGED_HERE) else ())
