from typing import Any

from django.db import migrations

from regulars.kernel.ids import new_id

NAMES = {"owner": "Owner", "admin": "Admin", "lead": "Team lead", "agent": "Agent"}
"""as of this migration"""
POINT = """
UPDATE {table} row SET role_row_id = r.id FROM workspaces_role r
WHERE r.workspace_id = row.workspace_id AND r.key = row.role AND row.role_row_id IS NULL
"""


def make_roles(apps: Any, _schema_editor: object) -> None:
    workspace, role = apps.get_model("workspaces", "Workspace"), apps.get_model("workspaces", "Role")
    role.objects.bulk_create(
        [
            role(id=new_id(), workspace_id=workspace_id, key=key, name=name)
            for workspace_id in workspace.objects.values_list("id", flat=True)
            for key, name in NAMES.items()
        ],
        batch_size=1000,
    )


class Migration(migrations.Migration):
    """Every workspace gets the built-in roles, and who had one by its word points to its row."""

    dependencies = [("workspaces", "0007_roles")]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        *(
            migrations.RunSQL(POINT.format(table=f"workspaces_{each}"), migrations.RunSQL.noop)
            for each in ("member", "invitation", "apitoken")
        ),
    ]
