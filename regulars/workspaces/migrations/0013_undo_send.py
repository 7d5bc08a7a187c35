from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0012_availability"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="undo_send_seconds",
            field=models.SmallIntegerField(db_default=5, default=5),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("undo_send_seconds__in", [0, 5, 10])), name="user_undo_seconds"
            ),
        ),
    ]
