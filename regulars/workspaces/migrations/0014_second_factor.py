import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.crypto
import regulars.kernel.ids


class Migration(migrations.Migration):
    """Second factors: apps and passkeys, recovery codes, and of whom one is asked."""

    dependencies = [
        ("workspaces", "0013_undo_send"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="second_factor_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="second_factor_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="workspace",
            name="second_factor_from",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("code_fingerprint", models.TextField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "code_fingerprint"), name="recovery_code_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("kind", models.TextField()),
                ("name", models.TextField()),
                ("secret", regulars.kernel.crypto.EncryptedTextField(null=True)),
                ("last_step", models.BigIntegerField(db_default=0, default=0)),
                ("credential_id", models.TextField(null=True, unique=True)),
                ("public_key", models.TextField(null=True)),
                ("rp_id", models.TextField(blank=True, db_default="", default="")),
                ("sign_count", models.BigIntegerField(db_default=0, default=0)),
                ("created_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="second_factors",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "app"), ("secret__isnull", False)),
                            models.Q(
                                ("credential_id__isnull", False),
                                ("kind", "passkey"),
                                ("public_key__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="second_factor_kind",
                    )
                ],
            },
        ),
    ]
