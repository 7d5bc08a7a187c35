from django.contrib.postgres.indexes import BrinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    """What conditions count messages by: for one contact, and for all in a stretch of time."""

    dependencies = [("conversations", "0017_ad_pictures_by_file")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(contact__isnull=False),
                fields=["contact", "sent_at"],
                name="message_by_contact",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=BrinIndex(autosummarize=True, fields=["sent_at"], name="message_by_time"),
        ),
    ]
