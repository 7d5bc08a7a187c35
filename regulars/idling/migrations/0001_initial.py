from datetime import timedelta

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("workspaces", "0015_audit_trail")]

    operations = [
        migrations.CreateModel(
            name="IdleRule",
            fields=[
                (
                    "workspace",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="workspaces.workspace",
                    ),
                ),
                ("is_on", models.BooleanField(db_default=False, default=False)),
                ("idle_for", models.DurationField(db_default=timedelta(days=3), default=timedelta(days=3))),
                ("counted_by", models.TextField(db_default="calendar", default="calendar")),
                (
                    "conditions",
                    models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("version", models.PositiveIntegerField(db_default=1, default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(counted_by__in=("calendar", "business")),
                        name="idle_rule_counted_by",
                    )
                ],
            },
        ),
    ]
