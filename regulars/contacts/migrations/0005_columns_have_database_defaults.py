import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0004_identity_addresses"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contact",
            name="about",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="country",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="fields",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AlterField(
            model_name="contact",
            name="language",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="name",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="phone",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="profile_name",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="stage",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="tags",
            field=models.JSONField(blank=True, db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AlterField(
            model_name="contact",
            name="tier",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="time_zone",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="unreachable_reason",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contact",
            name="updated_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="username",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
        migrations.AlterField(
            model_name="contactidentity",
            name="first_seen_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
        migrations.AlterField(
            model_name="mergesuggestion",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
    ]
