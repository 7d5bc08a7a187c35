from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from regulars.kernel.indexing import AddIndexMeanwhile

NEWEST_FIRST = (models.F("last_message_at").desc(nulls_last=True), models.F("id").desc())


class Migration(migrations.Migration):
    """Indexes in the order of the lists: those of before had conversations without a message first, and lists sorted."""

    atomic = False
    dependencies = [("conversations", "0023_no_tag_lists")]

    operations = [
        AddIndexMeanwhile(
            "conversation",
            models.Index("workspace", "status", *NEWEST_FIRST, name="conversation_newest_first"),
        ),
        AddIndexMeanwhile(
            "conversation",
            models.Index(
                "workspace",
                "status",
                *NEWEST_FIRST,
                name="conversation_of_nobody",
                condition=models.Q(assignee__isnull=True),
            ),
        ),
        RemoveIndexConcurrently("conversation", "conversation_newest"),
        RemoveIndexConcurrently("conversation", "conversation_unassigned"),
    ]
