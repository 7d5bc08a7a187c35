"""Group threads leave whoever wrote first: each gets a group, and what we said in it is said to nobody alone."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from regulars.kernel.ids import new_id

_FIND = """
SELECT c.workspace_id, k.channel, c.group_address, min(c.created_at) FROM conversations_conversation c
JOIN inboxes_inbox i ON i.id = c.inbox_id JOIN inboxes_connection k ON k.id = i.connection_id
WHERE c.group_address <> '' GROUP BY 1, 2, 3
"""
_MAKE = """
INSERT INTO contacts_group (id, workspace_id, channel, address, created_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_MOVE = """
UPDATE conversations_conversation c SET group_id = g.id, contact_id = NULL
FROM contacts_group g, inboxes_inbox i JOIN inboxes_connection k ON k.id = i.connection_id
WHERE c.group_address <> '' AND i.id = c.inbox_id AND g.workspace_id = c.workspace_id
  AND g.channel = k.channel AND g.address = c.group_address
"""
_SAID_TO_ALL = """
UPDATE conversations_message m SET contact_id = NULL FROM conversations_conversation c
WHERE c.group_id IS NOT NULL AND m.conversation_id = c.id AND m.direction = 'out'
"""


def move(_apps: Any, schema_editor: Any) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_FIND)
        cursor.executemany(_MAKE, [(new_id(), *row) for row in cursor.fetchall()])
        cursor.execute(_MOVE)
        cursor.execute(_SAID_TO_ALL)


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0006_group_threads"),
    ]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
