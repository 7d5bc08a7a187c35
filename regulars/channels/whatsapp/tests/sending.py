"""Many messages at once, as the sender of a busy number has them on their way."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from regulars.channels.whatsapp.graph import GraphClient
from regulars.channels.whatsapp.sender import NO_MEDIA, send
from regulars.inboxes.ports import SendResult, ToSend


async def send_all(
    client: GraphClient, messages: Sequence[ToSend], media_ids: Mapping[str, str] = NO_MEDIA
) -> list[SendResult]:
    return await asyncio.gather(*(send(client, message, media_ids) for message in messages))
