"""Queues, which numbers are routed, who is on duty and how much they take, and giving what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regulars.conversations.operations.handling import assign_conversation
from regulars.routing.models import Queue
from regulars.routing.operations import Wanted, create_queue

from .building import Table, Where, about, owner_of, to

if TYPE_CHECKING:
    from .screens import Stage

QUEUES = "/settings/routing/queues"
VIP: dict[str, object] = {
    "name": "VIP",
    "skill": "refunds",
    "specialist_seconds": "30",
    "method": "least_loaded",
}


def _queue(stage: Stage, name: str = "Everything") -> Queue:
    return create_queue(stage.cast.workspace.id, Wanted(name), by=owner_of(stage))


def _first_of_two(stage: Stage) -> Queue:
    first = _queue(stage)
    _queue(stage, "The rest")
    return first


def _change(stage: Stage) -> Where:
    said = {**VIP, "teams": [str(stage.cast.team.id)], "version": "1"}
    return f"{QUEUES}/{_queue(stage).id}/change", said


def _assign_several(stage: Stage) -> Where:
    wanted = str(stage.conversation.id)
    return "/now/assignment", {
        "conversation": [wanted],
        f"seen-{wanted}": "",
        "member": str(stage.cast.agent.id),
    }


def _own(stage: Stage) -> None:
    assign_conversation(stage.conversation, to=stage.cast.owner, by=owner_of(stage))


def _leave(stage: Stage) -> Where:
    _own(stage)
    return "/off-duty/leave", {"to": "team", "team": str(stage.cast.team.id)}


def _leave_to_queue(stage: Stage) -> Where:
    _own(stage)
    return "/me/availability", {"availability": "off_duty", "hand_over": {"to": "queue"}}


SCREENS: Table = {
    "change-routing": lambda stage: (
        "/settings/routing/change",
        {
            "inboxes": [str(stage.cast.inbox.id)],
            "priority_after": "2",
            "capacity": "7",
            "away_after_minutes": "5",
            "reply_claims": "on",
        },
    ),
    "add-queue": to(f"{QUEUES}/add", **VIP),
    "change-queue": _change,
    "move-queue": about(QUEUES, _first_of_two, "/move", place="1"),
    "remove-queue": about(QUEUES, _queue, "/removal"),
    "change-work": about(
        *("/settings/members", lambda stage: stage.cast.agent, "/work"),
        capacity="5",
        skills="refunds, wholesale",
        languages="ko",
    ),
    "assign-several": _assign_several,
    "own-availability": to("/availability", state="online"),
    "go-off-duty": _leave,
}
"""by the name of the route"""

ONLY_SHOWN = frozenset(
    {
        *("now", "show-own-availability", "off-duty", "conversation-routing"),
        *("routing", "preview-routing", "new-queue", "queue"),
    }
)

CALLS: Table = {
    "POST /queues": lambda stage: ("/queues", {"name": "VIP", "teams": [str(stage.cast.team.id)]}),
    "PATCH /queues/{queue_id}": about("/queues", _first_of_two, name="All of it", place=1),
    "DELETE /queues/{queue_id}": about("/queues", _queue),
    "PATCH /routing": lambda stage: ("/routing", {"inboxes": [str(stage.cast.inbox.id)], "capacity": 7}),
    "POST /routing/preview": lambda stage: ("/routing/preview", {"inboxes": [str(stage.cast.inbox.id)]}),
    "PATCH /me/availability": _leave_to_queue,
    "PATCH /members/{member_id}/availability": lambda stage: (
        f"/members/{stage.cast.agent.id}/availability",
        {"availability": "online", "own_capacity": 5, "skills": ["refunds"], "languages": ["ko"]},
    ),
}
"""by method and path"""
