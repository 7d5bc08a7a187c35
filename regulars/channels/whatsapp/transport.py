"""The sender's way out (``conversations.ports.Transport``): uploads what a message carries, then sends it."""

from __future__ import annotations

from asyncio import Lock
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import IO, NamedTuple
from uuid import UUID
from weakref import WeakValueDictionary

from asgiref.sync import sync_to_async
from msgspec.structs import replace

from regulars.channels.record import CannotFetch, Fetched
from regulars.channels.whatsapp.ad_pictures import NoPicture, fetch_ad_picture
from regulars.channels.whatsapp.clients import Clients
from regulars.channels.whatsapp.copies import PROVIDER_COPY_LIFETIME, may_miss_copies
from regulars.channels.whatsapp.error_codes import TRANSIENT
from regulars.channels.whatsapp.errors import judge_number, not_built
from regulars.channels.whatsapp.graph import GraphClient, GraphError
from regulars.channels.whatsapp.limits import check_media_file
from regulars.channels.whatsapp.media import (
    MediaCorrupt,
    MediaGone,
    MediaProblem,
    MediaTooLarge,
    fetch_media,
    upload_media,
)
from regulars.channels.whatsapp.requests import media_ids_of
from regulars.channels.whatsapp.sender import probe, send
from regulars.conversations.operations.claiming import Claimed
from regulars.inboxes.ports import (
    Deferred,
    OutgoingContent,
    OutgoingMedia,
    Refused,
    SendResult,
    files_in,
    with_files,
)
from regulars.kernel import clock
from regulars.kernel.addresses import ForbiddenAddress
from regulars.kernel.ids import parse_id
from regulars.media.files import path_of
from regulars.media.models import MediaFile
from regulars.media.names import name_of
from regulars.media.operations import ToFetch, forget_uploads, note_upload

Files = Mapping[str, MediaFile]
"""by the id with which a content names them"""
FIRST_UPLOAD_WAIT = timedelta(seconds=5)
LONGEST_UPLOAD_WAIT = timedelta(minutes=5)


class Uploaded(NamedTuple):
    """WhatsApp's id of a copy that it was given just now."""

    id: str


def open_carrier() -> WhatsAppTransport:
    return WhatsAppTransport(Clients())


class WhatsAppTransport:
    """Implements ``channels.record.Carrier`` for WhatsApp."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._uploading: WeakValueDictionary[tuple[UUID, str], Lock] = WeakValueDictionary()

    async def send(self, claimed: Claimed) -> SendResult:
        client = await self._clients.of(claimed.connection_id)
        address, content = claimed.to_send.address, claimed.to_send.content
        if not media_ids_of(content):
            return await send(client, claimed.to_send)
        try:
            files = await sync_to_async(_files_of)(content)
            if problem := _problem_of(content, files):
                return not_built(problem)
            to_send = replace(claimed.to_send, content=_named(content, files))
            media_ids, reused = await self._provider_media_ids(client, address, files)
            result = await send(client, to_send, media_ids)
            if reused and may_miss_copies(result):
                await sync_to_async(forget_uploads)(reused, address)
                files = await sync_to_async(_files_of)(content)
                media_ids, _reused = await self._provider_media_ids(client, address, files)
                result = await send(client, to_send, media_ids)
        except GraphError as error:
            return _not_sent(error, claimed.to_send.attempt)
        except (MediaFile.DoesNotExist, FileNotFoundError):
            return not_built("the file to send is gone")
        return result

    async def probe(self, connection_id: UUID, address: str) -> Deferred | None:
        return await probe(await self._clients.of(connection_id), address)

    def forget(self, connection_id: UUID) -> None:
        self._clients.forget(connection_id)

    async def fetch(self, file: ToFetch, target: IO[bytes]) -> Fetched:
        try:
            client = await self._clients.of(file.connection_id)
            if file.source_url:
                return await fetch_ad_picture(client, file.source_url, target)
            return await fetch_media(client, file.provider_media_id, target, sha256=file.sha256)
        except MediaGone as error:
            raise CannotFetch(str(error), is_gone=True) from error
        except (MediaTooLarge, MediaCorrupt, NoPicture, ForbiddenAddress) as error:
            raise CannotFetch(str(error), is_final=True) from error
        except MediaProblem as error:
            raise CannotFetch(str(error)) from error
        except GraphError as error:
            raise CannotFetch(str(error), is_final=isinstance(error.result, Refused)) from error

    async def close(self) -> None:
        await self._clients.close()

    async def _provider_media_ids(
        self, client: GraphClient, address: str, files: Files
    ) -> tuple[Mapping[str, str], list[UUID]]:
        """By our ids, uploading what WhatsApp does not have yet; beside it the files that it had already."""
        media_ids: dict[str, str] = {}
        reused: list[UUID] = []
        for media_id, file in files.items():
            known = _copy_of(file, address) or await self._upload_once(client, address, file)
            if isinstance(known, str):
                media_ids[media_id] = known
                reused.append(file.id)
            else:
                media_ids[media_id] = known.id
        return media_ids, reused

    async def _upload_once(self, client: GraphClient, address: str, file: MediaFile) -> str | Uploaded:
        """What goes to several people at once is uploaded by the first; the others use that copy."""
        lock = self._uploading.setdefault((file.id, address), Lock())
        async with lock:
            fresh = await MediaFile.objects.aget(id=file.id)
            return _copy_of(fresh, address) or Uploaded(await self._upload(client, address, fresh))

    async def _upload(self, client: GraphClient, address: str, file: MediaFile) -> str:
        with path_of(file.sha256).open("rb") as content:
            name = name_of(file.filename, file.mime_type, file.kind)
            provider_id = await upload_media(client, address, content, file.mime_type, name)
        await sync_to_async(note_upload)(file.id, address, provider_id, PROVIDER_COPY_LIFETIME)
        return provider_id


def _copy_of(file: MediaFile, address: str) -> str | None:
    known = file.provider_uploads.get(address)
    return str(known["id"]) if known and datetime.fromisoformat(known["until"]) > clock.now() else None


def _files_of(content: OutgoingContent) -> Files:
    wanted = {media_id: parse_id(media_id) for media_id in media_ids_of(content)}
    found = MediaFile.objects.in_bulk([file_id for file_id in wanted.values() if file_id])
    files = {media_id: found[file_id] for media_id, file_id in wanted.items() if file_id in found}
    if len(files) < len(wanted):
        raise MediaFile.DoesNotExist
    return files


def _problem_of(content: OutgoingContent, files: Files) -> str:
    for media in files_in(content):
        file = files.get(media.media_id)
        if file is None:
            continue
        problems = check_media_file(
            media.kind,
            file.mime_type,
            file.byte_count or 0,
            is_animated=file.is_animated,
            traits=file.traits,
            is_voice=media.is_voice,
        )
        if problems:
            return "; ".join(f"{each.field}: {each.code} {each.found}".strip() for each in problems)
    return ""


def _named(content: OutgoingContent, files: Files) -> OutgoingContent:
    def name(media: OutgoingMedia) -> OutgoingMedia:
        file = files.get(media.media_id)
        if media.kind != "document" or file is None:
            return media
        return replace(media, filename=name_of(media.filename or file.filename, file.mime_type, media.kind))

    return with_files(content, name)


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
