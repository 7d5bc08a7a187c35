"""The steps that there are from the start: acts on conversations, a case, a reply for the composer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from regulars.acts.actions import (
    Assign,
    HandToTeam,
    LeaveNote,
    Prioritize,
    Priority,
    PutTags,
    Reopen,
    Resolve,
    Snooze,
    TakeTags,
)
from regulars.acts.operations.steps import PERMISSIONS
from regulars.cases.operations.checking import clean_title
from regulars.cases.operations.opening import NewCase, hold_numbers, open_case
from regulars.cases.queries.settings import find_category
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import clean_note
from regulars.conversations.snoozing.presets import PresetKey, presets
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.ids import parse_id
from regulars.macros.ports import MacroStep, Planned, StepKind
from regulars.quick_replies.access import quick_replies_offered_to
from regulars.tags.names import NAME_LENGTH
from regulars.tags.tagging import MOST_TAGS
from regulars.workspaces.access import Actor
from regulars.workspaces.business_hours import business_hours_of
from regulars.workspaces.conditions import zone_of
from regulars.workspaces.queries import find_member, find_team


class AssignStep(MacroStep, frozen=True, tag="assign"):
    """An id; ``me`` for whoever runs it; null for nobody."""

    member: str | None


class TeamStep(MacroStep, frozen=True, tag="team"):
    team: UUID | None


class TagStep(MacroStep, frozen=True, tag="tag"):
    tags: list[str]


class UntagStep(MacroStep, frozen=True, tag="untag"):
    tags: list[str]


class PriorityStep(MacroStep, frozen=True, tag="priority"):
    priority: Priority


class SnoozeStep(MacroStep, frozen=True, tag="snooze"):
    """``until``: one of the usual moments, by the workspace's clock and hours."""

    until: PresetKey


class ResolveStep(MacroStep, frozen=True, tag="resolve"):
    pass


class ReopenStep(MacroStep, frozen=True, tag="reopen"):
    pass


class NoteStep(MacroStep, frozen=True, tag="note"):
    text: str


class CaseStep(MacroStep, frozen=True, tag="open_case"):
    """Without a title it is called as its category is."""

    title: str = ""
    category: UUID | None = None


class ReplyStep(MacroStep, frozen=True, tag="insert_reply"):
    reply: UUID


def _assign(step: AssignStep, by: Actor) -> Planned:
    wanted = by.member_id if step.member == "me" else parse_id(step.member or "")
    if step.member == "me" and wanted is None:
        raise Conflict(_("A token is nobody to assign to"))
    if step.member and (wanted is None or find_member(by.workspace_id, wanted) is None):
        raise Invalid(_("There is no such member"), fields={"member": "an active member, me, or null"})
    return Planned(action=Assign(member=wanted))


def _team(step: TeamStep, by: Actor) -> Planned:
    if step.team and find_team(by.workspace_id, step.team) is None:
        raise Invalid(_("There is no such team"), fields={"team": "the id of a team, or null"})
    return Planned(action=HandToTeam(team=step.team))


def _tags(written: list[str]) -> list[str]:
    names = list(dict.fromkeys(name.strip() for name in written if name.strip()))
    if not names:
        raise Invalid(_("Name a tag"), fields={"tags": "at least one tag"})
    if len(names) > MOST_TAGS:
        raise Invalid(_("These are too many tags"), fields={"tags": f"at most {MOST_TAGS}"})
    if max(map(len, names)) > NAME_LENGTH:
        raise Invalid(
            _("The name of a tag has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"tags": f"1 to {NAME_LENGTH} characters each"},
        )
    return names


def _snooze(step: SnoozeStep, by: Actor) -> Planned:
    zone, hours = zone_of(by.workspace_id), business_hours_of(by.workspace_id)
    at = next((each.at for each in presets(clock.now(), zone, hours) if each.key == step.until), None)
    if at is None:
        raise Conflict(_("That moment to snooze until is over for today, or nobody works then"))
    return Planned(action=Snooze(until=at))


def _note(step: NoteStep, _by: Actor) -> Planned:
    if not step.text.strip():
        raise Invalid(_("Write the note"), fields={"text": "what it says"})
    return Planned(action=LeaveNote(text=clean_note(step.text)))


def _open_case(step: CaseStep, by: Actor) -> Planned:
    by.require("cases:edit")
    category = find_category(by.workspace_id, step.category) if step.category else None
    if step.category and category is None:
        raise Invalid(_("There is no such category"), fields={"category": "a category of this workspace"})
    if not step.title.strip() and category is None:
        raise Invalid(_("Give the case a title or a category"), fields={"title": "1 to 200 characters"})
    if step.title.strip():
        clean_title(step.title)

    def opens(conversation: Conversation) -> None:
        open_case(NewCase(title=step.title, category=category, conversations=[conversation]), by=by)

    return Planned(besides=opens)


def _insert_reply(step: ReplyStep, by: Actor) -> Planned:
    by.require("messages:send")
    if not quick_replies_offered_to(by).filter(id=step.reply).exists():
        raise Invalid(_("There is no such quick reply"), fields={"reply": "one that you can use"})
    return Planned(inserts=step.reply)


def _plain(action: Any) -> Planned:
    return Planned(action=action)


def _allowed(kind: StepKind, action: Any) -> StepKind:
    """Asked for before anything is looked up."""

    def plan(step: Any, by: Actor) -> Planned:
        by.require(PERMISSIONS[action])
        return kind.plan(step, by)

    return StepKind(kind.step, kind.label, plan, kind.hold)


BUILT_IN = (
    _allowed(StepKind(AssignStep, pgettext_lazy("step of a macro", "Assign"), _assign), Assign),
    _allowed(StepKind(TeamStep, gettext_lazy("Hand to a team"), _team), HandToTeam),
    _allowed(
        StepKind(
            TagStep,
            gettext_lazy("Put tags on"),
            lambda step, _by: _plain(PutTags(tags=_tags(step.tags))),
        ),
        PutTags,
    ),
    _allowed(
        StepKind(
            UntagStep,
            gettext_lazy("Take tags off"),
            lambda step, _by: _plain(TakeTags(tags=_tags(step.tags))),
        ),
        TakeTags,
    ),
    _allowed(
        StepKind(
            PriorityStep,
            gettext_lazy("Set the priority"),
            lambda step, _by: _plain(Prioritize(priority=step.priority)),
        ),
        Prioritize,
    ),
    _allowed(StepKind(NoteStep, gettext_lazy("Leave a note"), _note), LeaveNote),
    _allowed(StepKind(SnoozeStep, pgettext_lazy("step of a macro", "Snooze"), _snooze), Snooze),
    _allowed(
        StepKind(
            ResolveStep,
            pgettext_lazy("step of a macro", "Resolve"),
            lambda _step, _by: _plain(Resolve()),
        ),
        Resolve,
    ),
    _allowed(
        StepKind(ReopenStep, pgettext_lazy("step of a macro", "Reopen"), lambda _step, _by: _plain(Reopen())),
        Reopen,
    ),
    StepKind(CaseStep, gettext_lazy("Open a case"), _open_case, hold_numbers),
    StepKind(ReplyStep, gettext_lazy("Put a quick reply into the composer"), _insert_reply),
)
