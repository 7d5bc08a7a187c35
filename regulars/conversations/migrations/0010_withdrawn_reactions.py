from django.db import migrations, models

# As ``operations/reacting.py`` marks them when they come.
MARK_EARLIER = """
UPDATE conversations_message m SET is_withdrawn = true FROM (
  SELECT id, COALESCE(NULLIF(text, ''), content #>> '{reaction,emoji}', '') = '' AS is_taken_back,
    target_provider_id IS NOT NULL AND status <> 'failed' AND row_number() OVER (
      PARTITION BY conversation_id, direction, CASE direction WHEN 'in' THEN contact_id END, target_provider_id,
        status = 'failed'
      ORDER BY sent_at DESC, id DESC) > 1 AS is_replaced
  FROM conversations_message WHERE kind = 'reaction'
) AS r WHERE r.id = m.id AND (r.is_taken_back OR r.is_replaced)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0009_waiting"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="is_withdrawn",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.RunSQL(MARK_EARLIER, migrations.RunSQL.noop),
    ]
