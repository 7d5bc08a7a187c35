"""Floor C: floor B, with the conversation upserted and the message inserted once in the same transaction."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response

from benchmarks.floors.pool import with_pool
from benchmarks.floors.signature import is_signed

app = FastAPI(lifespan=with_pool)

_DELIVERY = "INSERT INTO delivery (body) VALUES ($1) RETURNING id"
_CONVERSATION = """
INSERT INTO conversation (number_id, person, name, last_message_at, unread_count) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (number_id, person) DO UPDATE SET name = excluded.name, unread_count = conversation.unread_count + 1,
  last_message_at = greatest(conversation.last_message_at, excluded.last_message_at)
RETURNING id
"""
_MESSAGE = """
INSERT INTO message (conversation_id, provider_id, kind, text, sent_at, delivery_id) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (provider_id) DO NOTHING
"""


@app.post("/webhooks")
async def receive(request: Request) -> Response:
    body = await request.body()
    if not is_signed(body, request.headers.get("x-hub-signature-256", "").encode()):
        return Response(status_code=401)
    async with request.app.state.pool.acquire() as connection, connection.transaction():
        delivery_id = await connection.fetchval(_DELIVERY, body)
        for entry in orjson.loads(body)["entry"]:
            for change in entry["changes"]:
                await _store(connection, change["value"], delivery_id)
    return Response("ok")


async def _store(connection: Any, value: dict[str, Any], delivery_id: int) -> None:
    number_id = value["metadata"]["phone_number_id"]
    names = {contact["wa_id"]: contact["profile"]["name"] for contact in value.get("contacts", [])}
    for message in value.get("messages", []):
        person, sent_at = message["from"], datetime.fromtimestamp(int(message["timestamp"]), UTC)
        conversation_id = await connection.fetchval(
            _CONVERSATION, number_id, person, names.get(person, ""), sent_at
        )
        text = message.get("text", {}).get("body", "")
        await connection.execute(
            _MESSAGE, conversation_id, message["id"], message["type"], text, sent_at, delivery_id
        )
