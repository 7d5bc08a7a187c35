import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock


class Migration(migrations.Migration):
    """Positions of the log name the generation of their transaction ids."""

    dependencies = [("kernel", "0006_columns_have_database_defaults")]

    operations = [
        migrations.CreateModel(
            name="LogGeneration",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("generation", models.SmallIntegerField(db_default=1, default=1)),
                ("server", models.TextField(db_default="", default="")),
                (
                    "since",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="one_log_generation")
                ],
            },
        ),
        migrations.AddField("event", "generation", models.SmallIntegerField(db_default=1)),
        migrations.AddField(
            "reactioncursor", "generation", models.SmallIntegerField(db_default=1, default=0)
        ),
        migrations.AlterField(
            "reactioncursor", "generation", models.SmallIntegerField(db_default=0, default=0)
        ),
        migrations.RemoveIndex("event", "event_position"),
        migrations.AddIndex(
            "event", models.Index(fields=["generation", "transaction_id", "id"], name="event_position")
        ),
    ]
