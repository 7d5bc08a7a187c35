"""The provider's own form of a message: cut out of the stored delivery by the path noted with the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from regulars.channels.whatsapp.payloads import NotJSON, TooDeep, load_body
from regulars.conversations.models import Message
from regulars.inboxes.queries import bodies_of


def read_raw_updates(messages: Sequence[Message]) -> dict[UUID, Any]:
    """Message id -> raw update; without those that are ours or whose delivery is gone. One query."""
    wanted = {message.delivery_id for message in messages if message.delivery_id}
    bodies = {delivery_id: load_raw(body) for delivery_id, body in bodies_of(wanted).items()}
    found = {}
    for message in messages:
        raw = cut_update(bodies.get(message.delivery_id), message.path) if message.delivery_id else None
        if raw is not None:
            found[message.id] = raw
    return found


def cut_update(body: Any, path: str) -> Any:
    """The part of a webhook body at ``entry/change/list/index`` (deeper for history); None when it is not there."""
    steps = path.split("/")
    if len(steps) < 2:
        return None
    node = _step(_step(body, "entry"), steps[0])
    node = _step(_step(node, "changes"), steps[1])
    node = _step(node, "value")
    for step in steps[2:]:
        node = _step(node, step)
    return node


def _step(node: Any, step: str) -> Any:
    """One step down; as when it was read, a lone value counts as a list of one."""
    if step.isdecimal():
        items = node if isinstance(node, list) else [node]
        return items[int(step)] if int(step) < len(items) else None
    return node.get(step) if isinstance(node, dict) else None


def load_raw(raw: bytes) -> Any:
    """A stored body, decoded; None when it cannot be."""
    try:
        return load_body(raw)
    except (NotJSON, TooDeep):
        return None
