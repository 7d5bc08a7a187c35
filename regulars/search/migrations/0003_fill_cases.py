"""Cases that were there before they could be found are put into the index by jobs, which workers start."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("search", "0002_fill"), ("cases", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "INSERT INTO search_searchfill (workspace_id)"
            " SELECT id FROM workspaces_workspace w WHERE EXISTS (SELECT FROM cases_case c WHERE c.workspace_id = w.id)"
            " ON CONFLICT DO NOTHING",
            migrations.RunSQL.noop,
        )
    ]
