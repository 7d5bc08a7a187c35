"""The only door to a file from outside this room. Whether the *message* may be seen is the caller's question."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.errors import NotFound
from regulars.media.models import MediaFile
from regulars.workspaces.access import Actor


def access_media(actor: Actor, media_id: UUID | None) -> MediaFile:
    """The file, if it is of the actor's workspace; else :class:`NotFound`."""
    found = (
        MediaFile.objects.filter(workspace_id=actor.workspace_id, id=media_id).first() if media_id else None
    )
    if found is None:
        raise NotFound("no such file")
    return found
