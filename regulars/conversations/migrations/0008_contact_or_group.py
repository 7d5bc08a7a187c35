from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0007_move_group_threads"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="conversation", name="conversation_unique"),
        migrations.RemoveConstraint(model_name="conversation", name="group_conversation_unique"),
        migrations.RemoveField(model_name="conversation", name="group_address"),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(fields=("contact", "inbox"), name="conversation_unique"),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("group__isnull", False)),
                fields=("group", "inbox"),
                name="group_conversation_unique",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("contact__isnull", False), ("group__isnull", True)),
                    models.Q(("contact__isnull", True), ("group__isnull", False)),
                    _connector="OR",
                ),
                name="conversation_with_one",
            ),
        ),
    ]
