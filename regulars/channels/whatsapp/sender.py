"""The only place that sends messages: a message in, one judged result out."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.inboxes.ports import SendResult, ToSend

from .errors import classify, refuse_unbuilt
from .graph import SEND_DEADLINE, GraphClient
from .requests import MediaNotUploaded, build_request

NO_MEDIA: Mapping[str, str] = {}


async def send(
    client: GraphClient,
    to_send: ToSend,
    media_ids: Mapping[str, str] = NO_MEDIA,
    *,
    deadline: float = SEND_DEADLINE,
) -> SendResult:
    """Send one message; never raises for what the platform does.

    ``media_ids`` maps our media ids to those of WhatsApp's copies (see ``media.upload_media``). Cancelling leaves
    a message on its way undecided: whoever stored the intent must count it as uncertain. WhatsApp keeps no order
    across requests: within a conversation the next message waits for this one's result.
    """
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
