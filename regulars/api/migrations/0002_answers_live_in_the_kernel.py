from __future__ import annotations

from typing import Any

import msgspec
from django.db import migrations


def move_answers(apps: Any, _schema_editor: Any) -> None:
    """A key that was used before the upgrade still names its request after it."""
    kept = apps.get_model("kernel", "KeptAnswer")
    for record in apps.get_model("api", "IdempotencyRecord").objects.exclude(body=None).iterator():
        kept.objects.create(
            owner_id=record.token_id,
            intent=record.key,
            request_hash=record.request_hash,
            status=record.status,
            sealed=msgspec.json.encode(
                {"headers": [["Content-Type", "application/json"]], "body": record.body}
            ).decode(),
            created_at=record.created_at,
        )


class Migration(migrations.Migration):
    dependencies = [
        ("api", "0001_idempotency"),
        ("kernel", "0004_kept_answers"),
    ]

    operations = [
        migrations.RunPython(move_answers, migrations.RunPython.noop, elidable=True),
        migrations.DeleteModel(name="IdempotencyRecord"),
    ]
