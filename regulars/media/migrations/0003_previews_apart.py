from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0002_uploaded_by")]

    operations = [
        migrations.AddField(
            model_name="mediafile",
            name="traits",
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddField(
            model_name="mediafile",
            name="is_preview_due",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="mediafile",
            name="preview_attempts",
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name="mediafile",
            name="preview_lease_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="mediafile",
            index=models.Index(
                condition=models.Q(("is_preview_due", True)), fields=["id"], name="media_to_preview"
            ),
        ),
    ]
