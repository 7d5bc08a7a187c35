from django.db import migrations, models


class Migration(migrations.Migration):
    """Mails about second factors."""

    dependencies = [
        ("mail", "0001_initial"),
        ("workspaces", "0014_second_factor"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="mail",
            name="mail_kind",
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "invitation",
                            "password-reset",
                            "password-changed",
                            "second-factor-added",
                            "second-factor-removed",
                        ],
                    )
                ),
                name="mail_kind",
            ),
        ),
    ]
