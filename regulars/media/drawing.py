"""A program of its own: reads a picture from standard input, writes facts and a small picture to standard output.

``media.previews`` starts it for one picture, by its path and with ``-I``: no environment, no path of ours, nothing
open but the two files. Pictures come from strangers, decoders are written in C; whatever one of them does, it does it
here, within these bounds. It imports nothing of Regulars.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from contextlib import suppress
from typing import BinaryIO

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
"""the decoders that may run; Pillow has over forty, one of which starts Ghostscript"""
PREVIEW_SIDE = 480
"""pixels of the longer side (BK-3: pictures as 480p previews)"""
MOST_PIXELS = 50_000_000
"""larger pictures are not decoded: a small file can claim to be a very large picture. Phones make 12 to 50 million"""
MOST_FRAMES = 1_000
"""a moving sticker has some dozens; thousands keep a reader's machine busy"""
MEMORY = 768 * 1024 * 1024
CPU_SECONDS = 8
OUTPUT = 2 * 1024 * 1024
_ORIENTATION = 0x0112
_SIDEWAYS = frozenset({5, 6, 7, 8})
"""EXIF orientations in which width and height change places"""


def main() -> int:
    _bound()
    source, target = os.fdopen(0, "rb"), os.fdopen(1, "wb")
    draw(source, target)
    target.flush()
    return 0


def _bound() -> None:
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CPU: CPU_SECONDS,
        resource.RLIMIT_FSIZE: OUTPUT,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for limit, value in limits.items():
        with suppress(ValueError, OSError):  # macOS knows some of these by name only
            resource.setrlimit(limit, (value, value))
    with suppress(OSError):
        os.nice(10)  # previews never delay sending


def draw(source: BinaryIO, target: BinaryIO) -> None:
    """A line of JSON (``width`` and ``height`` as held upright), then a WebP; raises whatever the decoder raises."""
    from PIL import Image, ImageOps

    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(source, formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS or getattr(image, "n_frames", 1) > MOST_FRAMES:
            raise ValueError("more pixels or frames than are shown")
        is_sideways = image.getexif().get(_ORIENTATION) in _SIDEWAYS
        # smaller first: a JPEG is then never decoded at its full size
        image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
        upright = ImageOps.exif_transpose(image)
        has_transparency = upright.mode in {"RGBA", "LA", "P"}
        facts = {"width": height, "height": width} if is_sideways else {"width": width, "height": height}
        target.write(json.dumps(facts).encode() + b"\n")
        upright.convert("RGBA" if has_transparency else "RGB").save(target, "WEBP", quality=80)


if __name__ == "__main__":
    sys.exit(main())
