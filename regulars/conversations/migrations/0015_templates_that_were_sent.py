from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0014_template_drafts"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                fields=["inbox", "-sent_at"],
                name="message_template_sent",
                condition=models.Q(("direction", "out"), ("kind", "template")),
            ),
        ),
    ]
