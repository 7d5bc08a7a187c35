"""What a list shows, as a condition: what "Save as view" begins with."""

from __future__ import annotations

from typing import Any, Literal

from regulars.conversations.queries.lists import CLOSING_WITHIN
from regulars.saved_views.models import SavedView
from regulars.tags.queries import find_tag
from regulars.web.inbox.lists import ListChoice
from regulars.workspaces.access import Actor

Leaf = dict[str, Any]
_STATUS = {"open": "open", "waiting": "open", "snoozed": "snoozed", "done": "resolved"}


def conditions_of(choice: ListChoice, actor: Actor) -> dict[str, Any]:
    """The search is not part of it: that looks into names and numbers of today."""
    parts = _kept(choice.saved) if choice.saved else _of_view(choice, actor)
    if choice.inbox_id:
        parts.append(_leaf("inbox", "is", str(choice.inbox_id)))
    tag = find_tag(actor.workspace_id, choice.tag) if choice.tag else None
    if tag:
        parts.append(_leaf("tags", "has_any", [tag.name]))
    return {"all": parts}


def _kept(view: SavedView) -> list[dict[str, Any]]:
    kept: dict[str, Any] = view.conditions
    return list(kept["all"]) if "all" in kept else [kept]


def _of_view(choice: ListChoice, actor: Actor) -> list[Leaf]:
    found: list[Leaf] = []
    if choice.state in _STATUS:
        found.append(_leaf("status", "is", _STATUS[choice.state]))
    if choice.state == "waiting" or choice.view == "closing":
        found.append(_leaf("waiting_minutes", "is_empty", value=False))
    if choice.view == "mine":
        found.append(_leaf("assignee", "is", str(actor.member_id)))
    elif choice.view == "unassigned":
        found.append(_leaf("assignee", "is_empty", value=True))
    elif choice.view == "unread":
        found.append(_leaf("unread", ">", 0))
    elif choice.view == "closing":
        minutes = CLOSING_WITHIN.total_seconds() // 60
        found.append(_leaf("window_closes_minutes", "<=", int(minutes)))
    return found


Operator = Literal["is", "is_empty", "has_any", ">", "<="]


def _leaf(name: str, operator: Operator, value: Any) -> Leaf:
    return {"field": f"conversation.{name}", "op": operator, "value": value}
