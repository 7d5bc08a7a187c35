"""What sniffing finds out."""

from __future__ import annotations

from typing import NamedTuple

UNKNOWN = "application/octet-stream"
DAMAGED = "damaged"
"""the trait of a file that begins like its type and does not go on like it"""


class FileFacts(NamedTuple):
    """The type without parameters, and what the inside is made of.

    ``traits`` are words: ``damaged``, ``encrypted``; of pictures how the colors are stored when that is not 8-bit RGB
    or gray (``cmyk``, ``16-bit``, ``lossless-jpeg`` …); of sounds and films the codecs (``opus``, ``vorbis``, ``aac``,
    ``h264``, ``hevc`` …), of Ogg sounds the channels (``mono``, ``stereo``, ``multichannel``), and ``several-sounds``.
    """

    mime_type: str
    traits: tuple[str, ...] = ()
    width: int | None = None
    height: int | None = None
    frames: int = 1
    """pictures after each other; more than one moves"""

    @property
    def is_animated(self) -> bool:
        return self.frames > 1
