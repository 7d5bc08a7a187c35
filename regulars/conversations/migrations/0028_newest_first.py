from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models

from regulars.kernel.indexing import AddIndexMeanwhile

NEWEST_FIRST = (models.F("last_message_at").desc(nulls_last=True), models.F("id").desc())


class Migration(migrations.Migration):
    """Indexes in the order of the lists: those of before had conversations without a message first, and lists sorted."""

    atomic = False
    dependencies = [("conversations", "0027_episodes_of_before")]

    operations = [
        # A member's share of the resolved ones is not everybody's: without this PostgreSQL looks for those of somebody
        # who resolved none among all that are, for it takes the two facts for independent.
        migrations.RunSQL(
            "CREATE STATISTICS IF NOT EXISTS conversation_held (mcv) ON assignee_id, status FROM conversations_conversation",
            "DROP STATISTICS conversation_held",
        ),
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
        AddIndexMeanwhile(
            "conversation",
            models.Index(
                "assignee",
                "status",
                *NEWEST_FIRST,
                name="conversation_of_member",
                condition=models.Q(assignee__isnull=False),
            ),
        ),
        migrations.RunSQL("ANALYZE conversations_conversation", migrations.RunSQL.noop),
        RemoveIndexConcurrently("conversation", "conversation_newest"),
        RemoveIndexConcurrently("conversation", "conversation_by_assignee"),
        RemoveIndexConcurrently("conversation", "conversation_unassigned"),
    ]
