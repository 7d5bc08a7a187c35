"""The body of a page's or REST's request, read whole before anybody acts on it or a thread is taken for it.

A sender that breaks off has sent nothing. Small bodies are kept in memory, whoever sends them; a larger one needs a
session or a token, is spooled to disk beyond a block, and waits unread while others hold what there is.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, TypeVar, cast

from django.db import Error, close_old_connections
from django.utils.http import parse_header_parameters
from django.utils.translation import gettext_lazy as _

from regulars.api.authentication import is_known_token
from regulars.api.problems import LengthRequired, TooLarge, Unauthorized, Unavailable
from regulars.kernel.allowance import Allowance
from regulars.kernel.errors import NotUTF8, ProductError
from regulars.media.operations import MOST_UPLOAD_BYTES
from regulars.web.live.door import viewer_of_cookie

T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

SMALL_BYTES = 16 * 1024
"""a body that may come from anybody: signing in, an answer to a customer, most of REST"""
LARGEST_BYTES = MOST_UPLOAD_BYTES + 10 * 1024 * 1024
"""the largest upload, with the other fields of its form"""
BLOCK_BYTES = 256 * 1024
"""what of a larger body lies in memory"""
MOST_SPOOLED_BYTES = 1024 * 1024 * 1024
LEAST_CHARGED_BYTES = 4 * 1024 * 1024
"""a large body counts at least so much, which bounds how many there are"""
READ_CHARSETS = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})
ROOM_TO_LEAVE_BYTES = 256 * 1024 * 1024
LEFT_OVER_SECONDS = 24 * 3600
TURN_SECONDS = 10.0
RETRY_SECONDS = 5
MOST_ASKING = 64


class SenderLeft(Exception):
    """The connection ended before the body did."""


@dataclass(slots=True)
class Body:
    """A whole body; or none, and why it was not read."""

    file: BinaryIO
    length: int
    refusal: ProductError | None = None
    charged: int = 0


class Bodies:
    """Reads bodies in the event loop; ``directory`` takes what does not stay in memory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._allowance = Allowance(MOST_SPOOLED_BYTES)
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="bodies")
        self._asking = 0

    def open(self) -> None:
        """Make the directory, and have this process's temporary files (Django's uploads too) lie there."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        long_ago = time.time() - LEFT_OVER_SECONDS
        for left in self._directory.iterdir():  # by a process that was killed
            if left.is_file() and left.stat().st_mtime < long_ago:
                left.unlink(missing_ok=True)
        tempfile.tempdir = str(self._directory)

    async def read(self, scope: Scope, receive: Receive) -> Body:
        headers = dict(scope["headers"])
        if not _is_utf8(headers.get(b"content-type", b"").decode("latin-1")):
            return _refused(
                NotUTF8(_("The body must be in UTF-8, and its Content-Type must not name another charset"))
            )
        if b"transfer-encoding" in headers:
            return _refused(LengthRequired(_("Chunked bodies are not read")))
        length = int(headers.get(b"content-length", b"0"))
        if length <= SMALL_BYTES:
            return Body(BytesIO(await _read_small(receive) if length else b""), length)
        if length > LARGEST_BYTES:
            problem = _("At most %(limit)d MB can be sent at once") % {"limit": LARGEST_BYTES // 1024**2}
            return _refused(TooLarge(problem, limit=LARGEST_BYTES))
        refusal = await self._refusal_of_large(headers, length)
        return _refused(refusal) if refusal else await self._read_large(receive, length)

    def close(self, body: Body) -> None:
        body.file.close()
        self._allowance.give_back(body.charged)

    async def _refusal_of_large(self, headers: dict[bytes, bytes], length: int) -> ProductError | None:
        if self._asking >= MOST_ASKING:
            return _busy()
        self._asking += 1
        try:
            return await self._in_thread(self._judge, headers, length)
        except (Error, OSError):
            return Unavailable(_("The database is not answering; try again"), retry_after=RETRY_SECONDS)
        finally:
            self._asking -= 1

    def _judge(self, headers: dict[bytes, bytes], length: int) -> ProductError | None:
        close_old_connections()
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        cookie = headers.get(b"cookie", b"").decode("latin-1")
        if not (is_known_token(authorization) or viewer_of_cookie(cookie)):
            return Unauthorized(_("Sign in, or send the header Authorization: Bearer <token>"))
        if shutil.disk_usage(self._directory).free < 2 * length + ROOM_TO_LEAVE_BYTES:
            return Unavailable(
                _("The server’s disk is full, so the file was not saved"), retry_after=RETRY_SECONDS
            )
        return None

    async def _read_large(self, receive: Receive, length: int) -> Body:
        charged = max(length, LEAST_CHARGED_BYTES)
        if not await self._allowance.wait_for(charged, TURN_SECONDS):
            return _refused(_busy())
        file = tempfile.SpooledTemporaryFile(max_size=BLOCK_BYTES, dir=str(self._directory))  # noqa: SIM115 - closed by close()
        body = Body(cast("BinaryIO", file), length, charged=charged)
        try:
            await self._spool(receive, body.file)
        except OSError:
            self.close(body)
            return _refused(
                Unavailable(
                    _("The server’s disk is full, so the file was not saved"), retry_after=RETRY_SECONDS
                )
            )
        except BaseException:
            self.close(body)
            raise
        return body

    async def _spool(self, receive: Receive, file: BinaryIO) -> None:
        """Write what comes, in blocks and in a thread: a slow disk must not hold up the event loop."""
        pieces, size = [], 0
        async for piece in _pieces(receive):
            pieces.append(piece)
            size += len(piece)
            if size >= BLOCK_BYTES:
                await self._in_thread(file.write, b"".join(pieces))
                pieces, size = [], 0
        file.write(b"".join(pieces))
        file.seek(0)

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)


async def _read_small(receive: Receive) -> bytes:
    return b"".join([piece async for piece in _pieces(receive)])


async def _pieces(receive: Receive) -> Any:
    is_whole = False
    while not is_whole:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise SenderLeft
        yield message.get("body", b"")
        is_whole = not message.get("more_body")


def _is_utf8(content_type: str) -> bool:
    """Whether Django, which decodes queries and forms with any codec that is named, may see this."""
    try:
        _kind, parameters = parse_header_parameters(content_type)
    except ValueError:
        return False
    return parameters.get("charset", "utf-8").strip("\"' ").lower() in READ_CHARSETS


def _refused(problem: ProductError) -> Body:
    return Body(BytesIO(), 0, problem)


def _busy() -> ProductError:
    return Unavailable(_("Too many uploads at once; try again in a moment"), retry_after=RETRY_SECONDS)
