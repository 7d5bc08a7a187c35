"""The lists of tags become taggings. In batches, while others read and write."""

from __future__ import annotations

from django.db import migrations

from regulars.tags.moving import move_back, move_lists

TABLES = ("conversations_conversation", "conversations_conversationtagging", "conversation")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0021_taggings"),
    ]

    operations = [migrations.RunPython(move_lists(*TABLES), move_back(*TABLES))]
