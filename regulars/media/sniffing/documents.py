"""PDF, Microsoft Office in both its forms, and plain text.

Sources: ISO 32000, ECMA-376 (Office Open XML, a ZIP file of parts), [MS-CFB] (the older compound files).
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from typing import IO

from regulars.media.sniffing.facts import FileFacts

_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": f"{_OFFICE}wordprocessingml.document",
    b"spreadsheetml.sheet.main+xml": f"{_OFFICE}spreadsheetml.sheet",
    b"presentationml.presentation.main+xml": f"{_OFFICE}presentationml.presentation",
    b"wordprocessingml.template.main+xml": f"{_OFFICE}wordprocessingml.template",
    b"spreadsheetml.template.main+xml": f"{_OFFICE}spreadsheetml.template",
    b"presentationml.template.main+xml": f"{_OFFICE}presentationml.template",
    b"presentationml.slideshow.main+xml": f"{_OFFICE}presentationml.slideshow",
    b"macroEnabled": "application/vnd.ms-office.macroEnabled",
}
"""content types of a document's main part; the last word is in all that may hold programs"""
_PLACES = {
    "word/document.xml": f"{_OFFICE}wordprocessingml.document",
    "xl/workbook.xml": f"{_OFFICE}spreadsheetml.sheet",
    "ppt/presentation.xml": f"{_OFFICE}presentationml.presentation",
}
_STREAMS = {
    "worddocument": "application/msword",
    "workbook": "application/vnd.ms-excel",
    "book": "application/vnd.ms-excel",
    "powerpoint document": "application/vnd.ms-powerpoint",
}
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_DIRECTORY = 4 * 1024 * 1024
"""bytes of a ZIP file's directory that are read; a document's has some kilobytes"""
_MOST_CONTENT_TYPES = 1024 * 1024
_MOST_SECTORS = 4_096
_BLOCK = 1024 * 1024
_TEXT_BYTES = bytes({*range(0x20, 0x7F), *range(0x80, 0x100), *b"\t\n\r\f\b\x1b"})
_MARKUP = re.compile(
    rb"<(!doctype\s+html|html|head|body|script|style|iframe|img|svg|meta|link|title|table|div|form|object|embed|h1)\b",
    re.IGNORECASE,
)


def sniff_document(file: IO[bytes]) -> FileFacts | None:
    head = file.read(8)
    if head.startswith(b"%PDF-"):
        return FileFacts("application/pdf")
    if head == _COMPOUND:
        return FileFacts(_compound(file))
    if head.startswith(b"PK\x03\x04"):
        return _zipped(file)
    return None


def _zipped(file: IO[bytes]) -> FileFacts | None:
    if _directory_size(file) > _MOST_DIRECTORY:
        return FileFacts("application/zip")
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" not in names:
                return None
            with archive.open("[Content_Types].xml") as part:
                declared = part.read(_MOST_CONTENT_TYPES)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error, EOFError):
        return None
    kinds = [mime for word, mime in _MAIN_PARTS.items() if word in declared]
    kinds = kinds[-1:] if "macroEnabled" in " ".join(kinds[-1:]) else kinds
    found = kinds[0] if kinds else next((mime for place, mime in _PLACES.items() if place in names), None)
    return FileFacts(found) if found else FileFacts("application/zip")


def _directory_size(file: IO[bytes]) -> int:
    """Bytes of a ZIP file's directory as its end record says; 0 when there is no end record."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 65_557))
    tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    file.seek(0)
    return int(struct.unpack("<I", tail[place + 12 : place + 16])[0]) if place >= 0 else 0


def _compound(file: IO[bytes]) -> str:
    """Which program's stream a compound file holds; embedded objects have the same names, so the root's own first."""
    names = _entry_names(file)
    for depth in (names[:4], names):
        found = next((_STREAMS[name] for name in depth if name in _STREAMS), None)
        if found:
            return found
    return "application/x-ole-storage"


def _entry_names(file: IO[bytes]) -> list[str]:
    """The names in the directory, in their order (the root's first children come first)."""
    file.seek(0)
    header = file.read(512)
    shift = struct.unpack("<H", header[30:32])[0]
    if shift not in (9, 12):
        return []
    size = 1 << shift
    table = _allocation(file, header, size)
    sector = struct.unpack("<I", header[48:52])[0]
    names: list[str] = []
    for _sector in range(_MOST_SECTORS):
        if sector >= 0xFFFFFFFA:
            break
        file.seek((sector + 1) * size)
        block = file.read(size)
        for place in range(0, len(block) - 127, 128):
            length = struct.unpack("<H", block[place + 64 : place + 66])[0]
            raw = block[place : place + max(0, min(length, 64) - 2)]
            names.append(raw.decode("utf-16-le", "replace").lower())
        sector = table.get(sector, 0xFFFFFFFE)
    return names


def _allocation(file: IO[bytes], header: bytes, size: int) -> dict[int, int]:
    """Which sector follows which, as far as the header's own list goes (the first 6.8 MB of 512-byte sectors)."""
    following: dict[int, int] = {}
    for index, place in enumerate(struct.unpack("<109I", header[76:512])):
        if place >= 0xFFFFFFFA:
            break
        file.seek((place + 1) * size)
        block = file.read(size)
        first = index * (size // 4)
        entries = struct.unpack(f"<{len(block) // 4}I", block[: len(block) // 4 * 4])
        following.update(enumerate(entries, first))
    return following


def sniff_text(file: IO[bytes]) -> FileFacts | None:
    head = file.read(4_096)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _wide_text(head)
    if not head or not _is_text(file):
        return None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start[:2] in (b"%!", b"\x04%"):
        return FileFacts("application/postscript")
    if start[:5].lower() == b"{\\rtf":
        return FileFacts("application/rtf")
    if start[:1] == b"<":
        return FileFacts(_markup(start))
    return FileFacts("text/plain")


def _wide_text(head: bytes) -> FileFacts | None:
    whole = head[: len(head) // 2 * 2]
    if whole[-2:-1] and 0xD8 <= max(whole[-1], whole[-2]) <= 0xDB:  # half of a pair
        whole = whole[:-2]
    try:
        letters = whole.decode("utf-16")
    except UnicodeDecodeError:
        return None
    has_controls = any(letter < " " and letter not in "\t\n\r\f" for letter in letters)
    if not letters or has_controls:
        return None
    return FileFacts("text/html" if letters.lstrip().startswith("<") else "text/plain")


def _is_text(file: IO[bytes]) -> bool:
    file.seek(0)
    while block := file.read(_BLOCK):
        if block.translate(None, _TEXT_BYTES):
            return False
    return True


def _markup(start: bytes) -> str:
    """HTML, SVG and other XML can hold programs: they are never taken for plain text."""
    lowered = start.lower()
    if b"<svg" in lowered:
        return "image/svg+xml"
    if _MARKUP.search(lowered):
        return "text/html"
    return "text/xml" if lowered.startswith((b"<?xml", b"<!")) else "text/plain"
