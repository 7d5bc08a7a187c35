import datetime as dt

from django.db import migrations, models

# A time near the year 9999 overflows in other zones and stopped every list that showed it.
MEND = "UPDATE conversations_conversation SET snoozed_until = '2099-12-31 00:00+00' WHERE snoozed_until >= '2100-01-01 00:00+00'"


class Migration(migrations.Migration):
    dependencies = [
        ("conversations", "0010_withdrawn_reactions"),
    ]

    operations = [
        migrations.RunSQL(MEND, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("snoozed_until__isnull", True),
                    ("snoozed_until__lt", dt.datetime(2100, 1, 1, tzinfo=dt.UTC)),
                    _connector="OR",
                ),
                name="conversation_snooze_nameable",
            ),
        ),
    ]
