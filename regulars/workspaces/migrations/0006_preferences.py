from django.db import migrations, models


class Migration(migrations.Migration):
    """Density and shortcuts belong to the person, on every device."""

    dependencies = [("workspaces", "0005_keys_of_those_who_left")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="density",
            field=models.TextField(db_default="comfortable", default="comfortable"),
        ),
        migrations.AddField(
            model_name="user",
            name="single_keys",
            field=models.BooleanField(db_default=True, default=True),
        ),
        migrations.AddField(
            model_name="user",
            name="shortcuts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(density__in=["compact", "comfortable", "spacious"]), name="user_density"
            ),
        ),
    ]
