from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models

from regulars.kernel.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    """What conditions count messages by: for one contact, and for all in a stretch of time."""

    atomic = False

    dependencies = [("conversations", "0018_messages_in_parts")]

    operations = [
        AddIndexMeanwhile(
            model_name="message",
            index=models.Index(
                condition=models.Q(contact__isnull=False),
                fields=["contact", "sent_at"],
                name="message_by_contact",
            ),
        ),
        AddIndexMeanwhile(
            model_name="message",
            index=BrinIndex(autosummarize=True, fields=["sent_at"], name="message_by_time"),
        ),
    ]
