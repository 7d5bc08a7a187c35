"""Files of every kind, made by hand: as small as their formats allow, true enough to be told apart."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from typing import Any

from PIL import Image

OPUS_MONO = b"OpusHead\x01\x01" + bytes(9)
OPUS_STEREO = b"OpusHead\x01\x02" + bytes(9)
VORBIS = b"\x01vorbis" + bytes(4) + b"\x01" + bytes(18)
THEORA = b"\x80theora" + bytes(34)
OFFICE = "application/vnd.openxmlformats-officedocument."


def picture(form: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (16, 12), **facts: Any) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size).save(out, form, **facts)
    return out.getvalue()


def moving(frames: int = 3, form: str = "WEBP", size: tuple[int, int] = (16, 16)) -> bytes:
    """An animation whose frames all differ, so that none is left out."""
    pictures = [Image.new("RGB", size, (number % 256, number // 256, 9)) for number in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, form, save_all=True, append_images=pictures[1:], duration=40, lossless=True)
    return out.getvalue()


def deep_png() -> bytes:
    out = io.BytesIO()
    Image.new("I;16", (8, 8)).save(out, "PNG")
    return out.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_bomb(side: int, rows: bytes = b"\0" * 1000, before: bytes = b"") -> bytes:
    """A small PNG that claims to be ``side`` pixels wide and high."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + before
        + png_chunk(b"IDAT", zlib.compress(rows, 9))
        + png_chunk(b"IEND", b"")
    )


def ogg(*first_packets: bytes) -> bytes:
    """Pages that begin the streams, and one more."""
    pages = [_ogg_page(packet, 2, serial) for serial, packet in enumerate(first_packets)]
    return b"".join([*pages, _ogg_page(b"tags", 0, 0)])


def _ogg_page(packet: bytes, flags: int, serial: int) -> bytes:
    return b"OggS\0" + struct.pack("<BqIIIB", flags, 0, serial, 0, 0, 1) + bytes([len(packet)]) + packet


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


def film(brand: bytes = b"isom", films: Sequence[bytes] = (), sounds: Sequence[bytes] = ()) -> bytes:
    tracks = [_track(b"vide", codec) for codec in films] + [_track(b"soun", codec) for codec in sounds]
    return box(b"ftyp", brand, bytes(4), brand) + box(b"mdat", bytes(100)) + box(b"moov", *tracks)


def _track(handler: bytes, codec: bytes) -> bytes:
    entry = box(codec, bytes(28))
    table = box(b"stbl", box(b"stsd", bytes(4), struct.pack(">I", 1), entry))
    return box(b"trak", box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12)), box(b"minf", table)))


def mp3(frames: int = 3, tag: bool = False) -> bytes:
    frame = b"\xff\xfb\x90\x00" + bytes(413)  # MPEG 1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes
    return (b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) if tag else b"") + frame * frames


def aac(frames: int = 3) -> bytes:
    size = 7 + 20
    frame = bytes([0xFF, 0xF1, 0x50, 0x80 | size >> 11, size >> 3 & 0xFF, (size & 7) << 5 | 0x1F, 0xFC])
    return (frame + bytes(20)) * frames


def office(main: str, part: str = "word/document.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("docProps/app.xml"), "<a/>")
        archive.writestr(
            zipfile.ZipInfo("[Content_Types].xml"), f'<Types><Override ContentType="{main}"/></Types>'
        )
        archive.writestr(zipfile.ZipInfo(part), "<a/>")
    return out.getvalue()


def compound(*names: str) -> bytes:
    """A file of the older Office form with these streams."""
    header = bytearray(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))
    header[30:32] = struct.pack("<H", 9)
    header[48:52] = struct.pack("<I", 1)
    header[76:512] = struct.pack("<I", 0) + b"\xff" * 432
    table = struct.pack("<II", 0xFFFFFFFD, 0xFFFFFFFE) + b"\xff" * 504
    directory = b"".join(_entry(name) for name in ("Root Entry", *names))
    return bytes(header) + table + directory.ljust(512, b"\0")


def _entry(name: str) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    return raw.ljust(64, b"\0") + struct.pack("<H", len(raw)) + bytes(62)
