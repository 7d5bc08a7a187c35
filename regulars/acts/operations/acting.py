"""Doing something to one conversation or to many, in a way that can be taken back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.acts.actions import Action
from regulars.acts.models import Act, ActChange
from regulars.acts.operations.steps import Eyes, hold, steps_of
from regulars.acts.snapshots import State, difference, hold_states
from regulars.conversations.access import visible_to
from regulars.conversations.models import Conversation
from regulars.conversations.operations.seeing import Seen
from regulars.kernel.errors import Invalid, NotAllowed, NotFound, ProductError
from regulars.kernel.ids import new_id
from regulars.workspaces.access import Actor

Deed = Callable[[Conversation, Eyes], None]
MOST_AT_ONCE = 200
"""conversations of one request; for more there is a job"""


@dataclass(slots=True)
class Refusal:
    """Why something was not done, and to which conversations."""

    why: str
    code: str
    conversations: list[UUID] = field(default_factory=list)


@dataclass(slots=True)
class Outcome:
    """What became of an act on many; ``act``: by which it is taken back, None when nothing changed."""

    act: UUID | None = None
    done: int = 0
    """how many were changed"""
    same: int = 0
    """how many were so already"""
    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, problem: ProductError, conversation_id: UUID) -> None:
        why = str(problem.detail or problem.title)
        for known in self.refusals:
            if (known.why, known.code) == (why, problem.code):
                return known.conversations.append(conversation_id)
        self.refusals.append(Refusal(why, problem.code, [conversation_id]))
        return None


@transaction.atomic
def act_on(
    conversation: Conversation, actions: Sequence[Action], *, by: Actor, seen: Seen | None = None
) -> UUID | None:
    """All of it or nothing, with the refusals of the verbs. Returns the act, None when all was so already."""
    steps = steps_of(actions, by=by)
    hold(steps, by=by)
    before = hold_states([conversation.id])
    for step in steps:
        step.do(conversation, Eyes(seen))
    outcome = Outcome()
    _keep(outcome, before, by)
    return outcome.act


@transaction.atomic
def act_on_many(
    conversation_ids: Collection[UUID],
    actions: Sequence[Action],
    *,
    by: Actor,
    looked_at: datetime | None = None,
    act: UUID | None = None,
    besides: Sequence[Callable[[Conversation], None]] = (),
) -> Outcome:
    """To each all of it or nothing; what is refused for one stops no other. ``act``: one to go on with.

    ``besides``: what is done to each after the actions, and is not taken back with them.
    ``looked_at``: when the list was before somebody's eyes. What a contact has written since is not put away.
    """
    if len(conversation_ids) > MOST_AT_ONCE:
        raise Invalid(
            _("These are too many at once"), fields={"conversations": f"at most {MOST_AT_ONCE} conversations"}
        )
    steps = steps_of(actions, by=by) if actions or not besides else []
    hold(steps, by=by)
    wanted = set(conversation_ids)
    found = {each.id: each for each in visible_to(by).filter(id__in=wanted).order_by("id")}
    before = hold_states(found)
    outcome, eyes = Outcome(act), Eyes(looked_at=looked_at)
    for missing in sorted(wanted - found.keys()):
        outcome.refuse(NotFound(_("There is no such conversation, or you may not see it")), missing)
    for conversation in found.values():
        _try([*(each.do for each in steps), *map(_unseeing, besides)], conversation, eyes, outcome)
    _keep(outcome, before, by)
    return outcome


def _unseeing(deed: Callable[[Conversation], None]) -> Deed:
    return lambda conversation, _eyes: deed(conversation)


def _try(deeds: Sequence[Deed], conversation: Conversation, eyes: Eyes, outcome: Outcome) -> None:
    try:
        with transaction.atomic():
            for deed in deeds:
                deed(conversation, eyes)
    except NotAllowed:
        raise  # the same for all of them
    except ProductError as problem:
        outcome.refuse(problem, conversation.id)


def _keep(outcome: Outcome, before: dict[UUID, State], by: Actor) -> None:
    """Write down what is another way now. Needs the transaction in which ``before`` was held."""
    after = hold_states(before)
    changes = {key: change for key, was in before.items() if (change := difference(was, after[key]))}
    refused = {key for refusal in outcome.refusals for key in refusal.conversations}
    outcome.done = len(changes)
    outcome.same = len(before.keys() - changes.keys() - refused)
    if not changes:
        return
    outcome.act = outcome.act or new_id()
    doer = by.doer
    Act.objects.get_or_create(
        id=outcome.act,
        defaults={
            "workspace_id": by.workspace_id,
            "by_kind": doer.kind,
            "by_id": doer.id,
            "by_name": doer.name,
        },
    )
    ActChange.objects.bulk_create(
        (
            ActChange(
                act_id=outcome.act,
                conversation_id=key,
                workspace_id=by.workspace_id,
                before=was.stored(),
                after=is_now.stored(),
            )
            for key, (was, is_now) in changes.items()
        ),
        ignore_conflicts=True,  # a step of a job that is done again finds nothing to change
    )
