"""Files as JSON."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from django.conf import settings

from regulars.api.shapes.common import Id
from regulars.inboxes.ports.outgoing import MediaKind
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.media.models import MediaFile

MediaState = Literal["waiting", "fetching", "ready", "failed", "expired", "missing"]


class MediaShape(msgspec.Struct, kw_only=True):
    """A file of a message, or one that waits to be sent."""

    id: Id
    kind: Annotated[MediaKind, told("As what it was, or can be, sent.", "image")]
    mime_type: Annotated[str | None, told("What it is; null while nobody knows.", "image/jpeg")]
    size: Annotated[int | None, told("Bytes; null while nobody knows.", 48_213)]
    sha256: Annotated[
        str | None,
        told("Hex.", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
    ]
    filename: Annotated[str | None, told("What the sender called it.", "invoice.pdf")]
    state: Annotated[
        MediaState,
        told(
            "`waiting` and `fetching`: it is on its way. `expired`: the platform no longer has it."
            " `missing`: the platform never had it.",
            "ready",
        ),
    ]
    url: Annotated[
        str | None,
        told(
            "Where the bytes are, once it is ready; asks for the token.",
            f"https://inbox.example.com/api/v1/media/{EXAMPLE_ID}/content",
        ),
    ]
    error: Annotated[str | None, told("Why it did not come.", "the platform answered 404")]


class MediaQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a file stands, when it is not a message's own."""

    message: Annotated[
        str | None,
        told(
            "The message that brings it along: a template's header or card, a button message's header.",
            EXAMPLE_ID,
        ),
    ] = None


def build_media(media: MediaFile) -> MediaShape:
    is_ready = media.state == "ready"
    return MediaShape(
        id=str(media.id),
        kind=msgspec.convert(media.kind, MediaKind),
        mime_type=media.mime_type or None,
        size=media.byte_count,
        sha256=media.sha256 or None,
        filename=media.filename or None,
        state=msgspec.convert(media.state, MediaState),
        url=f"{settings.PUBLIC_URL}/api/v1/media/{media.id}/content" if is_ready else None,
        error=media.error or None,
    )
