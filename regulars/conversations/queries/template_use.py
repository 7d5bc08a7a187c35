"""Which message templates a number's people send: what stands first when the next one is chosen."""

from __future__ import annotations

from uuid import UUID

from django.db import connection

NEWEST = 300
"""as many template messages of an inbox are looked at, whatever its size (index ``message_template_sent``)"""

_USES = """
SELECT content #>> '{outgoing,name}', content #>> '{outgoing,language}', count(*)
FROM (
  SELECT content FROM conversations_message
  WHERE inbox_id = %s AND kind = 'template' AND direction = 'out'
  ORDER BY sent_at DESC LIMIT %s
) AS newest
GROUP BY 1, 2
"""


def count_template_uses(inbox_id: UUID) -> dict[tuple[str, str], int]:
    with connection.cursor() as cursor:
        cursor.execute(_USES, [inbox_id, NEWEST])
        return {(name, language): uses for name, language, uses in cursor.fetchall()}
