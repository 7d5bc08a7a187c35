from django.db import migrations, models

import regulars.kernel.clock


class Migration(migrations.Migration):
    """Counts under keyed marks instead of rows under plain hashes of addresses."""

    dependencies = [("workspaces", "0003_sessions")]

    operations = [
        migrations.CreateModel(
            name="WrongGuesses",
            fields=[
                ("mark", models.TextField(primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("last_at", models.DateTimeField(default=regulars.kernel.clock.now)),
            ],
        ),
        migrations.DeleteModel(name="FailedSignIn"),
    ]
