from django.db import migrations, models


class Migration(migrations.Migration):
    """Mails that tell what somebody has not seen."""

    dependencies = [
        ("mail", "0002_second_factor_letters"),
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
                            "digest",
                        ],
                    )
                ),
                name="mail_kind",
            ),
        ),
    ]
