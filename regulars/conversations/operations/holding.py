"""What waited in a database that was restored: nobody here knows whether it has left since it was copied.

It becomes a message with an unknown result, which is never sent by itself. A status of the platform still tells what
became of it, for it names our message; else a person decides.
"""

from __future__ import annotations

import orjson
from django.db import connection

from regulars.conversations.events import MessageStatusChanged
from regulars.conversations.operations.settling import RESTORED, unknown_result
from regulars.kernel.events import record_all

_HOLD = """
WITH held AS (
  UPDATE conversations_outgoingmessage SET state = 'unknown', outcome_reason = %s, lease_until = NULL
  WHERE state IN ('queued', 'sending') RETURNING message_id
)
UPDATE conversations_message m SET status = 'unknown', error = %s::jsonb FROM held
WHERE m.id = held.message_id AND m.status IN ('queued', 'sending')
RETURNING m.workspace_id, m.conversation_id, m.id
"""


def hold_what_waited() -> int:
    """Of all workspaces; needs a transaction. Returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [RESTORED, orjson.dumps(unknown_result(RESTORED)).decode()])
        rows = cursor.fetchall()
    record_all(MessageStatusChanged(row[0], row[1], row[2], "unknown") for row in rows)
    return len(rows)
