from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0022_move_tags"),
    ]

    operations = [
        migrations.RemoveField(model_name="conversation", name="tags"),
    ]
