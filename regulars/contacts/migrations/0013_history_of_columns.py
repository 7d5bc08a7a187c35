from django.db import migrations

# What is so was so before; since when and by whom nobody wrote down. What was never set has no row.
OPEN = """
INSERT INTO contacts_contacthistory (contact_id, workspace_id, fact, value, name, from_at, since_unknown, by_kind)
SELECT c.id, c.workspace_id, fact.name, fact.value, coalesce(fact.called, ''), now(), true, 'system'
FROM contacts_contact c
  LEFT JOIN workspaces_member m ON m.id = c.owner_id
  LEFT JOIN workspaces_user u ON u.id = m.user_id
  CROSS JOIN LATERAL (VALUES
    ('tier', nullif(c.tier, ''), ''),
    ('stage', nullif(c.stage, ''), ''),
    ('owner', c.owner_id::text, coalesce(nullif(u.name, ''), u.email))
  ) AS fact(name, value, called)
WHERE (c.tier <> '' OR c.stage <> '' OR c.owner_id IS NOT NULL) AND fact.value IS NOT NULL
ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0012_history_of_consent")]

    operations = [migrations.RunSQL(OPEN, migrations.RunSQL.noop)]
