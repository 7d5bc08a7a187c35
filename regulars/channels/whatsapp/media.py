"""Files to and from WhatsApp: upload, look-up, streaming download with every check on the way."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import IO, NamedTuple

import aiohttp
from yarl import URL

from regulars.channels.record import Fetched
from regulars.inboxes.ports import ProviderError, Uncertain
from regulars.kernel.addresses import check_address

from .graph import UPLOAD_DEADLINE, GraphClient, GraphError
from .parsing.reading import integer, sha256_hex, text

MOST_BYTES = 100 * 1024 * 1024
"""what WhatsApp passes on at most"""
MOST_REDIRECTS = 3
DOWNLOAD_DEADLINE = 300.0
_CHUNK = 256 * 1024
_UNKNOWN_OBJECT = (33, 100)
_PAGE_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "application/json", "text/xml", "application/xml"}
)


class MediaProblem(Exception):
    """A file that could not be fetched. ``is_final`` says that trying again cannot help."""

    is_final = True


class MediaGone(MediaProblem):
    """WhatsApp keeps a customer's file for seven days; after that nobody has it."""


class MediaTooLarge(MediaProblem):
    """The file is larger than allowed; nothing of it may be used."""


class MediaCorrupt(MediaProblem):
    """The bytes or their type are not what WhatsApp announced."""

    is_final = False


class MediaUnavailable(MediaProblem):
    """The media host did not answer properly; later it may."""

    is_final = False


class _Description(NamedTuple):
    url: URL
    mime_type: str
    sha256: str
    size: int | None


async def upload_media(
    client: GraphClient, address: str, file: IO[bytes], mime_type: str, filename: str
) -> str:
    """Returns the id of WhatsApp's copy (kept 30 days); raises ``GraphError``.

    ``file`` is read to its end and closed. Check it with ``limits.check_media_file`` before.
    """
    form = aiohttp.FormData()
    form.add_field("messaging_product", "whatsapp")
    form.add_field("type", mime_type)
    form.add_field("file", file, filename=filename or "file", content_type=mime_type)
    answer = await client.call("POST", f"{address}/media", data=form, deadline=UPLOAD_DEADLINE)
    media_id = text(answer.get("id"))
    if not media_id:
        error = ProviderError(code=-1, title="The upload was answered without an id")
        raise GraphError(Uncertain(reason="no media id", error=error), error)
    return media_id


async def fetch_media(
    client: GraphClient,
    media_id: str,
    target: IO[bytes],
    *,
    sha256: str = "",
    most_bytes: int = MOST_BYTES,
) -> Fetched:
    """``target``: empty, writable, seekable.

    ``sha256`` (hex) is what the webhook announced; WhatsApp's own description is checked as well. Raises
    ``MediaGone``, ``MediaTooLarge``, ``MediaCorrupt``, ``MediaUnavailable``, ``ForbiddenAddress`` or
    ``GraphError``; the target then holds nothing usable.
    """
    try:
        return await _fetch(client, media_id, target, sha256, most_bytes)
    except _Stale:
        target.seek(0)
        target.truncate()
    try:
        return await _fetch(client, media_id, target, sha256, most_bytes)
    except _Stale as error:
        raise MediaUnavailable(
            "The media host does not know the address that WhatsApp just gave us."
        ) from error


async def _fetch(
    client: GraphClient, media_id: str, target: IO[bytes], sha256: str, most_bytes: int
) -> Fetched:
    described = await _describe(client, media_id)
    if described.size is not None and described.size > most_bytes:
        raise MediaTooLarge(f"The file has {described.size} bytes; at most {most_bytes} are allowed.")
    try:
        async with opened(client, described.url, headers=client.authorization) as response:
            _check_status(response.status)
            _check_type(response, described.mime_type)
            fetched = await copy_bytes(response, target, described.mime_type, most_bytes)
    except (aiohttp.ClientError, OSError) as error:  # asyncio.TimeoutError is an OSError
        raise MediaUnavailable(f"The media host failed: {type(error).__name__}.") from error
    for announced in (described.sha256, sha256):
        if announced and announced != fetched.sha256:
            raise MediaCorrupt("The file's SHA-256 is not the one that WhatsApp announced.")
    return fetched


async def _describe(client: GraphClient, media_id: str) -> _Description:
    """Its address is good for five minutes."""
    try:
        answer = await client.call("GET", media_id)
    except GraphError as error:
        if error.error.code in _UNKNOWN_OBJECT:
            raise MediaGone("WhatsApp no longer has this file.") from error
        raise
    try:
        url = URL(text(answer.get("url")))
    except ValueError as error:
        raise MediaUnavailable("WhatsApp described the file without a usable address.") from error
    if not url.is_absolute() or not url.host:
        raise MediaUnavailable("WhatsApp described the file without a usable address.")
    return _Description(
        url, text(answer.get("mime_type")), sha256_hex(answer.get("sha256")), integer(answer.get("file_size"))
    )


@asynccontextmanager
async def opened(
    client: GraphClient, url: URL, *, headers: Mapping[str, str]
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The answer behind an address; every hop is judged by ``check_address`` and the session's resolver.

    The headers, which may hold the token, go to the first host only, never along with a redirect.
    """
    first_host = url.origin()
    for _hop in range(MOST_REDIRECTS + 1):
        check_address(url, client.base)
        response = await client.session.get(
            url,
            headers=headers if url.origin() == first_host else None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=DOWNLOAD_DEADLINE, sock_connect=10, sock_read=30),
        )
        try:
            location = response.headers.get("Location") if 300 <= response.status < 400 else None
            if location is None:
                yield response
                return
            url = _joined(url, location)
        finally:
            response.release()
    raise MediaUnavailable(f"The media host redirected more than {MOST_REDIRECTS} times.")


def _joined(url: URL, location: str) -> URL:
    try:
        return url.join(URL(location))
    except ValueError as error:
        raise MediaUnavailable("The media host redirected to no usable address.") from error


def _check_status(status: int) -> None:
    if status in (404, 410):
        raise _Stale
    if status != 200:
        raise MediaUnavailable(f"The media host answered HTTP {status}.")


def _check_type(response: aiohttp.ClientResponse, announced: str) -> None:
    """Refuse an error page in the file's place. Other differences are names; the SHA-256 tells the bytes."""
    found, expected = response.content_type.lower(), announced.partition(";")[0].strip().lower()
    if expected and found in _PAGE_TYPES and found != expected:
        raise MediaCorrupt(f"WhatsApp announced {expected}, but its media host sent {found}.")


async def copy_bytes(
    response: aiohttp.ClientResponse, target: IO[bytes], mime_type: str, most_bytes: int
) -> Fetched:
    digest, size = hashlib.sha256(), 0
    async for chunk in response.content.iter_chunked(_CHUNK):
        size += len(chunk)
        if size > most_bytes:
            raise MediaTooLarge(f"The file is larger than the {most_bytes} bytes that are allowed.")
        digest.update(chunk)
        target.write(chunk)
    return Fetched(mime_type or response.content_type, size, digest.hexdigest())


class _Stale(Exception):
    """The address is older than five minutes; a new one helps."""
