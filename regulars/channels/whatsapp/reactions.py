"""What WhatsApp does about events: keep the template list fresh, and tell contacts that they were read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar
from uuid import UUID

from django.conf import settings

from regulars.channels.whatsapp.graph import GraphClient, GraphError, open_session
from regulars.conversations.events import ConversationChanged
from regulars.conversations.models import Message
from regulars.inboxes.events import ConnectionAdded, NoticeReceived
from regulars.inboxes.models import Connection
from regulars.inboxes.ports import Deferred
from regulars.kernel.events import Recorded
from regulars.message_templates.operations import replace_templates

logger = logging.getLogger(__name__)

T = TypeVar("T")
RECEIPTS_AT_A_TIME = 20


def sync_templates(events: Sequence[Recorded]) -> None:
    """Fetch the template lists of connections that are new or whose templates the platform changed."""
    wanted: set[UUID] = set()
    for recorded in events:
        event = recorded.event
        if isinstance(event, ConnectionAdded) or (
            isinstance(event, NoticeReceived) and event.kind == "template"
        ):
            wanted.add(event.connection_id)
    for connection_row in Connection.objects.filter(id__in=wanted, channel="whatsapp"):
        sync_templates_of(connection_row)


def sync_all_templates() -> int:
    """Fetch every account's template list; returns how many accounts answered."""
    return sum(sync_templates_of(row) for row in Connection.objects.filter(channel="whatsapp"))


def sync_templates_of(connection_row: Connection) -> bool:
    """Make the stored list equal to the account's; false when the platform refuses (that is noted in the log)."""

    async def fetch(client: GraphClient) -> list[dict[str, object]]:
        return await client.list_templates(connection_row.account_id)

    try:
        listed = asyncio.run(_with_client(connection_row.access_token, fetch))
    except GraphError as error:
        if isinstance(error.result, Deferred):
            raise
        logger.warning(
            "templates were not listed",
            extra={"connection": str(connection_row.id), "code": error.error.code},
        )
        return False
    replace_templates(connection_row, listed)
    return True


def send_read_receipts(events: Sequence[Recorded]) -> None:
    """Blue ticks for the newest message of each conversation that a member has read. Best effort."""
    conversation_ids = {
        recorded.event.conversation_id
        for recorded in events
        if not isinstance(recorded.event, ConversationChanged) or recorded.event.what == "unread"
    }
    newest = (
        Message.objects.filter(
            conversation_id__in=conversation_ids,
            conversation__unread_count=0,
            conversation__group_address="",
            direction="in",
            source="live",
            provider_id__isnull=False,
        )
        .order_by("conversation_id", "-sent_at", "-id")
        .distinct("conversation_id")
        .select_related("inbox__connection")
    )
    by_token: dict[str, list[tuple[str, str]]] = {}
    for message in newest:
        token = message.inbox.connection.access_token
        by_token.setdefault(token, []).append((message.inbox.address, str(message.provider_id)))
    for token, receipts in by_token.items():
        asyncio.run(_with_client(token, _receipts(receipts)))


def _receipts(receipts: Sequence[tuple[str, str]]) -> Callable[[GraphClient], Awaitable[None]]:
    async def send(client: GraphClient) -> None:
        gate = asyncio.Semaphore(RECEIPTS_AT_A_TIME)

        async def one(address: str, provider_id: str) -> None:
            async with gate:
                try:
                    await client.mark_read(address, provider_id)
                except GraphError as error:
                    logger.info("a read receipt was refused", extra={"code": error.error.code})

        await asyncio.gather(*(one(address, provider_id) for address, provider_id in receipts))

    return send


async def _with_client(token: str, action: Callable[[GraphClient], Awaitable[T]]) -> T:
    async with open_session(settings.WHATSAPP_GRAPH_URL) as session:
        return await action(GraphClient(settings.WHATSAPP_GRAPH_URL, token, session))
