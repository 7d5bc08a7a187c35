"""What this room does about what happens below."""

from __future__ import annotations

from collections.abc import Sequence

from regulars.conversations.events import MessageReceived
from regulars.kernel.events import Recorded
from regulars.scheduling.operations import stop_answered


def stop_what_was_answered(happened: Sequence[Recorded]) -> None:
    """At once, so that the thread shows it; when it leaves it is looked at again."""
    received = [each.event for each in happened if isinstance(each.event, MessageReceived)]
    stop_answered([each.message_id for each in received if each.direction == "in"])
