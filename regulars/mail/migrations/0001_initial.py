import django.db.models.deletion
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.crypto
import regulars.kernel.ids


class Migration(migrations.Migration):
    """Whom a workspace hands its mail to, and the mails themselves."""

    initial = True

    dependencies = [("workspaces", "0011_password_resets")]

    operations = [
        migrations.CreateModel(
            name="MailServer",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("host", models.TextField()),
                ("port", models.IntegerField()),
                ("security", models.TextField(db_default="starttls", default="starttls")),
                ("username", models.TextField(db_default="", default="")),
                ("password", regulars.kernel.crypto.EncryptedTextField(default="")),
                ("sender_name", models.TextField(db_default="", default="")),
                ("sender_address", models.TextField()),
                ("reply_to", models.TextField(db_default="", default="")),
                ("version", models.IntegerField(db_default=1, default=1)),
                ("changed_at", models.DateTimeField(default=regulars.kernel.clock.now)),
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
                    models.UniqueConstraint(fields=("workspace",), name="mail_server_once"),
                    models.CheckConstraint(
                        condition=models.Q(security__in=["starttls", "tls", "none"]),
                        name="mail_server_security",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField()),
                ("to_address", models.TextField()),
                ("language", models.TextField()),
                ("facts", regulars.kernel.crypto.EncryptedTextField(default="")),
                ("about_id", models.UUIDField(null=True)),
                ("message_id", models.TextField()),
                ("state", models.TextField(db_default="waiting", default="waiting")),
                ("tries", models.IntegerField(db_default=0, default=0)),
                ("due_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                ("useful_until", models.DateTimeField(null=True)),
                ("error", models.TextField(db_default="", default="")),
                ("reply", models.TextField(db_default="", default="")),
                ("created_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                ("ended_at", models.DateTimeField(null=True)),
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
                "indexes": [models.Index(fields=["workspace", "-created_at"], name="mail_by_time")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            state__in=[
                                "waiting",
                                "sending",
                                "handing",
                                "sent",
                                "failed",
                                "unknown",
                                "dropped",
                            ]
                        ),
                        name="mail_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(kind__in=["invitation", "password-reset", "password-changed"]),
                        name="mail_kind",
                    ),
                ],
            },
        ),
    ]
