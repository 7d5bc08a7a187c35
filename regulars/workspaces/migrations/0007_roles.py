from typing import Any

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.ids


def _pointer(related_name: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.RESTRICT,
        related_name=related_name,
        to="workspaces.role",
    )


class Migration(migrations.Migration):
    """Roles are rows; members, invitations and tokens point to them, at first beside the word that they had."""

    dependencies = [("workspaces", "0006_preferences")]

    operations = [
        migrations.CreateModel(
            name="Role",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("key", models.TextField(null=True)),
                ("name", models.TextField()),
                (
                    "chosen_permissions",
                    models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
                ),
                (
                    "chosen_reach",
                    models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
                ),
                ("created_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                (
                    "workspace",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("workspace"),
                        django.db.models.functions.text.Lower("name"),
                        name="role_name_unique",
                    ),
                    models.UniqueConstraint(fields=("workspace", "key"), name="role_key_unique"),
                ],
            },
        ),
        migrations.AddField("member", "role_row", _pointer("members")),
        migrations.AddField("invitation", "role_row", _pointer("+")),
        migrations.AddField("apitoken", "role_row", _pointer("+")),
    ]
