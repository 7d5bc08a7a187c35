"""A number's block list at WhatsApp (reference §8): who wrote in the last 24 hours can be put on it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Literal

from django.conf import settings

from regulars.blocking.ports import NoAnswer
from regulars.channels.whatsapp.graph import GraphClient, GraphError, open_session
from regulars.channels.whatsapp.requests import build_recipient
from regulars.inboxes.models import Inbox
from regulars.inboxes.ports import Identity, ProviderError, Refused


class WhatsAppBlockList:
    """Implements ``blocking.ports.BlockList``."""

    def block(self, inbox: Inbox, person: Identity) -> ProviderError | None:
        return _change(inbox, "POST", person)

    def unblock(self, inbox: Inbox, person: Identity) -> ProviderError | None:
        return _change(inbox, "DELETE", person)


def _change(inbox: Inbox, method: Literal["POST", "DELETE"], person: Identity) -> ProviderError | None:
    """Whoever is refused one by one is refused as a whole here: there is one."""
    body = {"messaging_product": "whatsapp", "block_users": [_named(person)]}
    try:
        asyncio.run(
            _ask(inbox, lambda client: client.call(method, f"{inbox.address}/block_users", json=body))
        )
    except GraphError as error:
        if isinstance(error.result, Refused):
            return error.error
        raise NoAnswer(error.error) from error
    return None


def _named(person: Identity) -> dict[str, str]:
    named = build_recipient(person)
    return {"user": named["to"]} if "to" in named else {"user_id": named["recipient"]}


async def _ask(inbox: Inbox, question: Any) -> Any:
    async with open_session(settings.WHATSAPP_GRAPH_URL) as session:
        asked: Awaitable[Any] = question(
            GraphClient(settings.WHATSAPP_GRAPH_URL, inbox.connection.access_token, session)
        )
        return await asked
