from django.db import migrations, models

import regulars.kernel.models


class Migration(migrations.Migration):
    """A parked event keeps what the log held of it, so that the log can be purged by whole stretches of time."""

    dependencies = [("kernel", "0007_log_generations")]

    operations = [
        migrations.RemoveConstraint("parkedevent", "parked_once"),
        migrations.AddField(
            "parkedevent", "generation", models.SmallIntegerField(default=1), preserve_default=False
        ),
        migrations.AddField(
            "parkedevent",
            "transaction_id",
            regulars.kernel.models.TransactionIdField(default="0"),
            preserve_default=False,
        ),
        migrations.AddField("parkedevent", "workspace_id", models.UUIDField(null=True)),
        migrations.AddField("parkedevent", "kind", models.TextField(default=""), preserve_default=False),
        migrations.AddField("parkedevent", "body", models.JSONField(default=dict), preserve_default=False),
        migrations.AddField("parkedevent", "happened_at", models.DateTimeField(null=True)),
        migrations.RunSQL(
            "UPDATE kernel_parkedevent p SET generation = e.generation, transaction_id = e.transaction_id,"
            " workspace_id = e.workspace_id, kind = e.kind, body = e.body, happened_at = e.happened_at"
            " FROM kernel_event e WHERE e.id = p.event_id",
            migrations.RunSQL.noop,
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    """
                    DO $$ DECLARE each record; BEGIN
                      FOR each IN SELECT conname FROM pg_constraint
                        WHERE conrelid = 'kernel_parkedevent'::regclass AND contype = 'f'
                      LOOP EXECUTE format('ALTER TABLE kernel_parkedevent DROP CONSTRAINT %I', each.conname); END LOOP;
                      FOR each IN SELECT i.indexrelid::regclass AS name FROM pg_index i JOIN pg_attribute a
                        ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND a.attname = 'event_id'
                        WHERE i.indrelid = 'kernel_parkedevent'::regclass AND i.indnatts = 1
                      LOOP EXECUTE format('DROP INDEX %s', each.name); END LOOP;
                    END $$;
                    """,
                    migrations.RunSQL.noop,
                )
            ],
            state_operations=[
                migrations.RemoveField("parkedevent", "event"),
                migrations.AddField(
                    "parkedevent", "event_id", models.BigIntegerField(), preserve_default=False
                ),
            ],
        ),
        migrations.AlterField("parkedevent", "workspace_id", models.UUIDField()),
        migrations.AlterField("parkedevent", "happened_at", models.DateTimeField()),
        migrations.AddConstraint(
            "parkedevent", models.UniqueConstraint(fields=["reaction", "event_id"], name="parked_once")
        ),
    ]
