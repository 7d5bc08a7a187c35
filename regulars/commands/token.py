"""`regulars token create`: a key for scripts."""

import json

import click

from .loading import loaded_django, refusals_in_words


@click.group()
def token() -> None:
    """Keys for scripts that use the REST API."""


@token.command()
@click.option(
    "--workspace", required=True, help="The workspace's short name (as in its address) or its name."
)
@click.option(
    "--role", required=True, help="What the token may do: owner, admin, lead, agent, or the name of a role."
)
@click.option("--name", default="command line", show_default=True, help="What it is for, shown in its list.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def create(workspace: str, role: str, name: str, as_json: bool) -> None:
    """Make a token and print it, once."""
    with loaded_django(), refusals_in_words():
        from django.db.models import Q

        from regulars.workspaces.models import Workspace
        from regulars.workspaces.operations import create_api_token
        from regulars.workspaces.queries import find_role

        found = list(Workspace.objects.filter(Q(slug=workspace) | Q(name=workspace)))
        if len(found) != 1:
            known = ", ".join(Workspace.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
            raise click.ClickException(f"--workspace is {workspace!r}; it must be one of: {known}.")
        meant = find_role(found[0].id, role)
        row, plain_text = create_api_token(found[0], name, meant.handle if meant else role)
        made = {"id": str(row.id), "workspace": found[0].slug, "role": row.role.handle, "name": row.name}
    if as_json:
        click.echo(json.dumps({**made, "token": plain_text}, ensure_ascii=False))
    else:
        click.echo(plain_text)
