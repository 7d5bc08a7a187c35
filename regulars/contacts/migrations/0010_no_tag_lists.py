from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0009_move_tags"),
    ]

    operations = [
        migrations.RemoveField(model_name="contact", name="tags"),
    ]
