import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.ids


class Migration(migrations.Migration):
    """Sessions are found by a fingerprint of their key. The old table held the keys themselves: everybody signs in anew."""

    dependencies = [("workspaces", "0002_failed_sign_ins")]

    operations = [
        migrations.CreateModel(
            name="BrowserSession",
            fields=[
                (
                    "id",
                    models.UUIDField(default=regulars.kernel.ids.new_id, primary_key=True, serialize=False),
                ),
                ("key_fingerprint", models.TextField(unique=True)),
                ("data", models.TextField()),
                ("browser", models.TextField(blank=True, db_default="", default="")),
                ("source", models.GenericIPAddressField(null=True)),
                ("created_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                ("last_seen_at", models.DateTimeField(default=regulars.kernel.clock.now)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="workspaces.member",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]
