"""Media: the bytes in files, their ids and expiring addresses, and what an upload may be."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

from whatsapp_sandbox.content import is_animated
from whatsapp_sandbox.identifiers import new_number_id
from whatsapp_sandbox.model import MediaItem

if TYPE_CHECKING:
    from whatsapp_sandbox.state import Sandbox

DAY = 24 * 3600.0
MEGABYTE = 1_048_576
INBOUND_LARGEST = 100 * MEGABYTE
_OFFICE = "application/vnd.openxmlformats-officedocument."
TYPES: dict[str, tuple[int, frozenset[str]]] = {
    "image": (5 * MEGABYTE, frozenset({"image/jpeg", "image/png"})),
    "video": (16 * MEGABYTE, frozenset({"video/mp4", "video/3gp", "video/3gpp"})),
    "audio": (
        16 * MEGABYTE,
        frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg", "audio/opus"}),
    ),
    "sticker": (512_000, frozenset({"image/webp"})),
    "document": (
        100 * MEGABYTE,
        frozenset(
            {
                "text/plain",
                "application/pdf",
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                f"{_OFFICE}wordprocessingml.document",
                f"{_OFFICE}spreadsheetml.sheet",
                f"{_OFFICE}presentationml.presentation",
            }
        ),
    ),
}
STICKER_LARGEST = 100_000
"""Bytes of a sticker that does not move; moving ones may have 500 KB (rounded up in TYPES)."""


def kind_of(mime_type: str) -> str | None:
    """image, video, audio, sticker or document (parameters of the type are ignored)."""
    plain = mime_type.split(";", maxsplit=1)[0].strip().lower()
    return next((kind for kind, (_, accepted) in TYPES.items() if plain in accepted), None)


def problem_with(mime_type: str, data: bytes) -> str | None:
    kind = kind_of(mime_type)
    if kind is None:
        accepted = sorted(mime for _, mimes in TYPES.values() for mime in mimes)
        return f"Param file must be a file with one of the following types: {', '.join(accepted)}; got {mime_type}"
    largest = TYPES[kind][0]
    if kind == "sticker" and not is_animated(data):
        largest = STICKER_LARGEST
    if len(data) > largest:
        return f"{kind} must be at most {largest} bytes, got {len(data)}"
    return "the file is empty" if not data else None


def store(
    sandbox: Sandbox,
    data: bytes,
    mime_type: str,
    *,
    inbound: bool,
    number_id: str,
    filename: str | None = None,
) -> MediaItem:
    item = MediaItem(
        id=new_number_id(),
        mime_type=mime_type,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        at=sandbox.now(),
        inbound=inbound,
        number_id=number_id,
        filename=filename,
        animated=is_animated(data),
    )
    (sandbox.media_dir / item.id).write_bytes(data)
    sandbox.media[item.id] = item
    return item


def find_media(sandbox: Sandbox, media_id: str) -> MediaItem | None:
    """Media that is neither deleted nor past its days (30 for uploads, 7 for inbound)."""
    item = sandbox.media.get(media_id)
    if item is None or item.deleted:
        return None
    switches = sandbox.switches.media
    days = switches.inbound_days if item.inbound else switches.uploaded_days
    return item if sandbox.now() - item.at < days * DAY else None


def read_bytes(sandbox: Sandbox, item: MediaItem, most: int = -1) -> bytes:
    with (sandbox.media_dir / item.id).open("rb") as file:
        return file.read(most)


def delete(sandbox: Sandbox, item: MediaItem) -> None:
    item.deleted = True
    (sandbox.media_dir / item.id).unlink(missing_ok=True)


def address_of(sandbox: Sandbox, item: MediaItem, base: str = "") -> str:
    """Good for five minutes (``media.url_seconds``)."""
    until = int(sandbox.now() + sandbox.switches.media.url_seconds)
    path = "/whatsapp_business/attachments/"
    return (
        f"{base or sandbox.base_url}{path}?mid={item.id}&source=webhook&ext={until}&hash={_seal(item, until)}"
    )


def opens(sandbox: Sandbox, media_id: str, until: str, seal: str) -> MediaItem | None:
    item = find_media(sandbox, media_id)
    if (
        item is None
        or not until.isascii()
        or not until.isdigit()
        or len(until) > 12
        or int(until) < sandbox.now()
    ):
        return None
    return item if hmac.compare_digest(_seal(item, int(until)), seal) else None


def _seal(item: MediaItem, until: int) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{item.sha256}{until}".encode()).digest()[:18]).decode()
