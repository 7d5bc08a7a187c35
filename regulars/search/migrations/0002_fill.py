"""What was there before the index is put into it by jobs, which workers start."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0001_first")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO search_searchfill (workspace_id)"
            " SELECT id FROM workspaces_workspace w"
            " WHERE EXISTS (SELECT FROM contacts_contact c WHERE c.workspace_id = w.id)",
            migrations.RunSQL.noop,
        )
    ]
