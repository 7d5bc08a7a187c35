"""An act is taken back to what was before, unless somebody changed it since."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from regulars.acts.actions import (
    Action,
    Assign,
    HandToTeam,
    MarkRead,
    MarkUnread,
    Prioritize,
    PutTags,
    Reopen,
    Resolve,
    Snooze,
    TakeTags,
)
from regulars.acts.models import Act, ActChange
from regulars.acts.operations.acting import act_on, act_on_many
from regulars.acts.operations.undoing import KEPT_FOR, UNDO_WITHIN, purge_acts, undo_act
from regulars.acts.snapshots import State, hold_states
from regulars.conversations.models import Conversation
from regulars.conversations.operations import handling
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, ProductError
from regulars.kernel.ids import new_id
from tests.cast import ALICE, BORIS, Cast

pytestmark = pytest.mark.django_db


def state(conversation: Conversation) -> State:
    return hold_states([conversation.id])[conversation.id]


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(id=conversation.id)


def in_an_hour() -> datetime:
    return clock.now() + timedelta(hours=1)


def acts_of(cast: Cast) -> dict[str, Action]:
    return {
        "assign": Assign(member=cast.mate.id),
        "team": HandToTeam(team=cast.team.id),
        "tag": PutTags(tags=["vip", "new one"]),
        "priority": Prioritize(priority="urgent"),
        "snooze": Snooze(until=in_an_hour(), sleeps_through=True),
        "resolve": Resolve(),
        "read": MarkRead(),
    }


@pytest.mark.parametrize("name", ["assign", "team", "tag", "priority", "snooze", "resolve", "read"])
def test_each_act_is_taken_back_to_what_was(cast: Cast, name: str):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.lead)
    before = state(conversation)
    act = act_on(conversation, [acts_of(cast)[name]], by=by)
    assert act is not None
    assert state(conversation) != before
    assert undo_act(act, by=by).done == 1
    assert state(conversation) == before


def test_what_is_so_already_is_no_act(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    assert act_on(conversation, [Assign(member=None)], by=cast.actor(cast.agent)) is None
    assert Act.objects.count() == 0


def test_an_act_is_its_doers_once_and_for_an_hour(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    act = act_on(conversation, [Resolve()], by=by)
    assert act
    with pytest.raises(NotFound):
        undo_act(act, by=cast.actor(cast.mate))
    with pytest.raises(NotFound):
        undo_act(new_id(), by=by)
    with clock.frozen_at(clock.now() + UNDO_WITHIN + timedelta(seconds=1)), pytest.raises(NotFound):
        undo_act(act, by=by)
    undo_act(act, by=by)
    with pytest.raises(Conflict):
        undo_act(act, by=by)


def test_whoever_changed_it_since_is_named_and_nothing_moves(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.lead)
    act = act_on(conversation, [Assign(member=cast.agent.id)], by=by)
    handling.assign_conversation(fresh(conversation), to=cast.mate, by=cast.actor(cast.mate))
    left = state(conversation)
    assert act
    with pytest.raises(Conflict) as refusal:
        undo_act(act, by=by)
    assert str(refusal.value.detail) == f"{cast.mate} changed this in the meantime. It stays as it is."
    assert state(conversation) == left


def test_a_contact_who_wrote_since_is_not_put_away_again(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    handling.resolve_conversation(conversation, by=by)
    act = act_on(fresh(conversation), [Snooze(until=in_an_hour())], by=by)
    cast.hears(ALICE, "one more thing")
    assert act
    with pytest.raises(Conflict) as refusal:
        undo_act(act, by=by)
    assert str(refusal.value.detail) == "The contact wrote meanwhile. It stays as it is."
    assert fresh(conversation).status == "open"


def test_to_many_each_gets_all_or_nothing_and_says_why_not(cast: Cast):
    alice, boris = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    hidden = cast.stranger.hears(ALICE, "hello")
    by, looked_at = cast.actor(cast.lead), clock.now() - timedelta(minutes=1)
    old = alice
    Conversation.objects.filter(id=old.id).update(last_inbound_at=looked_at - timedelta(hours=1))
    actions: Sequence[Action] = [PutTags(tags=["vip"]), Resolve()]
    outcome = act_on_many([old.id, boris.id, hidden.id], actions, by=by, looked_at=looked_at)
    assert (outcome.done, [refusal.conversations for refusal in outcome.refusals]) == (
        1,
        [[hidden.id], [boris.id]],
    )
    assert fresh(boris).status == "open"
    assert state(boris).tags == ()
    assert outcome.act
    assert undo_act(outcome.act, by=by).done == 1
    assert (fresh(old).status, state(old).tags) == ("open", ())


def test_what_does_not_exist_or_is_not_allowed_changes_nothing(cast: Cast):
    conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.agent)
    for wrong in (Assign(member=cast.stranger.owner.id), HandToTeam(team=new_id()), PutTags(tags=[])):
        with pytest.raises(Invalid):
            act_on(conversation, [Prioritize(priority="high"), wrong], by=by)
    with pytest.raises(NotAllowed):
        act_on_many(
            [conversation.id], [Resolve()], by=cast.token_actor("agent", scopes=["conversations:read"])
        )
    assert (fresh(conversation).priority, Act.objects.count()) == ("normal", 0)


def test_old_acts_go(cast: Cast):
    act_on(cast.hears(ALICE, "hello"), [Resolve()], by=cast.actor(cast.agent))
    assert purge_acts() == 0
    with clock.frozen_at(clock.now() + KEPT_FOR + timedelta(minutes=1)):
        purge_acts()
    assert (Act.objects.count(), ActChange.objects.count()) == (0, 0)


WORDS = (
    "assign",
    "nobody",
    "team",
    "no team",
    "tag",
    "untag",
    "urgent",
    "snooze",
    "resolve",
    "reopen",
    "read",
    "unread",
)


def action_named(word: str, cast: Cast, until: datetime) -> Action:
    made: dict[str, Callable[[], Action]] = {
        "assign": lambda: Assign(member=cast.mate.id),
        "nobody": lambda: Assign(member=None),
        "team": lambda: HandToTeam(team=cast.team.id),
        "no team": lambda: HandToTeam(team=None),
        "tag": lambda: PutTags(tags=["vip", "late"]),
        "untag": lambda: TakeTags(tags=["vip"]),
        "urgent": lambda: Prioritize(priority="urgent"),
        "snooze": lambda: Snooze(until=until),
        "resolve": Resolve,
        "reopen": Reopen,
        "read": MarkRead,
        "unread": MarkUnread,
    }
    return made[word]()


@example(prelude=["resolve", "unread"], acts=[["snooze"]], others="")  # resolving again reads it
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    prelude=st.lists(st.sampled_from(WORDS), max_size=4),
    acts=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), min_size=1, max_size=3),
    others=st.sampled_from(["", "", "urgent", "assign", "resolve", "tag", "contact"]),
)
def test_any_acts_taken_back_in_turn_lead_to_where_it_began(cast: Cast, prelude, acts, others):
    """Unless others came between: then what they did stands."""
    with transaction.atomic():
        conversation, by = cast.hears(ALICE, "hello"), cast.actor(cast.lead)
        set_conversation_tags(conversation, ["vip"], by=by)
        set_conversation_tags(conversation, [], by=by)
        until = in_an_hour()
        for word in prelude:
            act_on(fresh(conversation), [action_named(word, cast, until)], by=by)
        stack: list[tuple[UUID, State]] = []
        for words in acts:
            before = state(conversation)
            act = act_on(fresh(conversation), [action_named(word, cast, until) for word in words], by=by)
            if act:
                stack.append((act, before))
        left = state(conversation)
        if others == "contact":
            cast.hears(ALICE, "more")
        elif others:
            act_on(fresh(conversation), [action_named(others, cast, until)], by=cast.actor(cast.owner))
        is_untouched = state(conversation) == left
        while stack:
            act, before = stack.pop()
            standing = state(conversation)
            try:
                undo_act(act, by=by)
            except ProductError:
                assert not is_untouched
                assert state(conversation) == standing
                break
            if is_untouched:
                assert state(conversation) == before
        transaction.set_rollback(True)
