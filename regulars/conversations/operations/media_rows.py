"""The files that messages bring, and pictures of the ads that they came from: one row each, waiting to be fetched."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from regulars.conversations.operations.contents import stored_filename
from regulars.inboxes.ports import InboundMessage
from regulars.kernel.database import binary_cursor
from regulars.media.models import MediaFile
from regulars.media.queue import wake_fetchers
from regulars.protection.matching import Watch

LONGEST_ADDRESS = 4_000
"""characters; signed addresses have some hundreds"""
_UNFETCHABLE = "the sender's file could not be taken over by the platform"


def insert_media(
    workspace_id: UUID, messages: Sequence[tuple[UUID, UUID, InboundMessage]], watch: Watch
) -> dict[UUID, UUID]:
    """Of every (message id, connection id, message) with a file; message id -> media id."""
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
                filename=stored_filename(message, watch),
                is_voice=reference.is_voice,
                is_animated=reference.is_animated,
                error="" if reference.provider_media_id else _UNFETCHABLE,
            )
    if files:
        MediaFile.objects.bulk_create(files.values())
        wake_fetchers()
    return {message_id: file.id for message_id, file in files.items()}


def insert_ad_pictures(workspace_id: UUID, messages: Sequence[tuple[UUID, UUID, InboundMessage]]) -> None:
    """``messages``: stored (message id, connection id, message). Nothing is asked of the database when none names a
    picture.
    """
    pictures = {
        message_id: MediaFile(
            workspace_id=workspace_id, connection_id=connection_id, kind="image", source_url=address
        )
        for message_id, connection_id, message in messages
        if (address := _picture_address(message))
    }
    if not pictures:
        return
    MediaFile.objects.bulk_create(pictures.values())
    with binary_cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message m SET ad_picture_id = new.picture_id"
            " FROM unnest(%b::uuid[], %b::uuid[]) AS new(id, picture_id) WHERE m.id = new.id",
            [list(pictures), [each.id for each in pictures.values()]],
        )
    wake_fetchers()


def _picture_address(message: InboundMessage) -> str:
    """Empty for what is longer than any address, and for what no database keeps."""
    referral = message.content.referral
    address = referral.picture_url if referral else ""
    return address if len(address) <= LONGEST_ADDRESS and "\0" not in address else ""
