"""The lists of tags become taggings. In batches, while others read and write."""

from __future__ import annotations

from django.db import migrations

from regulars.tags.moving import move_back, move_lists

TABLES = ("contacts_contact", "contacts_contacttagging", "contact")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("contacts", "0008_taggings"),
    ]

    operations = [migrations.RunPython(move_lists(*TABLES), move_back(*TABLES))]
