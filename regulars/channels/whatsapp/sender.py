"""The only place that sends messages: a message in, one judged result out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from regulars.inboxes.ports import Deferred, ProviderError, SendResult, ToSend, Uncertain

from .error_kinds import NOT_UNDERSTOOD
from .errors import classify, judge_number, not_built
from .graph import SEND_DEADLINE, GraphClient
from .requests import MediaNotUploaded, build_request

NO_MEDIA: Mapping[str, str] = {}
PROBE_DEADLINE = 10.0
PROBE_WAIT = timedelta(seconds=5)


async def send(
    client: GraphClient,
    to_send: ToSend,
    media_ids: Mapping[str, str] = NO_MEDIA,
    *,
    deadline: float = SEND_DEADLINE,
) -> SendResult:
    """Never raises for what the platform does.

    ``media_ids`` maps our media ids to those of WhatsApp's copies (see ``media.upload_media``). Cancelling leaves
    a message on its way undecided: whoever stored the intent must count it as uncertain. WhatsApp keeps no order
    across requests: within a conversation the next message waits for this one's result.
    """
    try:
        body = build_request(to_send, media_ids)
        path = f"{to_send.address}/messages"
        client.url(path)
    except (MediaNotUploaded, ValueError) as error:
        return not_built(str(error))
    answer = await client.exchange("POST", path, json=body, deadline=deadline)
    result = classify(
        answer.status,
        answer.body,
        answer.exception,
        is_written=answer.is_written,
        attempt=to_send.attempt,
    )
    return judge_number(result)


async def probe(client: GraphClient, address: str, *, deadline: float = PROBE_DEADLINE) -> Deferred | None:
    """Whether sending from a number may work again, by the cheapest question there is; why not, if not."""
    answer = await client.exchange("GET", address, params={"fields": "id"}, deadline=deadline)
    if answer.status is not None and 200 <= answer.status < 300 and answer.exception is None:
        return None
    result = judge_number(
        classify(answer.status, answer.body, answer.exception, is_written=answer.is_written)
    )
    match result:
        case Deferred():
            return result
        case Uncertain():
            error = result.error or ProviderError(code=NOT_UNDERSTOOD, details=result.reason)
            return Deferred(error=error, wait=PROBE_WAIT, pauses="connection")
        case _:
            return None
