"""The sender's way out (``conversations.ports.Transport``): uploads what a message carries, then sends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from asgiref.sync import sync_to_async

from regulars.channels.whatsapp.clients import Clients
from regulars.channels.whatsapp.error_codes import TRANSIENT
from regulars.channels.whatsapp.errors import judge_number, refuse_unbuilt
from regulars.channels.whatsapp.graph import GraphClient, GraphError
from regulars.channels.whatsapp.media import upload_media
from regulars.channels.whatsapp.requests import media_ids_of
from regulars.channels.whatsapp.sender import probe, send
from regulars.conversations.operations.claiming import Claimed
from regulars.inboxes.ports import Deferred, Refused, SendResult
from regulars.kernel import clock
from regulars.media.files import path_of
from regulars.media.models import MediaFile
from regulars.media.operations import note_upload

PROVIDER_COPY_LIFETIME = timedelta(days=29)
"""WhatsApp keeps uploads for 30 days (reference §7.2)"""
FIRST_UPLOAD_WAIT = timedelta(seconds=5)
LONGEST_UPLOAD_WAIT = timedelta(minutes=5)


class WhatsAppTransport:
    """Implements ``Transport`` for WhatsApp."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def send(self, claimed: Claimed) -> SendResult:
        client = await self._clients.of(claimed.connection_id)
        try:
            media_ids = await self._provider_media_ids(client, claimed)
        except GraphError as error:
            return _not_sent(error, claimed.to_send.attempt)
        except (MediaFile.DoesNotExist, FileNotFoundError):
            return refuse_unbuilt("the file to send is gone")
        return await send(client, claimed.to_send, media_ids)

    async def probe(self, connection_id: UUID, address: str) -> Deferred | None:
        return await probe(await self._clients.of(connection_id), address)

    def forget(self, connection_id: UUID) -> None:
        self._clients.forget(connection_id)

    async def _provider_media_ids(self, client: GraphClient, claimed: Claimed) -> Mapping[str, str]:
        """WhatsApp's id for each file of ours in the message; uploads what it does not have yet."""
        return {
            media_id: await self._provider_media_id(client, claimed.to_send.address, media_id)
            for media_id in media_ids_of(claimed.to_send.content)
        }

    async def _provider_media_id(self, client: GraphClient, address: str, media_id: str) -> str:
        file = await sync_to_async(MediaFile.objects.get)(id=media_id)
        known = file.provider_uploads.get(address)
        if known and datetime.fromisoformat(known["until"]) > clock.now():
            return str(known["id"])
        with path_of(file.sha256).open("rb") as content:
            provider_id = await upload_media(client, address, content, file.mime_type, file.filename)
        await sync_to_async(note_upload)(file.id, address, provider_id, PROVIDER_COPY_LIFETIME)
        return provider_id


def _not_sent(error: GraphError, attempt: int) -> SendResult:
    """An upload that failed for whatever reason sent no message: refused, or worth another try.

    While the platform does not answer it waits like any other; a refusal that calls itself passing may be about this
    very file, and is tried only so often.
    """
    result = judge_number(error.result)
    if isinstance(result, Refused | Deferred):
        return result
    wait = min(FIRST_UPLOAD_WAIT * 2 ** min(attempt - 1, 10), LONGEST_UPLOAD_WAIT)
    return Deferred(error=error.error, wait=wait, is_counted=error.error.code in TRANSIENT)
