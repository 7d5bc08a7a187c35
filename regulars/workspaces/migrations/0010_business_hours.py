from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0009_role_words_go"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="business_week",
            field=models.JSONField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="episode_hours",
            field=models.PositiveSmallIntegerField(db_default=24, default=24),
        ),
    ]
