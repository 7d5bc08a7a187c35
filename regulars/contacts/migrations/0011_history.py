import django.db.models.deletion
from django.db import migrations, models

# Each row that has ended is followed by one of the same fact that begins at that moment: with the two unique indexes
# there is neither gap nor overlap. Deferred, so that what follows may be written after.
CHAIN = """
ALTER TABLE contacts_contacthistory ADD CONSTRAINT contact_history_goes_on
  FOREIGN KEY (contact_id, fact, until_at) REFERENCES contacts_contacthistory (contact_id, fact, from_at)
  DEFERRABLE INITIALLY DEFERRED;
"""
UNCHAIN = "ALTER TABLE contacts_contacthistory DROP CONSTRAINT contact_history_goes_on;"


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0010_no_tag_lists"),
        ("workspaces", "0009_role_words_go"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactHistory",
            fields=[
                ("fact", models.TextField()),
                ("value", models.TextField(blank=True, null=True)),
                ("name", models.TextField(blank=True, db_default="", default="")),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField(blank=True, null=True)),
                ("since_unknown", models.BooleanField(db_default=False, default=False)),
                ("by_kind", models.TextField()),
                ("by_id", models.UUIDField(blank=True, null=True)),
                ("by_name", models.TextField(blank=True, db_default="", default="")),
                ("why", models.TextField(blank=True, db_default="", default="")),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "contact_id",
                        "fact",
                        "from_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="contacts.contact",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        db_constraint=False,
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
                        condition=models.Q(("until_at__isnull", True)),
                        fields=("contact", "fact"),
                        name="contact_history_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until_at__isnull", False)),
                        fields=("contact", "fact", "until_at"),
                        name="contact_history_ended_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_at__isnull", True), ("until_at__gt", models.F("from_at")), _connector="OR"
                        ),
                        name="contact_history_ends_after",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "by_kind__in",
                                (
                                    "member",
                                    "token",
                                    "contact",
                                    "system",
                                    "rule",
                                    "condition",
                                    "model",
                                    "import",
                                    "sync",
                                ),
                            )
                        ),
                        name="contact_history_by_kind",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CHAIN, UNCHAIN),
    ]
