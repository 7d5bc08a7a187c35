"""Actions as what is done for each: who and what they name is looked up, and held, once for all conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from regulars.acts.actions import (
    Action,
    Assign,
    HandToTeam,
    LeaveNote,
    MarkRead,
    MarkUnread,
    Prioritize,
    PutTags,
    Reopen,
    Resolve,
    Snooze,
    TakeTags,
)
from regulars.attention.operations.mentioning import Named, leave_note
from regulars.conversations.models import Conversation
from regulars.conversations.operations import handling
from regulars.conversations.operations.seeing import Seen
from regulars.conversations.operations.tagging import tag_conversations, untag_conversations
from regulars.kernel.errors import Conflict, Invalid
from regulars.tags.access import get_tag
from regulars.tags.models import Tag
from regulars.tags.operations import hold_tags, tag_for
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.queries import find_member, find_team
from regulars.workspaces.teams import hold_teams

PERMISSIONS: Mapping[type[Action], str] = {
    **dict.fromkeys((Assign, HandToTeam, PutTags, TakeTags, Prioritize), "conversations:assign"),
    **dict.fromkeys((Snooze, Resolve, Reopen), "conversations:resolve"),
    LeaveNote: "notes:write",
    **dict.fromkeys((MarkRead, MarkUnread), "conversations:read"),
}
"""of each action: asked for before anything is looked up, and by the verbs again"""


@dataclass(frozen=True, slots=True)
class Eyes:
    """What whoever acts had before their eyes: one thing of the one conversation, or a list at a moment."""

    seen: Seen | None = None
    looked_at: datetime | None = None
    """what contacts wrote since is not put away"""


@dataclass(frozen=True, slots=True)
class Step:
    do: Callable[[Conversation, Eyes], None]
    teams: Sequence[Team] = ()
    tags: Sequence[Tag] = ()


def steps_of(actions: Sequence[Action], *, by: Actor) -> list[Step]:
    """Raises ``NotAllowed``, and ``Invalid`` with the path of what is wrong."""
    if not actions:
        raise Invalid(_("Say what is to be done"), fields={"actions": "at least one action"})
    return [_step(action, place, by) for place, action in enumerate(actions)]


def hold(steps: Sequence[Step], *, by: Actor) -> None:
    """What the steps need stays until the transaction ends; before the conversations, as everywhere."""
    hold_teams(by.workspace_id, [team for step in steps for team in step.teams])
    hold_tags([tag for step in steps for tag in step.tags])


def _step(action: Action, place: int, by: Actor) -> Step:
    path = f"actions[{place}]"
    by.require(PERMISSIONS[type(action)])
    match action:
        case Assign():
            member = _member(action.member, f"{path}.member", by)
            to = [Named("member", member.id)] if member else []
            return Step(lambda it, eyes: _assign(it, member, eyes, _Line(action.line, to), by))
        case HandToTeam():
            team = _team(action.team, f"{path}.team", by)
            line = _Line(action.line, [Named("team", team.id)] if team else [])
            return Step(lambda it, _eyes: _hand_over(it, team, line, by), [team] if team else [])
        case PutTags():
            tags = [tag_for(by.workspace_id, name, by=by) for name in _named(action.tags, path)]
            return Step(lambda it, _eyes: _discard(tag_conversations([it], tags, by=by)), tags=tags)
        case TakeTags():
            gone = [get_tag(by, name) for name in _named(action.tags, path)]
            return Step(lambda it, _eyes: _discard(untag_conversations([it], gone, by=by)), tags=gone)
        case Prioritize():
            return Step(lambda it, _eyes: handling.set_priority(it, action.priority, by=by))
        case Snooze():
            return Step(lambda it, eyes: _snooze(it, action, eyes, by))
        case Resolve():
            return Step(lambda it, eyes: _resolve(it, eyes, by))
        case Reopen():
            return Step(lambda it, _eyes: handling.reopen_conversation(it, by=by))
        case LeaveNote():
            return Step(lambda it, _eyes: _discard(leave_note(it, action.text, by=by)))
        case MarkRead():
            return Step(lambda it, eyes: handling.mark_as_read(it, by=by, seen=eyes.seen))
        case MarkUnread():
            return Step(lambda it, _eyes: handling.mark_as_unread(it, by=by))


class _Line(NamedTuple):
    """What is said to whoever gets a conversation."""

    text: str
    to: Sequence[Named]


def _assign(conversation: Conversation, to: Member | None, eyes: Eyes, line: _Line, by: Actor) -> None:
    handling.assign_conversation(conversation, to=to, by=by, seen=eyes.seen)
    _say(conversation, line, by)


def _hand_over(conversation: Conversation, team: Team | None, line: _Line, by: Actor) -> None:
    handling.hand_to_team(conversation, team=team, by=by)
    _say(conversation, line, by)


def _say(conversation: Conversation, line: _Line, by: Actor) -> None:
    if line.text.strip() and line.to:
        leave_note(conversation, line.text, line.to, by=by)


def _snooze(conversation: Conversation, action: Snooze, eyes: Eyes, by: Actor) -> None:
    _look(conversation, eyes)
    handling.snooze_conversation(
        conversation, until=action.until, by=by, sleeps_through=action.sleeps_through
    )


def _resolve(conversation: Conversation, eyes: Eyes, by: Actor) -> None:
    _look(conversation, eyes)
    handling.resolve_conversation(conversation, by=by, seen=eyes.seen)


def _look(conversation: Conversation, eyes: Eyes) -> None:
    last = conversation.last_inbound_at
    if eyes.looked_at and last and last > eyes.looked_at:
        raise Conflict(_("The contact wrote meanwhile. Read it, then decide."))


def _member(member_id: UUID | None, path: str, by: Actor) -> Member | None:
    if member_id is None:
        return None
    member = find_member(by.workspace_id, member_id)
    if member is None:
        raise Invalid(_("There is no such member"), fields={path: "the id of an active member, or null"})
    return member


def _team(team_id: UUID | None, path: str, by: Actor) -> Team | None:
    if team_id is None:
        return None
    team = find_team(by.workspace_id, team_id)
    if team is None:
        raise Invalid(_("There is no such team"), fields={path: "the id of a team, or null"})
    return team


def _named(names: Sequence[str], path: str) -> Iterator[str]:
    if not names:
        raise Invalid(_("Name a tag"), fields={f"{path}.tags": "at least one tag"})
    yield from dict.fromkeys(names)


def _discard(_result: object) -> None:
    """Of a verb that tells what it did."""
