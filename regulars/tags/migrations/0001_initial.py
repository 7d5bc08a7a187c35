import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("workspaces", "0006_preferences"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tag",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("name", models.TextField()),
                ("key", models.TextField()),
                ("color", models.TextField(db_default="gray", default="gray")),
                ("description", models.TextField(blank=True, db_default="", default="")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="tags.tag",
                    ),
                ),
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
        ),
        migrations.CreateModel(
            name="TagUse",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("subject", models.TextField()),
                ("change", models.BigIntegerField()),
                (
                    "tag",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tags.tag",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("workspace", "key"),
                name="tag_name_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="tag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("color__in", ("gray", "blue", "green", "amber", "red", "purple", "cyan", "olive"))
                ),
                name="tag_color",
            ),
        ),
        migrations.AddIndex(
            model_name="taguse",
            index=models.Index(fields=["tag", "subject"], include=("change",), name="tag_use_by_tag"),
        ),
    ]
