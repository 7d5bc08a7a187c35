"""Acts on conversations as JSON: what is done to which, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import msgspec

from regulars.acts.actions import Action
from regulars.acts.operations.acting import MOST_AT_ONCE, Outcome
from regulars.api.shapes.common import Id, Narrowing
from regulars.kernel.telling import EXAMPLE_ID, Moment, told

Actions = Annotated[list[Action], told("What is done to each, in this order; all of it or nothing.")]
LookedAt = Annotated[
    Moment | None, told("Do not put away (resolve, snooze) where the contact has written after that.")
]


class NewAct(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Something done to several conversations in one go."""

    conversations: Annotated[list[str], told(f"Their ids, at most {MOST_AT_ONCE}.", [EXAMPLE_ID])]
    actions: Actions
    looked_at: LookedAt = None


class WhichConversations(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """As the list of conversations is narrowed; every field narrows."""

    inbox: Annotated[str | None, told("A number's id.", EXAMPLE_ID)] = None
    status: Annotated[str, told("`open`, `snoozed` or `resolved`.", "open")] = ""
    assignee: Annotated[str, told("A member's id, or `none`.", "none")] = ""
    tag: Annotated[str, told("A tag's name or id.", "delivery")] = ""
    q: Annotated[str, told("As in the list.", "Kim")] = ""
    unread: Annotated[bool, told("With unread messages only.", False)] = False
    waiting: Annotated[bool, told("Only those who wait for an answer.", False)] = False
    closing: Annotated[bool, told("Only those whose reply window closes within 4 hours.", False)] = False
    narrowing: Annotated[
        Narrowing, told("`at_risk`, `batch`, `overdue` or `idle`, as in the list; empty for all.", "batch")
    ] = ""
    conditions: Annotated[
        dict[str, Any] | None,
        told(
            "What else must hold; `/condition-fields?subject=conversation` lists what it can ask.",
            {"all": [{"field": "conversation.priority", "op": "is", "value": "urgent"}]},
        ),
    ] = None


class NewActOnAll(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Something done to all conversations of a list, however many: a job."""

    where: Annotated[WhichConversations, told("Which ones.")]
    actions: Actions
    looked_at: LookedAt = None


class RefusalShape(msgspec.Struct):
    """Why something was not done, and to which conversations."""

    why: Annotated[str, told("In words.", "The contact wrote meanwhile. Read it, then decide.")]
    code: Annotated[str, told("The problem's code.", "conflict")]
    conversations: Annotated[list[str], told("Their ids.", [EXAMPLE_ID])]


class ActShape(msgspec.Struct):
    """What came of an act, or of taking one back."""

    id: Annotated[
        Id | None, told("By which it is taken back, for an hour; null when nothing changed.", EXAMPLE_ID)
    ]
    done: Annotated[int, told("How many conversations were changed.", 36)]
    same: Annotated[int, told("How many were so already.", 1)]
    refused: Annotated[list[RefusalShape], told("What was not done, by why.")]


class SnoozeQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """For whom, and what they wrote."""

    text: Annotated[str, told("A moment in English, Korean, Russian or Thai.", "fri 3pm")] = ""
    time_zone: Annotated[str, told("Where they are; else the workspace's.", "Asia/Seoul")] = ""


class SnoozeTime(msgspec.Struct):
    """A moment until which conversations are put off."""

    key: Annotated[
        str,
        told("`later_today`, `afternoon`, `evening`, `tomorrow`, `weekend`, `next_week` or `text`.", "text"),
    ]
    at: Annotated[Moment, told("When.")]


class SnoozeTimes(msgspec.Struct):
    """What a text means, or the usual moments that are to come and in which somebody works."""

    items: Annotated[list[SnoozeTime], told("Empty for a text that is not understood.")]


def build_act(outcome: Outcome) -> ActShape:
    refused = [
        RefusalShape(each.why, each.code, [str(key) for key in each.conversations])
        for each in outcome.refusals
    ]
    return ActShape(str(outcome.act) if outcome.act else None, outcome.done, outcome.same, refused)


def build_time(key: str, at: datetime) -> SnoozeTime:
    return SnoozeTime(key, at)
