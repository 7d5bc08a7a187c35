"""Names of files: what a stranger wrote, made fit for a disk, a header and a reader. Pure."""

from __future__ import annotations

import mimetypes
import re
import unicodedata
from urllib.parse import quote

LONGEST_NAME = 200
"""bytes of UTF-8; file systems take 255, and people add “ (1)”"""
LONGEST_WRITTEN = 1_000
"""characters of which the name is made, from both ends: to put n marks in order takes Python n² steps"""
_JOINERS = frozenset("\u200c\u200d")
"""zero-width (non-)joiners: Persian words and many emoji need them; all other format characters are dropped"""
_UNFIT = re.compile(r'[<>:"|?*]')
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])(?=\s*(\.|$))", re.IGNORECASE
)
"""names that are devices on Windows, with any extension"""
_EXTENSIONS = {
    "application/pdf": "pdf",
    "application/msword": "doc",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "text/plain": "txt",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
}
"""what ``mimetypes`` says differently on each machine, or not at all"""
_EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,10}")


def safe_name(name: str) -> str:
    """A name without folders, controls, direction overrides, and what no disk takes; empty when nothing is left."""
    if len(name) > LONGEST_WRITTEN:
        name = name[: LONGEST_WRITTEN // 2] + name[-LONGEST_WRITTEN // 2 :]
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(each for each in map(_shown, last) if each)
    plain = _UNFIT.sub("_", " ".join(shown.split())).lstrip(". ").rstrip(". ")
    if not plain.strip("".join(_JOINERS)):
        return ""
    return _shortened(f"_{plain}" if _RESERVED.match(plain) else plain)


def name_of(name: str, mime_type: str, kind: str = "file") -> str:
    safe = safe_name(name) or kind
    extension = extension_of(mime_type)
    has_extension = bool(_EXTENSION.fullmatch(_suffix(safe)))
    return safe if has_extension or not extension else _shortened(f"{safe}.{extension}")


def extension_of(mime_type: str) -> str:
    plain = mime_type.partition(";")[0].strip().lower()
    return _EXTENSIONS.get(plain) or (mimetypes.guess_extension(plain) or "").removeprefix(".")


def disposition(name: str, *, as_attachment: bool) -> str:
    """A Content-Disposition header (RFC 6266): the name in ASCII for old clients, in full for all others."""
    plain = "".join(each if each.isascii() and each not in '"\\%' else "_" for each in name)
    how = "attachment" if as_attachment else "inline"
    full = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{how}; filename="{plain}"{full}'


def _shown(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter in _JOINERS:
        return letter
    if category in ("Zs", "Zl", "Zp") or letter in "\t\n\r":
        return " "
    return "" if category.startswith("C") else letter


def _suffix(name: str) -> str:
    return name[name.rfind(".") :] if "." in name.lstrip(".") else ""


def _shortened(name: str) -> str:
    """Before the extension, and never in the middle of a letter."""
    if len(name.encode()) <= LONGEST_NAME:
        return name
    suffix = _suffix(name)
    ending = suffix if len(suffix.encode()) <= 20 else ""
    room = LONGEST_NAME - len(ending.encode())
    stem = name.removesuffix(ending).encode()[:room].decode("utf-8", "ignore")
    return stem.rstrip(". ") + ending
