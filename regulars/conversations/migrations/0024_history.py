import django.db.models.deletion
from django.db import migrations, models

# Each row that has ended is followed by one of the same fact that begins at that moment: with the two unique indexes
# there is neither gap nor overlap. Deferred, so that what follows may be written after.
CHAIN = """
ALTER TABLE conversations_conversationhistory ADD CONSTRAINT conversation_history_goes_on
  FOREIGN KEY (conversation_id, fact, until_at) REFERENCES conversations_conversationhistory (conversation_id, fact, from_at)
  DEFERRABLE INITIALLY DEFERRED;
"""
UNCHAIN = "ALTER TABLE conversations_conversationhistory DROP CONSTRAINT conversation_history_goes_on;"


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0023_no_tag_lists"),
        ("workspaces", "0009_role_words_go"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConversationHistory",
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
                        "conversation_id",
                        "fact",
                        "from_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="conversations.conversation",
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
                        fields=("conversation", "fact"),
                        name="conversation_history_open_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until_at__isnull", False)),
                        fields=("conversation", "fact", "until_at"),
                        name="conversation_history_ended_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_at__isnull", True), ("until_at__gt", models.F("from_at")), _connector="OR"
                        ),
                        name="conversation_history_ends_after",
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
                        name="conversation_history_by_kind",
                    ),
                ],
            },
        ),
        migrations.RunSQL(CHAIN, UNCHAIN),
    ]
