"""What a file is by its bytes: each kind that we know, its insides, and what only pretends to be it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.media.sniffing import FileFacts, sniff
from regulars.media.tests.making import (
    OFFICE,
    OPUS_MONO,
    OPUS_STEREO,
    THEORA,
    VORBIS,
    aac,
    box,
    compound,
    deep_png,
    film,
    moving,
    mp3,
    office,
    ogg,
    picture,
    png_bomb,
)


def _sniff(content: bytes) -> FileFacts:
    return sniff(io.BytesIO(content))


@pytest.mark.parametrize(
    ("content", "facts"),
    [
        (picture("JPEG"), FileFacts("image/jpeg", (), 16, 12)),
        (picture("JPEG", progressive=True), FileFacts("image/jpeg", (), 16, 12)),
        (picture("JPEG", "L"), FileFacts("image/jpeg", (), 16, 12)),
        (picture("JPEG", "CMYK"), FileFacts("image/jpeg", ("cmyk",), 16, 12)),
        (picture("JPEG")[:150], FileFacts("image/jpeg", ("damaged",))),
        (picture("JPEG") + b"<script>alert(1)</script>", FileFacts("image/jpeg", (), 16, 12)),
        (picture("PNG", "RGBA"), FileFacts("image/png", (), 16, 12)),
        (picture("PNG", "P"), FileFacts("image/png", (), 16, 12)),
        (deep_png(), FileFacts("image/png", ("16-bit",), 8, 8)),
        (png_bomb(50_000), FileFacts("image/png", (), 50_000, 50_000)),
        (picture("PNG")[:20], FileFacts("image/png", ("damaged",))),
        (moving(form="PNG"), FileFacts("image/png", (), 16, 16, 3)),
        (picture("WEBP"), FileFacts("image/webp", (), 16, 12)),
        (picture("WEBP", lossless=True), FileFacts("image/webp", (), 16, 12)),
        (picture("WEBP", "RGBA"), FileFacts("image/webp", (), 16, 12)),
        (moving(5), FileFacts("image/webp", (), 16, 16, 5)),
        (moving(5)[:-20], FileFacts("image/webp", ("damaged",), 16, 16, 5)),
        (picture("GIF"), FileFacts("image/gif", (), 16, 12)),
        (picture("BMP"), FileFacts("image/bmp")),
        (picture("TIFF"), FileFacts("image/tiff")),
    ],
)
def test_pictures(content: bytes, facts: FileFacts):
    assert _sniff(content) == facts


@pytest.mark.parametrize(
    ("content", "mime_type", "traits"),
    [
        (ogg(OPUS_MONO), "audio/ogg", ("opus", "mono")),
        (ogg(OPUS_STEREO), "audio/ogg", ("opus", "stereo")),
        (ogg(VORBIS), "audio/ogg", ("vorbis", "mono")),
        (ogg(b"\x7fFLAC\x01\0"), "audio/ogg", ("flac",)),
        (ogg(b"Speex   1.2"), "audio/ogg", ("speex",)),
        (ogg(THEORA, VORBIS), "video/ogg", ("theora", "vorbis", "mono")),
        (ogg(b"something"), "audio/ogg", ("unknown-codec",)),
        (b"OggS", "audio/ogg", ("damaged",)),
        (mp3(), "audio/mpeg", ("mp3",)),
        (mp3(tag=True), "audio/mpeg", ("mp3",)),
        (mp3(1), "audio/mpeg", ("mp3",)),
        (aac(), "audio/aac", ("aac",)),
        (b"#!AMR\n" + bytes([0x3C]) + bytes(31), "audio/amr", ("amr",)),
        (b"#!AMR-WB\n" + bytes(32), "audio/amr-wb", ("amr-wb",)),
        (film(b"M4A ", sounds=[b"mp4a"]), "audio/mp4", ("aac",)),
        (film(b"M4A ", films=[b"jpeg"], sounds=[b"mp4a"]), "audio/mp4", ("aac",)),
        (film(b"mp42", sounds=[b"mp4a"]), "audio/mp4", ("aac",)),
        (film(b"M4A ", sounds=[b"alac"]), "audio/mp4", ("alac",)),
        (film(b"isom", [b"avc1"], [b"mp4a"]), "video/mp4", ("h264", "aac")),
        (film(b"isom", [b"avc1"]), "video/mp4", ("h264",)),
        (film(b"isom", [b"hvc1"], [b"mp4a"]), "video/mp4", ("hevc", "aac")),
        (film(b"isom", [b"vp09"], [b"Opus"]), "video/mp4", ("vp9", "opus")),
        (film(b"isom", [b"avc1"], [b"mp4a", b"mp4a"]), "video/mp4", ("h264", "aac", "several-sounds")),
        (film(b"3gp4", [b"avc1"], [b"mp4a"]), "video/3gpp", ("h264", "aac")),
        (film(b"3gp4", [b"s263"], [b"samr"]), "video/3gpp", ("h263", "amr")),
        (film(b"qt  ", [b"avc1"]), "video/quicktime", ()),
        (film(b"heic"), "image/heic", ()),
        (film(b"isom"), "video/mp4", ("damaged",)),
        (box(b"ftyp", b"isom", bytes(8)), "video/mp4", ("damaged",)),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(30), "audio/x-wav", ()),
        (b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\x82\x84webm" + bytes(40), "video/webm", ()),
    ],
)
def test_sounds_and_films(content: bytes, mime_type: str, traits: tuple[str, ...]):
    assert _sniff(content)[:2] == (mime_type, traits)


@pytest.mark.parametrize(
    ("content", "mime_type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (office("wordprocessingml.document.main+xml"), f"{OFFICE}wordprocessingml.document"),
        (office("spreadsheetml.sheet.main+xml", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
        (office("presentationml.presentation.main+xml"), f"{OFFICE}presentationml.presentation"),
        (office("", "xl/workbook.xml"), f"{OFFICE}spreadsheetml.sheet"),
        (office("ms-word.document.macroEnabled.main+xml"), "application/vnd.ms-office.macroEnabled"),
        (office("presentationml.slideshow.main+xml"), f"{OFFICE}presentationml.slideshow"),
        (office("", "a.xml"), "application/zip"),
        (compound("WordDocument"), "application/msword"),
        (compound("Workbook"), "application/vnd.ms-excel"),
        (compound("Book"), "application/vnd.ms-excel"),
        (compound("PowerPoint Document"), "application/vnd.ms-powerpoint"),
        (compound("__nameid_version1.0"), "application/x-ole-storage"),
        (b"Hello,\r\n\tworld", "text/plain"),
        ("견적서, ใบเสนอราคา".encode(), "text/plain"),
        ("견적서".encode("cp949"), "text/plain"),
        ("ใบเสนอราคา".encode("cp874"), "text/plain"),
        ("Счёт".encode("cp1251"), "text/plain"),
        ("Счёт\n".encode("utf-16"), "text/plain"),
        (b"\xef\xbb\xbfname,price\n", "text/plain"),
        (b"BM, dear friend", "text/plain"),
        (b"I <3 you", "text/plain"),
        (b"<3", "text/plain"),
        (b"  <!DOCTYPE html><p>", "text/html"),
        (b"<script>alert(1)</script>", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><!-- x --><svg/>", "image/svg+xml"),
        (b"<?xml version='1.0'?><a/>", "text/xml"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "application/postscript"),
        (b"{\\rtf1 x}", "application/rtf"),
        (b"hello\0world", "application/octet-stream"),
        (b"\x01\x02", "application/octet-stream"),
        (b"\x7fELF" + bytes(60), "application/x-executable"),
    ],
)
def test_documents(content: bytes, mime_type: str):
    assert _sniff(content).mime_type == mime_type


WHOLE = [
    picture("JPEG"),
    picture("PNG"),
    moving(),
    ogg(OPUS_MONO),
    film(b"isom", [b"avc1"], [b"mp4a"]),
    mp3(tag=True),
    aac(),
    office("wordprocessingml.document.main+xml"),
    compound("WordDocument"),
]


@given(st.sampled_from(WHOLE), st.data())
def test_broken_files_are_told_without_an_error(content: bytes, data: st.DataObject):
    """Cut anywhere, or with bytes changed anywhere."""
    end = data.draw(st.integers(1, len(content)))
    changed = bytearray(content[:end])
    for place in data.draw(st.lists(st.integers(0, end - 1), max_size=4)):
        changed[place] = data.draw(st.integers(0, 255))
    assert _sniff(bytes(changed)).mime_type


@given(st.binary(max_size=300))
def test_anything_has_a_type(content: bytes):
    assert "/" in _sniff(content).mime_type
