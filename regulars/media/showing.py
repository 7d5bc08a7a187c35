"""How files are handed out, the same by screen and by REST: what a browser may show in place, and how inert it is."""

from __future__ import annotations

from django.http import HttpResponseBase

from regulars.media.models import MediaFile
from regulars.media.names import disposition, name_of
from regulars.media.sniffing import UNKNOWN

_PLAYED = frozenset(
    {"video/mp4", "video/3gpp", "audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"}
)
_PICTURES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


def can_be_shown(file: MediaFile) -> bool:
    """Whether a page may show it in place. A picture when one was decoded within our bounds, or is about to be and
    claims no more than they allow (``previews``); whatever could be active (HTML, SVG, PDF …) is only ever kept.
    """
    plain = type_of(file)
    return plain in _PLAYED or (plain in _PICTURES and (file.has_thumbnail or file.is_preview_due))


def shown_type(file: MediaFile) -> str:
    plain = type_of(file)
    return plain if plain in _PLAYED or plain in _PICTURES else UNKNOWN


def type_of(file: MediaFile) -> str:
    return file.mime_type.partition(";")[0].strip().lower() or UNKNOWN


def make_inert(response: HttpResponseBase) -> None:
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"


def hand_out(response: HttpResponseBase, file: MediaFile, *, as_attachment: bool) -> None:
    name = name_of(file.filename, file.mime_type, file.kind)
    response["Content-Disposition"] = disposition(name, as_attachment=as_attachment)
    make_inert(response)
