"""Small pictures for the thread, and what a picture measures. Hostile files give none, never an error.

The decoding is done by ``drawing.py``, a process with bounds of memory, time and output; here nothing is decoded.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from regulars.media import drawing
from regulars.media.drawing import MOST_FRAMES, MOST_PIXELS, PREVIEW_SIDE
from regulars.media.files import incoming_file, settle
from regulars.media.sniffing import DAMAGED, FileFacts

__all__ = ["MOST_PIXELS", "PREVIEW_SIDE", "Preview", "can_have_preview", "draw_preview"]

logger = logging.getLogger(__name__)

WALL_SECONDS = 20.0
"""beside the seconds of computing: a machine may be busy, a disk slow"""
_TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_LONGEST_FACTS = 200


class Preview(NamedTuple):
    """Pixels of the original, held upright; None when there is no preview."""

    width: int | None = None
    height: int | None = None

    @property
    def is_drawn(self) -> bool:
        return self.width is not None


def can_have_preview(facts: FileFacts) -> bool:
    pixels = (facts.width or 0) * (facts.height or 0)
    return (
        facts.mime_type in _TYPES
        and DAMAGED not in facts.traits
        and 0 < pixels <= MOST_PIXELS
        and facts.frames <= MOST_FRAMES
    )


def draw_preview(source: Path, target: Path) -> Preview:
    with incoming_file() as output:
        if not _run(source, output.fileno()):
            return Preview()
        output.seek(0)
        facts, picture = output.readline(_LONGEST_FACTS), output.read(drawing.OUTPUT)
        if picture[:4] != b"RIFF" or picture[8:12] != b"WEBP":
            return Preview()
        preview = Preview(**json.loads(facts))
        with incoming_file() as drawn:
            drawn.write(picture)
            settle(drawn, target)
        return preview


def _run(source: Path, output: int) -> bool:
    options = ["-X", f"pycache_prefix={sys.pycache_prefix}"] if sys.pycache_prefix else []
    command = [sys.executable, "-I", *options, drawing.__file__]
    try:
        with source.open("rb") as picture:
            ended = subprocess.run(
                command,
                stdin=picture,
                stdout=output,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                cwd="/",
                timeout=WALL_SECONDS,
                check=False,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        logger.info("a preview was given up", extra={"error": type(error).__name__})
        return False
    return ended.returncode == 0


def _environment() -> dict[str, str]:
    """Nothing but what a Python may need to find its own libraries: no settings, no secrets."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "MALLOC_ARENA_MAX": "1"}
