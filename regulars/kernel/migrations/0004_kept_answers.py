from __future__ import annotations

from django.db import migrations, models

import regulars.kernel.clock
import regulars.kernel.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0003_server_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("owner_id", models.UUIDField()),
                ("intent", models.TextField()),
                ("request_hash", models.TextField()),
                ("status", models.SmallIntegerField(db_default=0, default=0)),
                ("sealed", regulars.kernel.crypto.EncryptedTextField(null=True)),
                ("created_at", models.DateTimeField(default=regulars.kernel.clock.now)),
            ],
            options={
                "indexes": [models.Index(fields=["created_at"], name="answer_by_time")],
                "constraints": [models.UniqueConstraint(fields=("owner_id", "intent"), name="answer_once")],
            },
        ),
    ]
