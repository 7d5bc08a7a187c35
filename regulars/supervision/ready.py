"""The ready file: everything a script needs to talk to a running Regulars, there only while it runs."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from .accounts import as_root_again, owner_of
from .home import write_private
from .settings import Settings

JsonObject = dict[str, Any]


def compose(
    settings: Settings, facts: Mapping[str, Any], sandbox: JsonObject | None, pids: Mapping[str, int]
) -> JsonObject:
    """With the names of the public interface.

    `facts` are what the database knows: workspace, connections, in the demo api_token and members, and, while
    nobody is there, the set-up secret.
    """
    content: JsonObject = {
        "url": settings.url,
        "local_url": settings.local_url,
        "api_url": f"{settings.url}/api/v1",
        "workspace": facts.get("workspace"),
        "sandbox": sandbox,
        "connections": [_at_home(connection, settings.url) for connection in facts.get("connections", [])],
        "pids": dict(pids),
    }
    if address := set_up_url(settings, facts):
        content["set_up_url"] = address
    if settings.demo:
        content |= {"api_token": facts.get("api_token"), "members": facts.get("members", [])}
    return content


def set_up_url(settings: Settings, facts: Mapping[str, Any]) -> str:
    secret = facts.get("set_up_secret")
    return f"{settings.url}/set-up?secret={secret}" if secret else ""


def write(path: Path, content: JsonObject) -> None:
    """In one step; readable by its owner alone, for it holds sign-ins."""
    with _able_to_write(path):
        write_private(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def remove(path: Path) -> None:
    with _able_to_write(path):
        path.unlink(missing_ok=True)


def _able_to_write(path: Path) -> AbstractContextManager[None]:
    """Where root started Regulars on somebody's home, root still writes a ready file into a directory of root's."""
    with as_root_again():
        owner = owner_of(path.parent)
    return as_root_again() if owner is not None and owner.uid == 0 else nullcontext()


def webhook_url(url: str, connection: Mapping[str, Any]) -> str:
    return f"{url}/webhooks/{connection['kind']}/{connection['key']}"


def _at_home(connection: JsonObject, url: str) -> JsonObject:
    return connection | {"webhook_url": webhook_url(url, connection)}
