import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.ids


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0007_merges"),
        ("tags", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactTagging",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                (
                    "from_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                ("by_kind", models.TextField()),
                ("by_id", models.UUIDField(blank=True, null=True)),
                ("by_name", models.TextField(blank=True, db_default="", default="")),
                ("reason", models.TextField(blank=True, db_default="", default="")),
                ("confidence", models.FloatField(blank=True, null=True)),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by_kind", models.TextField(blank=True, db_default="", default="")),
                ("ended_by_id", models.UUIDField(blank=True, null=True)),
                ("ended_by_name", models.TextField(blank=True, db_default="", default="")),
                ("end_reason", models.TextField(blank=True, db_default="", default="")),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="taggings",
                        to="contacts.contact",
                    ),
                ),
                (
                    "tag",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
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
        migrations.AddIndex(
            model_name="contacttagging",
            index=models.Index(fields=["tag", "until_at", "contact"], name="contact_tagging_by_tag"),
        ),
        migrations.AddIndex(
            model_name="contacttagging",
            index=models.Index(fields=["contact", "-from_at"], name="contact_tagging_history"),
        ),
        migrations.AddIndex(
            model_name="contacttagging",
            index=models.Index(
                condition=models.Q(("until_at__isnull", True), ("expires_at__isnull", False)),
                fields=["expires_at"],
                name="contact_tagging_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="contacttagging",
            constraint=models.UniqueConstraint(
                condition=models.Q(("until_at__isnull", True)),
                fields=("contact", "tag"),
                name="contact_tagging_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="contacttagging",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until_at__isnull", True), ("until_at__gte", models.F("from_at")), _connector="OR"
                ),
                name="contact_tagging_ends_after",
            ),
        ),
        migrations.AddConstraint(
            model_name="contacttagging",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "by_kind__in",
                        ("member", "token", "system", "rule", "condition", "model", "import", "sync"),
                    )
                ),
                name="contact_tagging_by_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="contacttagging",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confidence__isnull", True),
                    models.Q(("confidence__gte", 0), ("confidence__lte", 1)),
                    _connector="OR",
                ),
                name="contact_tagging_confidence",
            ),
        ),
    ]
