import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock


class Migration(migrations.Migration):
    dependencies = [
        ("inboxes", "0007_failed_deliveries"),
    ]

    operations = [
        migrations.AlterField(
            model_name="channelnotice",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="channelnotice",
            name="details",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="channelnotice",
            name="errors",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name="channelnotice",
            name="event",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="channelnotice",
            name="path",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="channelnotice",
            name="title",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="update_counts",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
