import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("conversations", "0029_tagging_sources"),
        ("workspaces", "0013_undo_send"),
    ]

    operations = [
        migrations.CreateModel(
            name="ScheduledMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("due_at", models.DateTimeField()),
                ("contents", models.JSONField()),
                ("text", models.TextField(blank=True, db_default="", default="")),
                ("kind", models.TextField()),
                ("reply_to", models.UUIDField(blank=True, null=True)),
                ("seen_id", models.UUIDField(blank=True, null=True)),
                (
                    "quick_replies",
                    models.JSONField(
                        blank=True, db_default=models.Value([], models.JSONField()), default=list
                    ),
                ),
                ("stops_on_answer", models.BooleanField(db_default=False, default=False)),
                ("author_kind", models.TextField()),
                ("author_name", models.TextField(blank=True, db_default="", default="")),
                ("state", models.TextField(db_default="waiting", default="waiting")),
                ("error", models.JSONField(blank=True, null=True)),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True)),
                (
                    "author_member",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="workspaces.member",
                    ),
                ),
                (
                    "author_token",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="workspaces.apitoken",
                    ),
                ),
                (
                    "conversation",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="conversations.conversation",
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
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="scheduled_due"
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["waiting", "refused"])),
                        fields=["conversation"],
                        name="scheduled_in_thread",
                    ),
                    models.Index(fields=["workspace", "state", "due_at", "id"], name="scheduled_in_list"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("waiting", "sent", "refused", "canceled"))),
                        name="scheduled_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("author_kind__in", ["member", "api"])),
                        name="scheduled_author_kind",
                    ),
                ],
            },
        ),
    ]
