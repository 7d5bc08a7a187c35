from django.db import migrations, models

_TABLES = ("event", "loggeneration", "reactioncursor", "parkedevent")
_FORWARD = ";".join(f"ALTER TABLE kernel_{table} ALTER COLUMN generation TYPE integer" for table in _TABLES)


class Migration(migrations.Migration):
    """Generations of the log are far apart by chance, so that no two restores of a dump go on in the same one.

    By hand, because the column's default in the database is the generation that is written now.
    """

    dependencies = [("kernel", "0010_jobs")]

    operations = [
        migrations.RunSQL(
            _FORWARD,
            migrations.RunSQL.noop,
            state_operations=[
                migrations.AlterField("event", "generation", models.IntegerField(db_default=1)),
                migrations.AlterField(
                    "loggeneration", "generation", models.IntegerField(default=1, db_default=1)
                ),
                migrations.AlterField(
                    "reactioncursor", "generation", models.IntegerField(default=0, db_default=0)
                ),
                migrations.AlterField("parkedevent", "generation", models.IntegerField()),
            ],
        )
    ]
