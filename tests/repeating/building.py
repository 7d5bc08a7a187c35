"""How the rooms write their tables: where something goes, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from regulars.kernel import clock
from regulars.workspaces.access import Actor, actor_of_token
from regulars.workspaces.models import ApiToken

if TYPE_CHECKING:
    from .screens import Stage

Where = tuple[str, dict[str, object]]
"""path, and what is said"""
Sending = Callable[["Stage"], Where]
Table = Mapping[str, Sending]
SCRIPT = "script"
"""what the token is called with which REST is asked"""


def to(path: str, **said: object) -> Sending:
    return lambda _stage: (path, said)


def about(prefix: str, make: Callable[[Stage], Any], end: str = "", **said: object) -> Sending:
    """``make`` puts it there first; it is, or has, the id in the path."""
    return lambda stage: (f"{prefix}/{_id_of(make(stage))}{end}", said)


def _id_of(made: Any) -> UUID:
    return made if isinstance(made, UUID) else made.id


def conversation_of(stage: Stage) -> UUID:
    return stage.conversation.id


def in_conversation(end: str, **said: object) -> Sending:
    return about("/conversations", conversation_of, end, **said)


def tomorrow() -> str:
    return (clock.now() + timedelta(hours=20)).isoformat()


def owner_of(stage: Stage) -> Actor:
    return stage.cast.actor(stage.cast.owner)


def script_of(stage: Stage) -> Actor:
    return actor_of_token(ApiToken.objects.get(workspace=stage.cast.workspace, name=SCRIPT))
