"""Fetching contacts' files as soon as they are announced: their links live minutes, their ids days."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import IO, Any, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError

from regulars.channels.record import CannotFetch, Carrier, Fetched
from regulars.inboxes.models import Connection
from regulars.kernel.database import check_connection
from regulars.media.files import incoming_file
from regulars.media.operations import ToFetch, claim_files, keep_fetched, note_failure

logger = logging.getLogger(__name__)

T = TypeVar("T")
AT_A_TIME = 8
IDLE_SECONDS = 2.0


class Fetcher:
    """Runs until cancelled; ``wake`` may be called from any thread."""

    def __init__(self, carriers: Mapping[str, Carrier]) -> None:
        self._carriers = carriers
        self._kinds: dict[UUID, str] = {}
        """the channel of each connection"""
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def wake(self) -> None:
        if self._loop and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        while True:
            try:
                files = await _ask(claim_files, AT_A_TIME)
                await asyncio.gather(*(self._fetch(file) for file in files))
            except (OperationalError, InterfaceError) as error:
                logger.warning("the fetcher lost the database", extra={"error": type(error).__name__})
                files = []
            if not files:
                await self._rest()

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
        except TimeoutError:
            pass
        self._wake.clear()

    async def _fetch(self, file: ToFetch) -> None:
        with incoming_file() as target:
            try:
                carrier = self._carriers[await self._kind_of(file.connection_id)]
                fetched = await carrier.fetch(file, target)
            except CannotFetch as error:
                await _ask(_fail, file, str(error), error.is_final, error.is_gone)
            except Connection.DoesNotExist as error:
                await _ask(_fail, file, str(error), True, False)
            else:
                await _ask(_keep, file, target, fetched)

    async def _kind_of(self, connection_id: UUID) -> str:
        if connection_id not in self._kinds:
            kinds = Connection.objects.values_list("channel", flat=True)
            self._kinds[connection_id] = await _ask(kinds.get, id=connection_id)
        return self._kinds[connection_id]


def _fail(file: ToFetch, error: str, is_final: bool, is_gone: bool) -> None:
    note_failure(file, error, is_final=is_final, is_gone=is_gone)


def _keep(file: ToFetch, target: IO[bytes], fetched: Fetched) -> None:
    try:
        keep_fetched(file, target, fetched.sha256, fetched.size, fetched.mime_type)
    except OSError as error:
        note_failure(file, f"the file could not be stored: {error.strerror}", is_final=False)


async def _ask(question: Callable[..., T], *arguments: Any, **named: Any) -> T:
    def ask() -> T:
        check_connection()
        return question(*arguments, **named)

    return await sync_to_async(ask)()
