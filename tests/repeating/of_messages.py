"""Taking a conversation out, passing a message on, and keeping a contact from a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from regulars.blocking.operations import block_contact

from .building import Table, Where, in_conversation, owner_of

if TYPE_CHECKING:
    from .screens import Stage


def _blocked(stage: Stage) -> str:
    return str(block_contact(stage.conversation, "spam", by=owner_of(stage)).id)


def _forwarding(field: str) -> Callable[[Stage], Where]:
    return lambda stage: (f"/messages/{stage.message.id}/forward", {field: [str(stage.conversation.id)]})


SCREENS: Table = {
    "start-transcript": in_conversation("/transcript", format="pdf"),
    "forward-message": _forwarding("conversation"),
    "block-contact": in_conversation("/block", reason="spam"),
    "lift-block": lambda stage: (f"/settings/blocks/{_blocked(stage)}/lift", {}),
}
"""by the name of the route"""

ONLY_SHOWN = frozenset({"transcript", "forwarding", "blocked-people"})

CALLS: Table = {
    "POST /transcripts": lambda stage: ("/transcripts", {"conversation": str(stage.conversation.id)}),
    "POST /messages/{message_id}/forward": _forwarding("conversations"),
    "POST /conversations/{conversation_id}/block": in_conversation("/block", reason="spam"),
    "POST /blocks/{block_id}/lift": lambda stage: (f"/blocks/{_blocked(stage)}/lift", {}),
}
"""by the route"""
