"""Files as JSON."""

from __future__ import annotations

import msgspec
from django.conf import settings

from regulars.media.models import MediaFile


class MediaShape(msgspec.Struct, kw_only=True):
    """A file of a message. ``state``: waiting, fetching, ready, failed, expired or missing; ``url`` once ready."""

    id: str
    kind: str
    mime_type: str | None
    size: int | None
    """bytes"""
    sha256: str | None
    """hex"""
    filename: str | None
    state: str
    url: str | None
    """where the bytes are; asks for the token"""
    error: str | None


class MediaQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a file stands, when it is not a message's own."""

    message: str | None = None
    """the message that brings it along: a template's header or card, a button message's header"""


def build_media(media: MediaFile) -> MediaShape:
    """A file's facts."""
    is_ready = media.state == "ready"
    return MediaShape(
        id=str(media.id),
        kind=media.kind,
        mime_type=media.mime_type or None,
        size=media.byte_count,
        sha256=media.sha256 or None,
        filename=media.filename or None,
        state=media.state,
        url=f"{settings.PUBLIC_URL}/api/v1/media/{media.id}/content" if is_ready else None,
        error=media.error or None,
    )
