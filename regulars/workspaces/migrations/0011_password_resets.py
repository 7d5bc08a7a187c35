import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.crypto
import regulars.kernel.ids


class Migration(migrations.Migration):
    """A forgotten password: who asked, and the links that open an account once."""

    dependencies = [("workspaces", "0010_business_hours")]

    operations = [
        migrations.CreateModel(
            name="ResetAsked",
            fields=[
                ("mark", models.TextField(primary_key=True, serialize=False)),
                ("address", regulars.kernel.crypto.EncryptedTextField()),
                ("asked_at", models.DateTimeField(default=regulars.kernel.clock.now)),
            ],
        ),
        migrations.CreateModel(
            name="PasswordReset",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("token_fingerprint", models.TextField(unique=True)),
                ("created_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                ("expires_at", models.DateTimeField()),
                ("is_void", models.BooleanField(db_default=False, default=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
