"""`regulars ready-facts` (hidden): what the database knows for the ready file of a start without demo."""

import json
from typing import Any

import click

from .loading import loaded_django


@click.command(hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON (the only form).")
def ready_facts(as_json: bool) -> None:
    """Print workspace, connections and, while nobody is there, the set-up secret."""
    with loaded_django():
        click.echo(json.dumps(_facts(), ensure_ascii=False, indent=None if as_json else 2))


def _facts() -> dict[str, Any]:
    from regulars.inboxes.models import Connection
    from regulars.workspaces.models import Workspace
    from regulars.workspaces.setting_up import is_set_up, set_up_secret

    oldest = Workspace.objects.order_by("created_at").first()
    connections = Connection.objects.order_by("created_at").prefetch_related("inboxes")
    return {
        "workspace": oldest.slug if oldest else None,
        "set_up_secret": None if is_set_up() else set_up_secret(),
        "connections": [
            {
                "kind": connection.channel,
                "key": connection.key,
                "verify_token": connection.verify_token,
                "inboxes": [
                    {
                        "id": str(inbox.id),
                        "name": inbox.name,
                        "phone_number_id": inbox.address,
                        "display_phone_number": inbox.display_address,
                    }
                    for inbox in connection.inboxes.all()
                ],
            }
            for connection in connections
        ],
    }
