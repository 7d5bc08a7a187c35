"""The files that messages bring: one row each, waiting to be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from regulars.inboxes.ports import InboundMessage
from regulars.media.models import MediaFile
from regulars.media.queue import wake_fetchers

_UNFETCHABLE = "the sender's file could not be taken over by the platform"


def insert_media(
    workspace_id: UUID, messages: Sequence[tuple[UUID, UUID, InboundMessage]]
) -> dict[UUID, UUID]:
    """Rows for every (message id, connection id, message) with a file; message id -> media id."""
    files: dict[UUID, MediaFile] = {}
    for message_id, connection_id, message in messages:
        reference = message.content.media
        if reference is not None:
            files[message_id] = MediaFile(
                workspace_id=workspace_id,
                connection_id=connection_id,
                kind=message.kind,
                state="waiting" if reference.provider_media_id else "missing",
                provider_media_id=reference.provider_media_id or "",
                mime_type=reference.mime_type,
                sha256=reference.sha256,
                filename=reference.filename,
                is_voice=reference.is_voice,
                is_animated=reference.is_animated,
                error="" if reference.provider_media_id else _UNFETCHABLE,
            )
    if files:
        MediaFile.objects.bulk_create(files.values())
        wake_fetchers()
    return {message_id: file.id for message_id, file in files.items()}
