from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0013_columns_have_database_defaults"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="draft", name="draft_mode"),
        migrations.AddConstraint(
            model_name="draft",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["reply", "note", "template"])), name="draft_mode"
            ),
        ),
    ]
