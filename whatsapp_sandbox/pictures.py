"""Sample media that simulated people send, shipped with the package."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from whatsapp_sandbox.settings import SettingError

FOLDER = Path(__file__).parent / "samples"
SAMPLES: dict[str, dict[str, str]] = {
    "image": {
        "damaged-cup": "image/jpeg",
        "kettle": "image/jpeg",
        "parcel": "image/jpeg",
        "beans": "image/jpeg",
    },
    "audio": {"voice-en": "audio/ogg; codecs=opus", "voice-es": "audio/ogg; codecs=opus"},
    "video": {"pour-over": "video/mp4"},
    "document": {"purchase-order": "application/pdf"},
    "sticker": {"thanks": "image/webp", "steam": "image/webp"},
}
ENDINGS = {
    "image/jpeg": "jpg",
    "audio/ogg; codecs=opus": "ogg",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
    "image/webp": "webp",
}


AD_PICTURES = "/ads/"
"""where pictures of advertisements lie: a host of their own in the world, open without a token"""


@cache
def _read(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def sample(kind: str, name: str) -> tuple[str, bytes]:
    """MIME type and bytes; the first of its kind when no name is given. Raises SettingError."""
    known = SAMPLES[kind]
    name = name or next(iter(known))
    if name not in known:
        raise SettingError(f"there is no {kind} sample {name!r}; there are {', '.join(known)}")
    return known[name], _read(f"{name}.{ENDINGS[known[name]]}")
