"""Small pictures for the thread, and what a picture measures. Hostile files give none, never an error."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

PREVIEW_SIDE = 480
"""pixels of the longer side (BK-3: pictures as 480p previews)"""
MOST_PIXELS = 60_000_000
"""larger pictures are not decoded: a small file can claim to be a very large picture"""
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations in which width and height change places"""


class Preview(NamedTuple):
    """Pixels of the original, whether a preview was written, and whether the original moves."""

    width: int | None
    height: int | None
    is_written: bool
    is_animated: bool = False


def write_preview(source: Path, target: Path) -> Preview:
    """Write a WebP preview of a picture; for anything else nothing. Sizes are those of the picture held upright."""
    try:
        with Image.open(source) as image:
            width, height = _upright_size(image)
            if width * height > MOST_PIXELS:
                return Preview(width, height, False)
            # smaller first: a JPEG is then never decoded at its full size
            image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
            upright = ImageOps.exif_transpose(image)
            has_transparency = upright.mode in {"RGBA", "LA", "P"}
            upright.convert("RGBA" if has_transparency else "RGB").save(target, "WEBP", quality=80)
            return Preview(width, height, True)
    except Exception:  # noqa: BLE001 - a decoder can fail in any way on a hostile file; the file itself stays
        target.unlink(missing_ok=True)
        return Preview(None, None, False)


def _upright_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    is_on_its_side = image.getexif().get(_ORIENTATION) in _SIDEWAYS
    return (height, width) if is_on_its_side else (width, height)
