from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("media", "0004_place")]

    operations = [
        migrations.AddField(
            model_name="mediafile",
            name="source_url",
            field=models.TextField(blank=True, db_default="", default=""),
        ),
    ]
