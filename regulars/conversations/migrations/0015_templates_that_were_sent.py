from django.db import migrations, models

from regulars.kernel.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0014_template_drafts"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="message",
            index=models.Index(
                fields=["inbox", "-sent_at"],
                name="message_template_sent",
                condition=models.Q(("direction", "out"), ("kind", "template")),
            ),
        ),
    ]
