from django.db import migrations

REVOKE = """
UPDATE workspaces_apitoken t SET revoked_at = now() FROM workspaces_member m
WHERE m.id = t.created_by_id AND t.revoked_at IS NULL AND NOT (m.is_active
  AND (m.role = 'owner' OR (m.role = 'admin' AND t.role <> 'owner')))
"""
WITHDRAW = """
DELETE FROM workspaces_invitation i USING workspaces_member m
WHERE m.id = i.invited_by_id AND i.accepted_at IS NULL AND NOT (m.is_active
  AND (m.role = 'owner' OR (m.role = 'admin' AND i.role <> 'owner')))
"""


class Migration(migrations.Migration):
    """Tokens and invitations end with the right of whoever made them: also those that were left behind."""

    dependencies = [("workspaces", "0004_wrong_guesses")]

    operations = [
        migrations.RunSQL(REVOKE, migrations.RunSQL.noop),
        migrations.RunSQL(WITHDRAW, migrations.RunSQL.noop),
    ]
