"""Previews: drawn apart, within bounds, of the formats we name; hostile files give none and hold up nobody."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
import time
import warnings
import zlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings
from PIL import Image, features

from regulars.kernel import clock
from regulars.kernel.models import Event
from regulars.media import drawing, previewing, previews
from regulars.media.files import path_of, thumbnail_path_of
from regulars.media.models import MediaFile
from regulars.media.operations import store_upload
from regulars.media.previewing import ATTEMPTS, claim_previews, draw_due_previews, note_preview
from regulars.media.previews import PREVIEW_SIDE, Preview, draw_preview
from regulars.media.tests.making import moving, picture, png_bomb, png_chunk
from tests.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def _home(tmp_path: Path):
    with override_settings(MEDIA_HOME=tmp_path / "media"):
        yield


def _draw(tmp_path: Path, content: bytes) -> tuple[Preview, Path]:
    source, target = tmp_path / "source", tmp_path / "target.webp"
    source.write_bytes(content)
    return draw_preview(source, target), target


def _size(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        assert image.format == "WEBP"
        return image.size


# --- drawing ----------------------------------------------------------------------------------------


def test_a_picture_on_its_side_is_shown_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    preview, target = _draw(tmp_path, picture("JPEG", size=(800, 400), exif=exif))
    assert (preview.width, preview.height, preview.is_drawn) == (400, 800, True)
    assert _size(target) == (240, 480)


@pytest.mark.parametrize(("size", "drawn"), [((30, 20), (30, 20)), ((5000, 20), (PREVIEW_SIDE, 2))])
def test_a_small_picture_is_not_blown_up(tmp_path, size, drawn):
    assert _size(_draw(tmp_path, picture(size=size))[1]) == drawn


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "CMYK", "1", "I;16"])
def test_every_color_mode_has_a_preview(tmp_path, mode):
    content = picture("JPEG" if mode == "CMYK" else "PNG", mode)
    assert _draw(tmp_path, content)[0].is_drawn


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_the_formats_that_we_name_are_drawn(tmp_path, form):
    assert _draw(tmp_path, picture(form))[0].is_drawn


def _written(form: str) -> bytes | None:
    for mode in ("RGB", "L", "1", "F"):
        out = io.BytesIO()
        try:
            Image.new(mode, (16, 16)).save(out, form)
        except (OSError, ValueError, KeyError, SystemError):
            continue
        return out.getvalue()
    return None


def _others() -> dict[str, bytes]:
    """A picture in each format that this Pillow can write and we do not decode."""
    Image.init()
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        tried = {form: _written(form) for form in sorted(set(Image.SAVE) - {"PDF", "MPO", *drawing.FORMATS})}
    return {form: content for form, content in tried.items() if content}


OTHERS = _others()


@pytest.mark.parametrize("form", OTHERS)
def test_no_other_decoder_ever_runs(tmp_path, form):
    preview, target = _draw(tmp_path, OTHERS[form])
    assert (preview.is_drawn, target.exists()) == (False, False)


def test_a_large_photograph_has_a_preview_within_the_bounds(tmp_path):
    """Fifty million pixels, the largest that phones make; PNG with transparency costs most."""
    assert _draw(tmp_path, picture("JPEG", size=(8_160, 6_120)))[0].is_drawn
    assert _draw(tmp_path, picture("PNG", "RGBA", size=(7_000, 7_000)))[0].is_drawn


# --- hostile files ----------------------------------------------------------------------------------


def _deflated(count: int) -> bytes:
    packer = zlib.compressobj(9)
    block = bytes(1024 * 1024)
    return b"".join([packer.compress(block) for _block in range(count)]) + packer.flush()


def _with_much_in(kind: bytes) -> bytes:
    """Takes seconds to make: only for who draws it."""
    return png_bomb(64, before=png_chunk(kind, b"x\0\0" + _deflated(512)))


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/tmp/owned) (w) file\n%%EOF\n"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>"
HOSTILE: dict[str, bytes | Callable[[], bytes]] = {
    "nothing": b"",
    "text": b"not a picture",
    "cut png": picture(size=(800, 600))[:200],
    "cut jpeg": picture("JPEG", size=(800, 600))[:300],
    "cut gif": picture("GIF")[:20],
    "8,000 pixels a side": png_bomb(8_000),
    "50,000 pixels a side": png_bomb(50_000),
    "a billion pixels a side": png_bomb(1_000_000_000),
    "noise": b"\x89PNG\r\n\x1a\n" + b"\xff" * 100,
    "huge text in it": partial(_with_much_in, b"zTXt"),
    "huge profile in it": partial(_with_much_in, b"iCCP"),
    "a chunk longer than the file": png_bomb(64, before=b"\x7f\xff\xff\xffzTXt"),
    "eps": EPS,
    "eps with a picture's name in it": b"\xc5\xd0\xd3\xc6" + bytes(26) + EPS,
    "svg": SVG,
    "thousands of frames": moving(drawing.MOST_FRAMES + 200, size=(4, 4)),
    "thousands of frames (gif)": moving(drawing.MOST_FRAMES + 200, "GIF", size=(4, 4)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pictures_have_no_preview_and_raise_nothing(tmp_path, name):
    hostile = HOSTILE[name]
    content = hostile if isinstance(hostile, bytes) else hostile()
    began = time.monotonic()
    preview, target = _draw(tmp_path, content)
    assert (preview, target.exists()) == (Preview(), False)
    assert time.monotonic() - began < previews.WALL_SECONDS + 10


def test_a_picture_that_is_another_thing_as_well_is_only_a_picture(tmp_path):
    preview, target = _draw(tmp_path, picture("JPEG") + b"<script>alert(1)</script>" + EPS)
    assert preview.is_drawn
    assert b"script" not in target.read_bytes()


def test_a_decoder_without_end_is_ended(tmp_path, monkeypatch):
    endless = tmp_path / "endless.py"
    endless.write_text("while True: pass\n")
    monkeypatch.setattr(drawing, "__file__", str(endless))
    monkeypatch.setattr(previews, "WALL_SECONDS", 0.5)
    assert _draw(tmp_path, picture())[0] == Preview()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory of a process")
def test_the_process_is_bounded_before_it_decodes(tmp_path):
    """What it may use, asked of itself; and it has none of our settings."""
    asking = tmp_path / "asking.py"
    asking.write_text(
        "import os, resource, runpy, sys\n"
        f"facts = runpy.run_path({drawing.__file__!r})\n"
        "facts['_bound']()\n"
        "bounds = resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE\n"
        "print([resource.getrlimit(each)[1] for each in bounds], os.nice(0) >= 10)\n"
        "try: bytes(2 * facts['MEMORY']); print('had it')\n"
        "except MemoryError: print('no')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-I", str(asking)], capture_output=True, text=True, check=False, env={}
    )
    limits = [drawing.MEMORY, drawing.CPU_SECONDS, drawing.OUTPUT]
    assert ended.stdout.splitlines() == [f"{limits} True", "no"]


def test_the_process_gets_no_settings(tmp_path, monkeypatch):
    monkeypatch.setenv("REGULARS_SECRET_KEY", "secret")
    telling = tmp_path / "telling.py"
    telling.write_text("import os, sys\nsys.stdout.write(str(sorted(os.environ)))\n")
    monkeypatch.setattr(drawing, "__file__", str(telling))
    out = tmp_path / "out"
    (tmp_path / "source").write_bytes(b"")
    with out.open("w+b") as output:
        assert previews._run(tmp_path / "source", output.fileno())
    assert "REGULARS" not in out.read_text()
    assert resource.getrlimit(resource.RLIMIT_CPU) == (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


# --- what is due ------------------------------------------------------------------------------------


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _upload(cast: Cast, content: bytes) -> MediaFile:
    return store_upload(cast.workspace.id, "image", io.BytesIO(content), "a", "", by=cast.actor(cast.agent))


def test_due_previews_are_drawn_and_told(cast):
    small, broken = _upload(cast, picture(size=(800, 600))), _upload(cast, picture(size=(900, 700))[:200])
    MediaFile.objects.filter(id=broken.id).update(is_preview_due=True)
    Event.objects.all().delete()
    assert draw_due_previews() == 2
    assert draw_due_previews() == 0
    for file, has_one in ((small, True), (broken, False)):
        file.refresh_from_db()
        assert (file.has_thumbnail, file.is_preview_due) == (has_one, False)
    assert (small.width, small.height) == (800, 600)
    assert _size(thumbnail_path_of(small.sha256)) == (480, 360)
    assert list(Event.objects.values_list("kind", flat=True)) == ["MediaPreviewed"] * 2


def test_an_upload_waits_for_no_preview(cast, monkeypatch):
    def fail(*_arguments: object) -> None:
        raise AssertionError("drawn while somebody waits")

    monkeypatch.setattr(previews, "_run", fail)
    assert _upload(cast, picture()).is_preview_due


def test_a_picture_over_which_drawers_die_is_given_up(cast):
    file = _upload(cast, picture())
    for attempt in range(1, ATTEMPTS + 1):
        (claimed,) = claim_previews(9)
        assert (claimed.id, claimed.attempts) == (file.id, attempt)
        assert claim_previews(9) == []
        MediaFile.objects.update(preview_lease_until=clock.now() - timedelta(hours=1))
    assert claim_previews(9) == []
    file.refresh_from_db()
    assert not file.is_preview_due
    assert not file.has_thumbnail


def test_the_word_of_a_late_drawer_no_longer_counts(cast):
    file = _upload(cast, picture())
    (late,) = claim_previews(1)
    MediaFile.objects.update(preview_lease_until=clock.now() - timedelta(hours=1))
    (punctual,) = claim_previews(1)
    note_preview(late, Preview())
    note_preview(punctual, Preview(16, 12))
    file.refresh_from_db()
    assert file.has_thumbnail


def test_the_same_picture_twice_keeps_its_preview(cast):
    content = picture(size=(800, 600))
    first = _upload(cast, content)
    draw_due_previews()
    kept = thumbnail_path_of(first.sha256).stat().st_ino
    _upload(cast, content)
    draw_due_previews()
    assert thumbnail_path_of(first.sha256).stat().st_ino == kept
    assert MediaFile.objects.filter(has_thumbnail=True).count() == 2


def test_a_store_without_the_picture_gives_no_preview(cast):
    file = _upload(cast, picture())
    path_of(file.sha256).unlink()
    assert draw_due_previews() == 1
    file.refresh_from_db()
    assert not file.has_thumbnail


def test_drawing_threads_touch_no_database(cast, monkeypatch):
    file = _upload(cast, picture())
    before = connection.connection
    monkeypatch.setattr(previewing, "draw_preview", lambda *_paths: Preview(16, 12))
    draw_due_previews()
    file.refresh_from_db()
    assert (file.has_thumbnail, connection.connection) == (True, before)


assert features.check("webp"), "the tests write WebP"
