"""Taking an act back: each conversation is as it was before, unless somebody changed it since.

What is restored goes through the verbs of ``conversations``, with the rights of whoever takes it back, and is told of
like any other change. Facts that go along with others (unread, waiting) come back with them as far as they still are as
the act left them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.acts.events import ActUndone
from regulars.acts.models import Act, ActChange
from regulars.acts.operations.acting import Outcome
from regulars.acts.snapshots import FOLLOWING, State, changed_since, facts_of, hold_states, read_state
from regulars.conversations.models import Activity, Conversation, ConversationHistory
from regulars.conversations.operations import handling
from regulars.conversations.operations.tagging import tag_conversations, untag_conversations
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, NotFound, ProductError
from regulars.kernel.events import record
from regulars.tags.operations import hold_tags
from regulars.tags.queries import tags_in
from regulars.workspaces.access import Actor
from regulars.workspaces.queries import find_member, find_team, teams_of
from regulars.workspaces.teams import hold_teams

UNDO_WITHIN = timedelta(hours=1)
KEPT_FOR = timedelta(days=8)
"""a job can be taken back for seven days"""
_HISTORY_FACTS = {"status": "status", "assignee_id": "assignee", "team_id": "team"}
_LINES = {"priority": ("priority_set",), "tags": ("tag_added", "tag_removed", "tag_expired")}


@transaction.atomic
def undo_act(act_id: UUID, *, by: Actor) -> Outcome:
    """By whoever did it, within an hour, once. Of one conversation that others changed since: ``Conflict`` says who."""
    act = _hold_act(act_id, by)
    ids = list(act.changes.values_list("conversation_id", flat=True))
    outcome = undo_changes(act_id, ids, by=by)
    if len(ids) == 1 and outcome.refusals:
        raise Conflict(outcome.refusals[0].why)
    act.undone_at = clock.now()
    act.save(update_fields=["undone_at"])
    kept = sum(len(refusal.conversations) for refusal in outcome.refusals)
    record(ActUndone(by.workspace_id, act.id, outcome.done, kept, by=by.doer))
    return outcome


def _hold_act(act_id: UUID, by: Actor) -> Act:
    own = Act.objects.select_for_update().filter(
        id=act_id, workspace_id=by.workspace_id, by_kind=by.kind, by_id=by.id
    )
    act = own.first()
    if act is None or act.at < clock.now() - UNDO_WITHIN:
        raise NotFound(_("This cannot be taken back any more"))
    if act.undone_at is not None:
        raise Conflict(_("This was taken back already"))
    return act


@transaction.atomic
def undo_changes(act_id: UUID, conversation_ids: Collection[UUID], *, by: Actor) -> Outcome:
    """Of some of the conversations that an act changed; the act is the actor's own.

    Whoever handed something on and does not see it any more can still take that back.
    """
    rows = ActChange.objects.filter(
        act_id=act_id, workspace_id=by.workspace_id, conversation_id__in=conversation_ids
    )
    changes = {row.conversation_id: (read_state(row.before), read_state(row.after)) for row in rows}
    _hold_named(changes.values(), by)
    rows_now = Conversation.objects.filter(workspace_id=by.workspace_id, id__in=changes).order_by("id")
    found = {each.id: each for each in rows_now}
    states = hold_states(found)
    outcome = Outcome()
    for missing in sorted(changes.keys() - found.keys()):
        outcome.refuse(NotFound(_("The conversation was removed")), missing)
    for key, conversation in found.items():
        try:
            with transaction.atomic():
                _restore(conversation, *changes[key], states[key], by)
                outcome.done += 1
        except ProductError as problem:
            outcome.refuse(problem, key)
    return outcome


def _hold_named(changes: Collection[tuple[State, State]], by: Actor) -> None:
    """Teams and tags that come back, before the conversations, as everywhere."""
    teams = {was.team_id for was, _left in changes if was.has("team_id") and was.team_id}
    tags = {
        tag for was, left in changes for state in (was, left) if state.has("tags") for tag in _tags(state)
    }
    if teams:
        hold_teams(by.workspace_id, list(teams_of(by.workspace_id).filter(id__in=teams)))
    if tags:
        hold_tags(list(tags_in(by.workspace_id).filter(id__in=tags)))


def _restore(conversation: Conversation, was: State, left: State, now: State, by: Actor) -> None:
    if others := changed_since(left, now, was):
        raise Conflict(_who_changed(conversation, others))
    if was.has("team_id"):
        team = find_team(by.workspace_id, was.team_id) if was.team_id else None
        handling.hand_to_team(conversation, team=team, by=by)
    if was.has("assignee_id"):
        member = find_member(by.workspace_id, was.assignee_id) if was.assignee_id else None
        handling.assign_conversation(conversation, to=member, by=by)
    if was.has("priority"):
        handling.set_priority(conversation, cast("str", was.priority), by=by)
    if was.has("tags"):
        _restore_tags(conversation, was, left, by)
    if was.has("status") or was.has("snoozed_until"):
        _restore_status(conversation, was, by)
    _restore_what_follows(conversation, was, left, now)


def _restore_tags(conversation: Conversation, was: State, left: State, by: Actor) -> None:
    every = {tag.id: tag for tag in tags_in(by.workspace_id).filter(id__in=(*_tags(was), *_tags(left)))}
    untag_conversations([conversation], [every[key] for key in _tags(left) if key in every], by=by)
    tag_conversations([conversation], [every[key] for key in _tags(was) if key in every], by=by)


def _tags(state: State) -> tuple[UUID, ...]:
    return state.tags if isinstance(state.tags, tuple) else ()


def _restore_status(conversation: Conversation, was: State, by: Actor) -> None:
    """A snooze that is over by now is not begun again."""
    status = was.status if was.has("status") else conversation.status
    until: Any = was.snoozed_until if was.has("snoozed_until") else None
    if status == "resolved":
        handling.resolve_conversation(conversation, by=by)
        return
    if conversation.status == "resolved" or status == "open":
        handling.reopen_conversation(conversation, by=by)
    if status == "snoozed" and until and until > clock.now():
        through = was.sleeps_through if was.has("sleeps_through") else conversation.sleeps_through
        handling.snooze_conversation(conversation, until=until, by=by, sleeps_through=bool(through))


def _restore_what_follows(conversation: Conversation, was: State, left: State, now: State) -> None:
    """The verbs move it along with the status; what the act had left alone stays as it is ``now``."""
    facts = facts_of(was)
    back = {
        fact: facts[fact]
        if fact in facts and getattr(left, fact) == getattr(now, fact)
        else getattr(now, fact)
        for fact in FOLLOWING
    }
    Conversation.objects.filter(id=conversation.id).update(**back, updated_at=clock.now())


def _who_changed(conversation: Conversation, facts: list[str]) -> str:
    name, is_contact = _changer(conversation, facts[0])
    if is_contact:
        return _("The contact wrote meanwhile. It stays as it is.")
    if not name:
        return _("This was changed in the meantime. It stays as it is.")
    return _("%(name)s changed this in the meantime. It stays as it is.") % {"name": name}


def _changer(conversation: Conversation, fact: str) -> tuple[str, bool]:
    """Who changed a fact last, by name, and whether that was the contact."""
    if fact in _HISTORY_FACTS or fact == "snoozed_until":
        known = _HISTORY_FACTS.get(fact, "status")
        rows = ConversationHistory.objects.filter(conversation=conversation, fact=known, until_at=None)
        row = rows.first()
        return (row.by_name, row.by_kind == "contact") if row else ("", False)
    lines = Activity.objects.filter(conversation=conversation, kind__in=_LINES.get(fact, ()))
    line = lines.order_by("-at").first()
    return (line.actor_name if line else "", False)


def purge_acts() -> int:
    """Those that nobody can take back any more."""
    # unscoped: time passes for all
    gone, _each = Act.objects.filter(at__lt=clock.now() - KEPT_FOR).delete()
    return gone
