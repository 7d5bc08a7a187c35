"""What can be done to conversations, as data: REST, screens and jobs say it in the same words.

``{"do": "assign", "member": id or null}``, ``{"do": "tag", "tags": ["vip"]}`` …
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from regulars.kernel.telling import EXAMPLE_ID, Moment, told

Priority = Literal["low", "normal", "high", "urgent"]


class _Action(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="do"):
    pass


class Assign(_Action, frozen=True, tag="assign"):
    """Hand to a member, or to nobody."""

    member: Annotated[UUID | None, told("The member's id, or null for nobody.", EXAMPLE_ID)]
    line: Annotated[str, told("A line for them: a note that names them.", "She waits for the invoice.")] = ""


class HandToTeam(_Action, frozen=True, tag="team"):
    """Put into a team's queue, or take out of any."""

    team: Annotated[UUID | None, told("The team's id, or null for none.", EXAMPLE_ID)]
    line: Annotated[str, told("A line for them: a note that names the team.", "A matter of wholesale.")] = ""


class PutTags(_Action, frozen=True, tag="tag"):
    """Put tags on."""

    tags: Annotated[list[str], told("Names or ids; a name that is new makes a tag.", ["vip"])]


class TakeTags(_Action, frozen=True, tag="untag"):
    """Take tags off."""

    tags: Annotated[list[str], told("Names or ids.", ["vip"])]


class Prioritize(_Action, frozen=True, tag="priority"):
    """Say how urgent it is."""

    priority: Annotated[Priority, told("How urgent it is.", "high")]


class Snooze(_Action, frozen=True, tag="snooze"):
    """Put out of sight until a moment."""

    until: Annotated[Moment, told("In the future.")]
    sleeps_through: Annotated[
        bool, told("Stay there when the contact writes; else that wakes it.", False)
    ] = False


class Resolve(_Action, frozen=True, tag="resolve"):
    """Nothing is left to do."""


class Reopen(_Action, frozen=True, tag="reopen"):
    """Take it back to work."""


class LeaveNote(_Action, frozen=True, tag="note"):
    """Leave a note for colleagues. Taking the act back leaves it there."""

    text: Annotated[str, told("What it says.", "Asked for the invoice.")]


class MarkRead(_Action, frozen=True, tag="read"):
    """What the contact wrote was read."""


class MarkUnread(_Action, frozen=True, tag="unread"):
    """Put it back among the unread."""


Action = (
    Assign
    | HandToTeam
    | PutTags
    | TakeTags
    | Prioritize
    | Snooze
    | Resolve
    | Reopen
    | LeaveNote
    | MarkRead
    | MarkUnread
)
