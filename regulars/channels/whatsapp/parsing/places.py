"""Finding an update in a decoded body by the path that was noted with it. Pure."""

from __future__ import annotations

from .reading import Json


def update_at(body: Json, path: str) -> Json:
    """The part of a webhook body at ``entry/change/list/index`` (deeper for history); None when it is not there."""
    steps = path.split("/")
    if len(steps) < 2:
        return None
    node = child_of(child_of(body, "entry"), steps[0])
    node = child_of(child_of(node, "changes"), steps[1])
    node = child_of(node, "value")
    for step in steps[2:]:
        node = child_of(node, step)
    return node


def child_of(node: Json, step: str) -> Json:
    if step.isdecimal():
        items = node if isinstance(node, list) else [node]
        return items[int(step)] if int(step) < len(items) else None
    return node.get(step) if isinstance(node, dict) else None
