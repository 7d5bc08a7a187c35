from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0003_previews_apart")]

    operations = [
        migrations.CreateModel(
            name="MediaPlace",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("marker", models.TextField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_media_place")]
            },
        ),
    ]
