"""What a view asks of a conversation, as somebody writes it."""

from __future__ import annotations

from regulars.conversations.condition_fields import CONVERSATION
from regulars.conversations.queries.asking import kept_condition
from regulars.kernel.conditions.tree import Condition
from regulars.saved_views.models import SavedView
from regulars.workspaces.access import Actor

ASKED_ABOUT = CONVERSATION.name


def condition_of(view: SavedView, actor: Actor) -> Condition | None:
    """None where it cannot be read any more, or asks what the actor may not: nothing is shown then."""
    return kept_condition(view.conditions, actor)
