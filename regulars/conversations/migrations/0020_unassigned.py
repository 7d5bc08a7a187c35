from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever does not see all finds the few that nobody has without looking at every conversation."""

    dependencies = [("conversations", "0019_message_counts")]

    operations = [
        migrations.AddIndex(
            "conversation",
            models.Index(
                fields=["workspace", "status", "-last_message_at", "-id"],
                name="conversation_unassigned",
                condition=models.Q(assignee__isnull=True),
            ),
        ),
    ]
