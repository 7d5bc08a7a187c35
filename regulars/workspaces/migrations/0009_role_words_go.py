import django.db.models.deletion
from django.db import migrations, models

HOLDERS = {"member": "members", "invitation": "+", "apitoken": "+"}
CHECKS = {"member": "member_role", "invitation": "invitation_role", "apitoken": "token_role"}


class Migration(migrations.Migration):
    """A role is its row; the words beside it go."""

    dependencies = [("workspaces", "0008_built_in_roles")]

    operations = [
        operation
        for model, related_name in HOLDERS.items()
        for operation in (
            migrations.RemoveConstraint(model, CHECKS[model]),
            migrations.RemoveField(model, "role"),
            migrations.RenameField(model, "role_row", "role"),
            migrations.AlterField(
                model,
                "role",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.RESTRICT,
                    related_name=related_name,
                    to="workspaces.role",
                ),
            ),
        )
    ]
