import django.db.models.deletion
from django.db import migrations, models

from regulars.conversations.models import MESSAGE_STATES, MESSAGES

_PART = """
DO $$
DECLARE
  definitions text[];
  each record;
  definition text;
  latest timestamptz := GREATEST(now(), (SELECT to_timestamp(
    ('x' || left(replace({range}::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
    FROM {table} ORDER BY {range} DESC LIMIT 1));  -- a clock may have been ahead
  bound text := lpad(to_hex((extract(epoch FROM date_trunc('quarter', latest, 'UTC') + interval '3 months') * 1000)::bigint),
    12, '0') || repeat('0', 20);
BEGIN
  FOR each IN SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS written, i.indisprimary,
      i.indisunique FROM pg_index i WHERE i.indrelid = '{table}'::regclass
  LOOP
    IF NOT each.indisunique THEN definitions := definitions || each.written; END IF;
    EXECUTE format('ALTER INDEX %s RENAME TO %I', each.name, trim(BOTH '"' FROM each.name) || '_before');
  END LOOP;
  ALTER TABLE {table} RENAME TO {table}_before;
  CREATE TABLE {table} (LIKE {table}_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS, {key})
    PARTITION BY RANGE ({range});
  FOREACH definition IN ARRAY COALESCE(definitions, '{{}}') LOOP EXECUTE definition; END LOOP;
  FOR each IN SELECT conname, pg_get_constraintdef(oid) AS written FROM pg_constraint
    WHERE conrelid = '{table}_before'::regclass AND contype = 'f'
  LOOP EXECUTE format('ALTER TABLE {table} ADD CONSTRAINT %I %s', each.conname, each.written); END LOOP;
  CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT;
  IF EXISTS (SELECT 1 FROM {table}_before) THEN
    EXECUTE format('ALTER TABLE {table} ATTACH PARTITION {table}_before FOR VALUES FROM (MINVALUE) TO (%L)',
      bound::uuid);
  ELSE
    DROP TABLE {table}_before;
  END IF;
END $$;
"""
_NAMED = """
INSERT INTO conversations_providermessageid (inbox_id, provider_id, message_id)
SELECT inbox_id, provider_id, id FROM conversations_message WHERE provider_id IS NOT NULL
"""
_STATES = """
ALTER TABLE conversations_messagestatus DROP COLUMN id;
"""
_UNREFERRED = """
DO $$ DECLARE each record; BEGIN
  FOR each IN SELECT conrelid::regclass AS table, conname FROM pg_constraint
    WHERE confrelid = 'conversations_message'::regclass AND contype = 'f'
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.table, each.conname); END LOOP;
END $$;
"""


def _prepare(_apps: object, _editor: object) -> None:
    MESSAGES.prepare()
    MESSAGE_STATES.prepare()


class Migration(migrations.Migration):
    """Messages and their statuses lie in parts by the time that their ids begin with.

    What there is becomes the first part as it stands; only the platforms' ids are written anew.
    """

    dependencies = [
        ("conversations", "0017_ad_pictures_by_file"),
        ("inboxes", "0001_initial"),
        ("kernel", "0009_events_by_time"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProviderMessageId",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "inbox_id",
                        "provider_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "inbox",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="inboxes.inbox",
                    ),
                ),
                ("provider_id", models.TextField()),
                ("message_id", models.UUIDField()),
            ],
        ),
        migrations.RunSQL(_NAMED, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(_UNREFERRED, migrations.RunSQL.noop),
                migrations.RunSQL(_STATES, migrations.RunSQL.noop),
                migrations.RemoveConstraint("message", "message_once"),
                migrations.RunSQL(
                    _PART.format(table="conversations_message", key="PRIMARY KEY (id)", range="id"),
                    migrations.RunSQL.noop,
                ),
                migrations.RunSQL(
                    _PART.format(
                        table="conversations_messagestatus",
                        key="UNIQUE (message_id, status, participant)",
                        range="message_id",
                    ),
                    migrations.RunSQL.noop,
                ),
                migrations.RunPython(_prepare, migrations.RunPython.noop),
            ],
            state_operations=[
                migrations.RemoveConstraint("message", "message_once"),
                migrations.AlterField(
                    "outgoingmessage",
                    "message",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="outgoing",
                        serialize=False,
                        to="conversations.message",
                    ),
                ),
                migrations.DeleteModel("MessageStatus"),
                migrations.CreateModel(
                    name="MessageStatus",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "message_id",
                                "status",
                                "participant",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("status", models.TextField()),
                        ("participant", models.TextField(db_default="", default="")),
                        ("at", models.DateTimeField()),
                        (
                            "message",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="statuses",
                                to="conversations.message",
                            ),
                        ),
                    ],
                ),
            ],
        ),
    ]
