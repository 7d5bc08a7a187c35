"""Ending what has not left: a guardrail forbids it by now, its time is over, or a member stopped it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from django.db import connection

from regulars.conversations.events import MessageStatusChanged
from regulars.conversations.operations.statuses import settle_jobs
from regulars.conversations.operations.unanswering import restore_waits
from regulars.kernel.events import record_all


def end_unsent(message_ids: Sequence[UUID], error: Mapping[str, object]) -> None:
    """They certainly never left and never will; ``error`` is kept with them. Needs a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE conversations_message SET status = 'failed', error = %s::jsonb"
            " WHERE id = ANY(%b::uuid[]) RETURNING workspace_id, conversation_id, id, status",
            [orjson.dumps(error).decode(), list(message_ids)],
        )
        ended = cursor.fetchall()
    settle_jobs([(message_id, "refused", str(error["code"])) for message_id in message_ids])
    record_all(MessageStatusChanged(*row) for row in ended)
    restore_waits(message_ids)
