"""The app's icon as pixels, in the shapes of ``web/design/favicon.svg``: devices take no SVG for their home screen."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw

SIZES = (180, 192, 512)
"""of home screens: Apple's, and the two that every browser asks for"""
FINER = 4
"""drawn so many times as large, then made small: Pillow's own lines are not smooth"""
ACCENT, PAPER = "#3352cc", "#ffffff"
_GRID = 24
"""the view box of the SVG"""


@cache
def app_icon(size: int) -> bytes:
    """A PNG: the mark in the middle of a full square, so that any mask of a device leaves it whole."""
    from PIL import Image, ImageDraw  # some megabytes, for an icon in a month

    side = size * FINER
    picture = Image.new("RGB", (side, side), ACCENT)
    _draw(ImageDraw.Draw(picture), side)
    out = BytesIO()
    picture.resize((size, size), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(pen: ImageDraw.ImageDraw, side: int) -> None:
    """A white bubble with its tail, and in it the arrow that comes round again."""
    unit = side * 0.62 / _GRID
    shift = side * 0.19

    def at(x: float, y: float) -> tuple[float, float]:
        return shift + x * unit, shift + y * unit

    pen.ellipse([at(2.5, 2.5), at(21.5, 21.5)], fill=PAPER)
    pen.polygon([at(7.4, 20.3), at(3, 21.5), at(4.3, 17.3)], fill=PAPER)
    width = round(1.9 * unit)
    pen.arc([at(7.7, 7.7), at(16.3, 16.3)], 14, 325, fill=ACCENT, width=width)
    pen.line([at(16.4, 7), at(16.4, 10.2), at(13.2, 10.2)], fill=ACCENT, width=width, joint="curve")
