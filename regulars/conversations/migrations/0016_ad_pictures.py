import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0015_templates_that_were_sent"),
        ("media", "0005_source_url"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="ad_picture",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="media.mediafile",
            ),
        ),
    ]
