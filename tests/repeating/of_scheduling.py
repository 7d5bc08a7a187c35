"""What leaves later: written, changed, called off, sent at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from regulars.conversations.operations.composing import Composition
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.operations import schedule_message

from .building import Table, about, owner_of, tomorrow

if TYPE_CHECKING:
    from .screens import Stage


def _scheduled(stage: Stage) -> ScheduledMessage:
    return schedule_message(
        Composition(stage.conversation, [OutgoingText(body="We open at nine")]),
        clock.now() + timedelta(hours=2),
        stops_on_answer=False,
        by=owner_of(stage),
        channel=facts_of(stage.cast.connection.channel),
    )


SCREENS: Table = {
    "change-scheduled": lambda stage: (
        f"/scheduled-messages/{_scheduled(stage).id}",
        {"send_at": tomorrow()},
    ),
    "cancel-scheduled": about("/scheduled-messages", _scheduled, "/cancel"),
    "send-scheduled-now": about("/scheduled-messages", _scheduled, "/send"),
}
"""by the name of the route"""

OTHERWISE: Table = {
    "messages, later": lambda stage: (
        f"/conversations/{stage.conversation.id}/messages",
        {"text": "We open at nine", "send_at": tomorrow(), "stops_on_answer": "on"},
    ),
    "template-message, later": lambda stage: (
        f"/conversations/{stage.conversation.id}/template",
        {"template": str(stage.template.id), "send_at": tomorrow()},
    ),
}

ONLY_SHOWN = frozenset({"send-later", "scheduled-messages", "scheduled"})

CALLS: Table = {
    "PATCH /scheduled-messages/{scheduled_id}": about(
        "/scheduled-messages", _scheduled, text="We open at ten", cancel_if_answered=True
    ),
    "DELETE /scheduled-messages/{scheduled_id}": about("/scheduled-messages", _scheduled),
    "POST /scheduled-messages/{scheduled_id}/send": about("/scheduled-messages", _scheduled, "/send"),
}
"""by method and path"""

CALLS_OTHERWISE: Table = {
    "POST /conversations/{conversation_id}/messages, later": lambda stage: (
        f"/conversations/{stage.conversation.id}/messages",
        {"kind": "text", "text": "We open at nine", "send_at": tomorrow()},
    ),
}
