"""MP4 and its relatives (ISO/IEC 14496-12): brands, tracks, codecs."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, NamedTuple

from regulars.media.sniffing.facts import DAMAGED, FileFacts

_MOST_BOXES = 4_096
_MOST_TRACKS = 64
_OTHER_BRANDS = {
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic-sequence",
    b"mif1": "image/heif",
    b"msf1": "image/heif-sequence",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"crx ": "image/x-canon-cr3",
    b"jp2 ": "image/jp2",
}
_SOUND_BRANDS = frozenset({b"M4A ", b"M4B ", b"M4P "})
_CODECS = {
    **dict.fromkeys((b"avc1", b"avc2", b"avc3", b"avc4"), "h264"),
    **dict.fromkeys((b"hvc1", b"hev1", b"dvh1", b"dvhe"), "hevc"),
    **dict.fromkeys((b"encv", b"enca", b"drms", b"drmi"), "encrypted"),
    b"mp4v": "mpeg4",
    b"s263": "h263",
    b"vp08": "vp8",
    b"vp09": "vp9",
    b"av01": "av1",
    b"mp4a": "aac",
    b"samr": "amr",
    b"sawb": "amr-wb",
    b"Opus": "opus",
    b"fLaC": "flac",
    b".mp3": "mp3",
}
_LAYER_3 = frozenset({0x69, 0x6B})
"""object types of an ``mp4a`` track that is MP3 inside (ISO/IEC 14496-1, the registration authority's list)"""


class _Box(NamedTuple):
    kind: bytes
    start: int
    end: int


class _Track(NamedTuple):
    handler: bytes
    codec: str


def sniff_film(file: IO[bytes]) -> FileFacts | None:
    head = file.read(16)
    if len(head) < 12 or head[4:8] != b"ftyp":
        return None
    brand = head[8:12]
    if brand in _OTHER_BRANDS:
        return FileFacts(_OTHER_BRANDS[brand])
    tracks = list(_tracks(file))
    films = [track for track in tracks if track.handler == b"vide"]
    sounds = [track for track in tracks if track.handler == b"soun"]
    codecs = [track.codec for track in (*films, *sounds)]
    traits = [*dict.fromkeys(codecs)] if codecs else [DAMAGED]
    if brand in _SOUND_BRANDS or (sounds and not films):
        is_3gp = brand.startswith((b"3g", b"3G"))
        return FileFacts("audio/3gpp" if is_3gp else "audio/mp4", tuple(_sound_traits(sounds, traits)))
    if len(sounds) > 1:
        traits.append("several-sounds")
    mime_type = "video/3gpp2" if brand.startswith(b"3g2") else "video/mp4"
    return FileFacts("video/3gpp" if brand.startswith(b"3gp") else mime_type, tuple(traits))


def _sound_traits(sounds: list[_Track], traits: list[str]) -> list[str]:
    """Those of the sounds alone: a song's cover may lie in a track of its own."""
    return [*dict.fromkeys(track.codec for track in sounds)] if sounds else traits


def _tracks(file: IO[bytes]) -> Iterator[_Track]:
    end = file.seek(0, 2)
    for movie in _boxes(file, 0, end, b"moov"):
        for track in list(_boxes(file, movie.start, movie.end, b"trak"))[:_MOST_TRACKS]:
            for media in _boxes(file, track.start, track.end, b"mdia"):
                yield _track(file, media)


def _track(file: IO[bytes], media: _Box) -> _Track:
    handler, codec = b"", DAMAGED
    for box in _boxes(file, media.start, media.end, b"hdlr"):
        handler = _read(file, box, 12)[8:12]
    for information in _boxes(file, media.start, media.end, b"minf"):
        for table in _boxes(file, information.start, information.end, b"stbl"):
            for description in _boxes(file, table.start, table.end, b"stsd"):
                codec = _codec(_read(file, description, 4_096))
    return _Track(handler, codec)


def _codec(description: bytes) -> str:
    word = description[12:16]
    if len(word) < 4:
        return DAMAGED
    if word == b"mp4a" and _object_type(description) in _LAYER_3:
        return "mp3"
    return _CODECS.get(word) or word.decode("latin-1").strip().lower()


def _object_type(description: bytes) -> int:
    """What is inside an ``mp4a`` entry; 0 when it does not say."""
    place = description.find(b"esds")
    config = description.find(b"\x04", place + 8) if place >= 0 else -1
    while 0 <= config < len(description) - 2:
        after = config + 1
        while after < len(description) - 1 and description[after] & 0x80:  # a length of several bytes
            after += 1
        return description[after + 1]
    return 0


def _boxes(file: IO[bytes], start: int, end: int, kind: bytes) -> Iterator[_Box]:
    for _box in range(_MOST_BOXES):
        file.seek(start)
        header = file.read(16)
        if start >= end or len(header) < 8:
            return
        size, found = struct.unpack(">I4s", header[:8])
        body = 8
        if size == 1:
            size, body = struct.unpack(">Q", header[8:16])[0], 16
        box_end = end if size == 0 else start + size
        if box_end < start + body or box_end > end:
            return
        if found == kind:
            yield _Box(found, start + body, box_end)
        start = box_end


def _read(file: IO[bytes], box: _Box, most: int) -> bytes:
    file.seek(box.start)
    return file.read(min(most, box.end - box.start))
