"""What is done to conversations and taken back, put off, followed, noted, and said for a few seconds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from regulars.acts.actions import Prioritize
from regulars.acts.operations.acting import act_on
from regulars.acts.operations.in_bulk import start_act_on_all
from regulars.acts.selection import Selection
from regulars.answering.answering import answer_anyway
from regulars.attention.operations.mentioning import leave_note
from regulars.conversations.models import Note
from regulars.conversations.operations.composing import Composition
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingText
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import run_job
from regulars.workspaces.access import Actor

from .building import Table, Where, about, conversation_of, in_conversation, owner_of, script_of, to, tomorrow

if TYPE_CHECKING:
    from .screens import Stage

URGENT = Prioritize(priority="urgent")


def _act(stage: Stage, by: Actor) -> UUID:
    act = act_on(stage.conversation, [URGENT], by=by)
    assert act is not None
    return act


def _job(stage: Stage) -> Job:
    return start_act_on_all(Selection(status="open"), [URGENT], by=owner_of(stage))


def _done_job(stage: Stage) -> Job:
    job = _job(stage)
    run_job(job.id)
    return job


def _note(stage: Stage) -> Note:
    return leave_note(stage.conversation, "Asked for the invoice", by=owner_of(stage)).note


def _take_back(stage: Stage) -> Where:
    said = Composition(
        stage.conversation, [OutgoingText(body="Good day")], leaves_after=timedelta(seconds=10)
    )
    channel = facts_of(stage.cast.connection.channel)
    (sent,) = answer_anyway(said, by=owner_of(stage), channel=channel)
    return f"/conversations/{stage.conversation.id}/take-back", {"message": [str(sent.id)]}


def _line(stage: Stage) -> Where:
    said: dict[str, object] = {"member": str(stage.cast.agent.id), "line": "She waits for the invoice"}
    return f"/conversations/{stage.conversation.id}/assignment", said


def _naming(stage: Stage) -> Where:
    said: dict[str, object] = {
        "text": "@Ann, look",
        "mention": [f"member:{stage.cast.agent.id}", "everybody"],
    }
    return f"/conversations/{stage.conversation.id}/notes", said


SCREENS: Table = {
    "conversation-team": lambda stage: (
        f"/conversations/{stage.conversation.id}/team",
        {"team": str(stage.cast.team.id)},
    ),
    "conversation-priority": in_conversation("/priority", priority="high"),
    "following": in_conversation("/following", on="yes"),
    "snooze": lambda stage: (f"/conversations/{stage.conversation.id}/snooze", {"until": tomorrow()}),
    "note-withdrawal": about("/notes", _note, "/withdrawal", state="withdrawn"),
    "take-back": _take_back,
    "act": lambda stage: (
        "/acts",
        {"conversation": [str(stage.conversation.id)], "do": "tag", "tag": ["delivery"]},
    ),
    "act-on-all": to("/acts/in/open", do="resolve"),
    "act-job-change": about("/acts/jobs", _job, "/change", do="cancel"),
    "undo-act": about("/acts", lambda stage: _act(stage, owner_of(stage)), "/undo"),
}
"""by the name of the route"""

OTHERWISE: Table = {
    "assignment, with a line": _line,
    "notes, naming colleagues": _naming,
    "messages, and resolved": in_conversation("/messages", text="Good day", then="resolve", undoable="on"),
    "act-job-change, taking back": about("/acts/jobs", _done_job, "/change", do="undo"),
}
"""the same routes, with more said: the name of the route, and what"""

ONLY_SHOWN = frozenset({"mentionable", "snooze-times", "act-choices", "act-job"})

ON_CONVERSATIONS = [{"do": "tag", "tags": ["delivery"]}, {"do": "resolve"}]
CALLS: Table = {
    "POST /acts": lambda stage: (
        "/acts",
        {"conversations": [str(stage.conversation.id)], "actions": ON_CONVERSATIONS},
    ),
    "POST /acts/on-all": to("/acts/on-all", where={"status": "open"}, actions=ON_CONVERSATIONS),
    "POST /acts/{act_id}/undo": about("/acts", lambda stage: _act(stage, script_of(stage)), "/undo"),
}
"""by method and path"""

CALLS_OTHERWISE: Table = {
    "PATCH /conversations/{conversation_id}, put off": lambda stage: (
        f"/conversations/{conversation_of(stage)}",
        {"status": "snoozed", "snoozed_until": tomorrow()},
    ),
    "POST /conversations/{conversation_id}/notes, naming": in_conversation(
        "/notes", text="Look", mentions=[{"kind": "everybody"}]
    ),
}
