"""Ogg (RFC 3533, RFC 7845), MP3 (ISO/IEC 11172-3), AAC in ADTS (ISO/IEC 14496-3) and AMR (RFC 4867)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from regulars.media.sniffing.facts import DAMAGED, FileFacts

_MOST_STREAMS = 16
_OGG_CODECS = {
    b"OpusHead": "opus",
    b"\x01vorbis": "vorbis",
    b"\x7fFLAC": "flac",
    b"Speex   ": "speex",
    b"\x80theora": "theora",
    b"OVP80": "vp8",
    b"BBCD\x00": "dirac",
}
_FILMS = frozenset({"theora", "vp8", "dirac"})
_CHANNEL_PLACES = {"opus": 9, "vorbis": 11}
_CHANNELS = {1: "mono", 2: "stereo"}
_LAYER_3_RATES = {
    3: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""kbit/s by version (3: MPEG 1; 2: MPEG 2 and 2.5) and index"""
_SAMPLE_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}
_LONGEST_GAP = 4_096
"""bytes of padding allowed between an ID3 tag and the first frame"""


def sniff_sound(file: IO[bytes]) -> FileFacts | None:
    head = file.read(16)
    if head[:4] == b"OggS":
        return _ogg(file)
    if head[:6] == b"#!AMR\n":
        return FileFacts("audio/amr", ("amr",) if _is_amr_frame(head[6:7]) else (DAMAGED,))
    if head[:9] == b"#!AMR-WB\n":
        return FileFacts("audio/amr-wb", ("amr-wb",))
    return _framed(file, _after_tag(head))


def _is_amr_frame(first: bytes) -> bool:
    """A frame's first byte: padding bits are zero, and the frame type is one of speech, comfort noise or none."""
    return bool(first) and not first[0] & 0x83 and (first[0] >> 3 & 0x0F) in {*range(9), 15}


def _ogg(file: IO[bytes]) -> FileFacts:
    """Every stream begins with a page of its own, before any other page."""
    traits: list[str] = []
    for packet in _first_packets(file):
        codec = next((name for sign, name in _OGG_CODECS.items() if packet.startswith(sign)), "unknown-codec")
        if packet.startswith(b"fishead\0"):  # an index beside the streams
            continue
        traits.append(codec)
        place = _CHANNEL_PLACES.get(codec)
        if place is not None:
            traits.append(_CHANNELS.get(packet[place], "multichannel") if len(packet) > place else DAMAGED)
    mime_type = "video/ogg" if _FILMS & set(traits) else "audio/ogg"
    return FileFacts(mime_type, tuple(dict.fromkeys(traits)) or (DAMAGED,))


def _first_packets(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    for _stream in range(_MOST_STREAMS):
        header = file.read(27)
        if len(header) < 27 or header[:4] != b"OggS" or not header[5] & 0x02:
            return
        sizes = file.read(header[26])
        yield file.read(sum(sizes))


def _after_tag(head: bytes) -> int:
    """Where an ID3v2 tag ends; 0 when there is none."""
    if head[:3] != b"ID3" or len(head) < 10 or any(byte & 0x80 for byte in head[6:10]):
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte
    return 10 + size + (10 if head[5] & 0x10 else 0)


def _framed(file: IO[bytes], start: int) -> FileFacts | None:
    file.seek(start)
    window = file.read(2 * _LONGEST_GAP + 4_096)
    places = range(_LONGEST_GAP) if start else (0,)
    for place in places:
        if window[place : place + 1] != b"\xff":
            continue
        for measure, facts in (
            (_mp3_frame, FileFacts("audio/mpeg", ("mp3",))),
            (_aac_frame, FileFacts("audio/aac", ("aac",))),
        ):
            size = measure(window[place : place + 7])
            if size and _goes_on(window, place + size, measure):
                return facts
    return None


def _goes_on(window: bytes, place: int, measure: Callable[[bytes], int]) -> bool:
    rest = window[place : place + 7]
    if len(rest) < 7:
        return True
    return rest[:3] == b"TAG" or bool(measure(rest))


def _mp3_frame(head: bytes) -> int:
    """Bytes of the layer III frame that begins here; 0 when none does."""
    if len(head) < 4:
        return 0
    word = int.from_bytes(head[:4], "big")
    version, layer, rate, sampling = word >> 19 & 3, word >> 17 & 3, word >> 12 & 15, word >> 10 & 3
    if word >> 21 != 0x7FF or layer != 1 or version == 1 or rate in (0, 15) or sampling == 3:
        return 0
    kilobits = _LAYER_3_RATES[3 if version == 3 else 2][rate]
    factor = 144_000 if version == 3 else 72_000
    return factor * kilobits // _SAMPLE_RATES[version][sampling] + (word >> 9 & 1)


def _aac_frame(head: bytes) -> int:
    """Bytes of the ADTS frame that begins here; 0 when none does."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0 or (head[2] >> 2 & 15) > 12:
        return 0
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    return size if size >= 7 else 0
