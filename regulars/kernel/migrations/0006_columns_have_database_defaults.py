import django.db.models.functions.datetime
from django.db import migrations, models

import regulars.kernel.clock


class Migration(migrations.Migration):
    dependencies = [
        ("kernel", "0005_retry_parked"),
    ]

    operations = [
        migrations.AlterField(
            model_name="keptanswer",
            name="created_at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), default=regulars.kernel.clock.now
            ),
        ),
    ]
