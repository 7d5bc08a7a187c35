"""The only place that sends messages: a batch in, one judged result per message out, in the same order."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from regulars.inboxes.ports import SendResult, ToSend

from .errors import classify, refuse_unbuilt
from .graph import CONNECTIONS, SEND_DEADLINE, GraphClient
from .requests import MediaNotUploaded, build_request

NO_MEDIA: Mapping[str, str] = {}


async def send(
    client: GraphClient,
    batch: Sequence[ToSend],
    media_ids: Mapping[str, str] = NO_MEDIA,
    *,
    connections: int = CONNECTIONS,
    deadline: float = SEND_DEADLINE,
) -> list[SendResult]:
    """Send a batch at once over up to ``connections`` connections; never raises for a single message.

    ``media_ids`` maps our media ids to those of WhatsApp's copies (see ``media.upload_media``). Cancelling leaves
    messages on the way undecided: whoever stored the intent must count them as uncertain. WhatsApp keeps no order
    across requests, so a batch should hold one message per conversation.
    """
    gate = asyncio.Semaphore(connections)

    async def send_in_turn(to_send: ToSend) -> SendResult:
        async with gate:
            return await send_one(client, to_send, media_ids, deadline=deadline)

    return await asyncio.gather(*(send_in_turn(each) for each in batch))


async def send_one(
    client: GraphClient,
    to_send: ToSend,
    media_ids: Mapping[str, str] = NO_MEDIA,
    *,
    deadline: float = SEND_DEADLINE,
) -> SendResult:
    """Send one message; never raises for what the platform does. See ``send``."""
    try:
        body = build_request(to_send, media_ids)
        path = f"{to_send.address}/messages"
        client.url(path)
    except (MediaNotUploaded, ValueError) as error:
        return refuse_unbuilt(str(error))
    answer = await client.exchange("POST", path, json=body, deadline=deadline)
    return classify(
        answer.status,
        answer.body,
        answer.exception,
        is_written=answer.is_written,
        attempt=to_send.attempt,
    )
