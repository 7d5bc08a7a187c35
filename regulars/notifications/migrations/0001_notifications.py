from datetime import timedelta

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.crypto
import regulars.kernel.ids


class Migration(migrations.Migration):
    """What members are told of, how they want it, and the browsers that they let us wake."""

    initial = True

    dependencies = [
        ("workspaces", "0011_password_resets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("conversation_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("message_id", models.UUIDField(blank=True, null=True)),
                ("count", models.IntegerField(db_default=1, default=1)),
                ("is_counted", models.BooleanField(db_default=True, default=True)),
                ("is_mailed", models.BooleanField(db_default=False, default=False)),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.member",
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
            name="NotificationSettings",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("levels", models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict)),
                ("quiet_from", models.TimeField(blank=True, null=True)),
                ("quiet_until", models.TimeField(blank=True, null=True)),
                ("is_private", models.BooleanField(db_default=False, default=False)),
                (
                    "mail_after",
                    models.DurationField(db_default=timedelta(seconds=1800), default=timedelta(seconds=1800)),
                ),
                ("mailed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.member"
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
            name="PushKey",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("private", regulars.kernel.crypto.EncryptedTextField()),
                ("public", models.TextField()),
                (
                    "made_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="push_key_only")],
            },
        ),
        migrations.CreateModel(
            name="PushSubscription",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("endpoint", regulars.kernel.crypto.EncryptedTextField()),
                ("mark", models.TextField(unique=True)),
                ("public_key", models.TextField()),
                ("secret", regulars.kernel.crypto.EncryptedTextField()),
                ("browser", models.TextField(blank=True, db_default="", default="")),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                ("last_sent_at", models.DateTimeField(blank=True, null=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="workspaces.member"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.browsersession",
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
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Push",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                (
                    "queued_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                (
                    "due_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                ("tries", models.IntegerField(db_default=0, default=0)),
                (
                    "notification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.notification",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.pushsubscription",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="MutedConversation",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("conversation_id", models.UUIDField()),
                (
                    "at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        default=regulars.kernel.clock.now,
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.member",
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
                "constraints": [
                    models.UniqueConstraint(
                        fields=("member", "conversation_id"), name="muted_conversation_unique"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                models.F("member"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="notification_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)), fields=["member"], name="notification_unread"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("is_mailed", True), ("read_at__isnull", True)),
                fields=["at"],
                name="notification_to_mail",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=("member", "conversation_id"), name="notification_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(("count__gt", 0)), name="notification_count"
            ),
        ),
        migrations.AddConstraint(
            model_name="notificationsettings",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("quiet_from__isnull", True), ("quiet_until__isnull", True)),
                    models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                    _connector="OR",
                ),
                name="notification_quiet_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="push",
            index=models.Index(fields=["due_at"], name="push_due"),
        ),
        migrations.AddConstraint(
            model_name="push",
            constraint=models.UniqueConstraint(fields=("subscription", "notification"), name="push_unique"),
        ),
    ]
