"""Small pictures for the thread, and what a picture measures. Hostile files give none, never an error."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps, UnidentifiedImageError

PREVIEW_SIDE = 480
"""pixels of the longer side (BK-3: pictures as 480p previews)"""
MOST_PIXELS = 60_000_000
"""larger pictures are not opened: a small file can claim to be a very large picture"""


class Preview(NamedTuple):
    """Pixels of the original, whether a preview was written, and whether the original moves."""

    width: int | None
    height: int | None
    is_written: bool
    is_animated: bool = False


def write_preview(source: Path, target: Path) -> Preview:
    """Write a WebP preview of a picture; for anything else nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source) as image:
                width, height = image.size
                moves = bool(getattr(image, "is_animated", False))
                if width * height > MOST_PIXELS:
                    return Preview(width, height, False, moves)
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
                upright.convert("RGBA" if upright.mode in {"RGBA", "LA", "P"} else "RGB").save(
                    target, "WEBP", quality=80
                )
                return Preview(width, height, True, moves)
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ):
        return Preview(None, None, False)
