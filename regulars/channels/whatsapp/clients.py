"""Graph clients by connection: credentials are read once and kept until they change."""

from __future__ import annotations

import asyncio
from time import monotonic
from uuid import UUID

import aiohttp
from asgiref.sync import sync_to_async
from django.conf import settings

from regulars.channels.whatsapp.graph import GraphClient, open_session
from regulars.inboxes.models import Connection

REMEMBERED_SECONDS = 30.0
"""a token that was replaced is used at most this long by other processes"""


class Clients:
    """The clients of one process, over one session. Make it inside a running event loop."""

    def __init__(self) -> None:
        self._session = open_session(settings.WHATSAPP_GRAPH_URL)
        self._known: dict[UUID, tuple[float, GraphClient]] = {}
        self._reading = asyncio.Lock()

    @property
    def session(self) -> aiohttp.ClientSession:
        return self._session

    async def of(self, connection_id: UUID) -> GraphClient:
        """Raises ``Connection.DoesNotExist`` when it is gone."""
        known = self._known.get(connection_id)
        if known and known[0] > monotonic():
            return known[1]
        async with self._reading:
            known = self._known.get(connection_id)
            if known and known[0] > monotonic():
                return known[1]
            row = await sync_to_async(Connection.objects.get)(id=connection_id)
            client = GraphClient(settings.WHATSAPP_GRAPH_URL, row.access_token, self._session)
            self._known[connection_id] = (monotonic() + REMEMBERED_SECONDS, client)
            return client

    def forget(self, connection_id: UUID) -> None:
        self._known.pop(connection_id, None)

    async def close(self) -> None:
        await self._session.close()
