"""Notes that name colleagues. Whom it names is said beside the text and kept as rows; nobody reads it off the words."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.attention.events import MemberMentioned, MentionsSeen
from regulars.attention.models import Mention, NoteMention
from regulars.attention.operations.following import follow_by_mention
from regulars.attention.queries import members_in, seeing
from regulars.conversations.models import Conversation, Note
from regulars.conversations.operations.handling import write_note
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.events import record, record_all
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Team
from regulars.workspaces.queries import find_teams

MentionKind = Literal["member", "team", "everybody"]
MOST_NAMED = 50


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a note names; ``id`` is the member's or the team's, and None for everybody who sees the conversation."""

    kind: MentionKind
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class LeftNote:
    """A note, who was told by it, and who was not because they may not see the conversation."""

    note: Note
    told: list[Member] = field(default_factory=list)
    unseeing: list[Member] = field(default_factory=list)


@transaction.atomic
def leave_note(conversation: Conversation, text: str, named: Sequence[Named] = (), *, by: Actor) -> LeftNote:
    """Whoever is told follows the conversation from then on; whoever wrote it is not told."""
    note = write_note(conversation, text, by=by)
    if not named:
        return LeftNote(note)
    people = _People(conversation, by, set(named))
    NoteMention.objects.bulk_create(people.rows(note))
    told = people.told
    Mention.objects.bulk_create(
        Mention(note=note, member=member, workspace_id=note.workspace_id, conversation=conversation)
        for member in told
    )
    record_all(
        MemberMentioned(
            note.workspace_id, conversation.id, note.id, member.id, kind=people.kind_of(member), by=by.doer
        )
        for member in told
    )
    follow_by_mention(conversation, told)
    return LeftNote(note, told, people.unseeing)


class _People:
    """Whom a note names, looked up: raises ``Invalid`` for one who is not there."""

    def __init__(self, conversation: Conversation, by: Actor, named: Collection[Named]) -> None:
        if len(named) > MOST_NAMED:
            raise _invalid(_("A note names at most %(limit)s") % {"limit": MOST_NAMED})
        self.workspace_id = by.workspace_id
        self.named = named
        self.members = {member.id: member for member in members_in(by.workspace_id)}
        wanted = {each.id for each in named if each.kind == "team" and each.id}
        self.teams: dict[UUID, Team] = {team.id: team for team in find_teams(by.workspace_id, list(wanted))}
        self._check()
        sees = seeing(conversation, self.members.values())
        others = [member for member in self.members.values() if member.id != by.member_id]
        meant = [member for member in others if self.kind_of(member, alone=True)]
        self.told = [
            member for member in others if member.id in sees and (member in meant or self._names_everybody)
        ]
        self.unseeing = [member for member in meant if member.id not in sees]

    @property
    def _names_everybody(self) -> bool:
        return any(each.kind == "everybody" for each in self.named)

    def _check(self) -> None:
        for each in self.named:
            known = {"member": self.members, "team": self.teams, "everybody": {None: None}}[each.kind]
            if each.id not in known:  # type: ignore[operator]
                raise _invalid(_("A note can only name members and teams of this workspace"))

    def kind_of(self, member: Member, *, alone: bool = False) -> str:
        """By what they are named, the nearest first; empty when not by a member's or team's name."""
        if Named("member", member.id) in self.named:
            return "member"
        if any(Named("team", team.id) in self.named for team in member.teams.all()):
            return "team"
        return "" if alone else "everybody"

    def rows(self, note: Note) -> Iterator[NoteMention]:
        for each in self.named:
            member = self.members.get(each.id) if each.kind == "member" and each.id else None
            team = self.teams.get(each.id) if each.kind == "team" and each.id else None
            yield NoteMention(
                workspace_id=self.workspace_id,
                note=note,
                kind=each.kind,
                member=member,
                team=team,
                name=str(member or (team.name if team else everybody_word())),
            )


def everybody_word() -> str:
    """What stands behind the @ for everybody, in the language of whoever writes."""
    return pgettext("in a mention", "all")


def _invalid(text: str) -> Invalid:
    return Invalid(text, fields={"mentions": "members and teams of this workspace"})


@transaction.atomic
def see_mentions(conversation: Conversation, *, by: Actor) -> None:
    """The member looks at the conversation: what named them there is news no more, on any device."""
    by.require("conversations:read")
    if by.member_id is None:
        return
    mine = Mention.objects.filter(conversation=conversation, member_id=by.member_id, seen_at=None)
    if mine.update(seen_at=clock.now()):
        record(MentionsSeen(conversation.workspace_id, conversation.id, by.member_id))
