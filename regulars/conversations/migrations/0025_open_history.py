from django.db import migrations

# What is so was so before; since when and by whom nobody wrote down.
OPEN = """
INSERT INTO conversations_conversationhistory
  (conversation_id, workspace_id, fact, value, name, from_at, since_unknown, by_kind)
SELECT c.id, c.workspace_id, fact.name, fact.value, coalesce(fact.called, ''), now(), true, 'system'
FROM conversations_conversation c
  LEFT JOIN workspaces_member m ON m.id = c.assignee_id
  LEFT JOIN workspaces_user u ON u.id = m.user_id
  LEFT JOIN workspaces_team t ON t.id = c.team_id
  CROSS JOIN LATERAL (VALUES
    ('status', c.status, ''),
    ('assignee', c.assignee_id::text, coalesce(nullif(u.name, ''), u.email)),
    ('team', c.team_id::text, t.name)
  ) AS fact(name, value, called)
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("conversations", "0024_history")]

    operations = [migrations.RunSQL(OPEN, migrations.RunSQL.noop)]
