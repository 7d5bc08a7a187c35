import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0012_draft_intent"),
    ]

    operations = [
        migrations.AlterField(
            model_name="conversation",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="owned_elsewhere",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="priority",
            field=models.TextField(db_default="normal", default="normal"),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="status",
            field=models.TextField(db_default="open", default="open"),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="tags",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="unread_count",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="conversation",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="arrived_late",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name="message",
            name="author_name",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="message",
            name="content",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AlterField(
            model_name="message",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="path",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="message",
            name="pricing_category",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="message",
            name="pricing_type",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="message",
            name="source",
            field=models.TextField(db_default="live", default="live"),
        ),
        migrations.AlterField(
            model_name="message",
            name="text",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="attempts",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="not_before",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="outcome_reason",
            field=models.TextField(db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="outgoingmessage",
            name="state",
            field=models.TextField(db_default="queued", default="queued"),
        ),
        migrations.AlterField(
            model_name="unmatchedstatus",
            name="errors",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name="unmatchedstatus",
            name="received_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
    ]
