"""The provider's own form of a message: cut out of the stored delivery by the path noted with the message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from regulars.channels.decoding import NotJSON, TooDeep, load_body
from regulars.channels.register import channel_of
from regulars.conversations.models import Message
from regulars.inboxes.queries import bodies_of


def read_raw_updates(messages: Sequence[Message]) -> dict[UUID, Any]:
    """By message id; without those that are ours or whose delivery is gone. One query."""
    wanted = {message.delivery_id for message in messages if message.delivery_id}
    bodies = {each: (load_raw(body), channel) for each, (body, channel) in bodies_of(wanted).items()}
    found = {}
    for message in messages:
        if message.delivery_id not in bodies:
            continue
        body, channel = bodies[message.delivery_id]
        raw = channel_of(channel).update_at(body, message.path)
        if raw is not None:
            found[message.id] = raw
    return found


def load_raw(raw: bytes) -> Any:
    try:
        return load_body(raw)
    except (NotJSON, TooDeep):
        return None
