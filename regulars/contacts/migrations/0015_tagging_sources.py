"""Kinds of who or what tags, as the interface has them: tokens and the house itself had kinds of their own."""

from django.db import migrations, models

_SOURCES = ("member", "rule", "condition", "model", "import", "sync")
_RENAME = """
UPDATE contacts_contacttagging SET
  by_kind = CASE by_kind WHEN 'token' THEN 'sync' WHEN 'system' THEN 'rule' ELSE by_kind END,
  ended_by_kind = CASE ended_by_kind WHEN 'token' THEN 'sync' WHEN 'system' THEN 'rule' ELSE ended_by_kind END
WHERE by_kind IN ('token', 'system') OR ended_by_kind IN ('token', 'system')
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0014_person_exports")]

    operations = [
        migrations.RunSQL(_RENAME, migrations.RunSQL.noop),
        migrations.RemoveConstraint("contacttagging", "contact_tagging_by_kind"),
        migrations.AddConstraint(
            "contacttagging",
            models.CheckConstraint(condition=models.Q(by_kind__in=_SOURCES), name="contact_tagging_by_kind"),
        ),
        migrations.AddConstraint(
            "contacttagging",
            models.CheckConstraint(
                condition=models.Q(ended_by_kind__in=("", *_SOURCES)), name="contact_tagging_ended_by_kind"
            ),
        ),
    ]
