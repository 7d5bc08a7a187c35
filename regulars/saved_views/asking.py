"""What a view asks of a conversation, as somebody writes it."""

from __future__ import annotations

from typing import Any

from regulars.conversations.condition_fields import CONVERSATION, may_ask
from regulars.conversations.queries.asking import kept_condition
from regulars.kernel.conditions.problems import Wrong, joined
from regulars.kernel.conditions.tree import Condition, leaves_of
from regulars.kernel.conditions.wording import to_invalid
from regulars.saved_views.models import SavedView
from regulars.workspaces.access import Actor
from regulars.workspaces.conditions import parse_written

ASKED_ABOUT = CONVERSATION.name


def read_conditions(written: Any, actor: Actor, *, at: str = "conditions") -> Condition:
    """Raises ``Invalid`` naming the leaf: also of what the actor may not ask."""
    condition = parse_written(written, ASKED_ABOUT, actor.workspace_id, at=at)
    for leaf in leaves_of(condition):
        if not may_ask(actor, leaf.field):
            raise to_invalid(Wrong("not_here", "a field that you may ask", joined(leaf.path, "field")), at)
    return condition


def condition_of(view: SavedView, actor: Actor) -> Condition | None:
    """None where it cannot be read any more, or asks what the actor may not: nothing is shown then."""
    return kept_condition(view.conditions, actor)
