from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("inboxes", "0006_erasure_requests"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "failed")), fields=["id"], name="delivery_failed"
            ),
        ),
    ]
