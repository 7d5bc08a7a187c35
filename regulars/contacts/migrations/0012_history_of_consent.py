from django.db import migrations

# What was said is all there, with its moment; of what was said at the same moment the later row counts.
FILL = """
WITH told AS (
  SELECT c.*, 'consent.' || c.purpose || '.' || c.channel AS fact, c.at + interval '1 microsecond'
    * (row_number() OVER (PARTITION BY c.contact_id, c.channel, c.purpose, c.at ORDER BY c.id) - 1) AS from_at
  FROM contacts_consent c
)
INSERT INTO contacts_contacthistory
  (contact_id, workspace_id, fact, value, from_at, until_at, by_kind, by_id, why)
SELECT contact_id, workspace_id, fact, state, from_at,
  lead(from_at) OVER (PARTITION BY contact_id, fact ORDER BY from_at), 'contact', contact_id, source
FROM told
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0011_history")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
