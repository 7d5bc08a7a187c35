from django.db import migrations, models

from regulars.kernel.indexing import AddIndexMeanwhile


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("conversations", "0016_ad_pictures"),
    ]

    operations = [
        AddIndexMeanwhile(
            model_name="message",
            index=models.Index(
                fields=["ad_picture"],
                name="message_by_ad_picture",
                condition=models.Q(("ad_picture__isnull", False)),
            ),
        ),
    ]
