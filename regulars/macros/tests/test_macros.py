"""Macros: what their steps come to, all of them or none, and whose they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.acts.operations.undoing import undo_act
from regulars.acts.selection import Selection
from regulars.cases.models import Case
from regulars.conversations.models import Conversation, ConversationTagging, Note
from regulars.conversations.operations.handling import resolve_conversation
from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound
from regulars.kernel.jobs.models import Job
from regulars.macros.access import access_macro, access_removed_macro
from regulars.macros.models import Macro
from regulars.macros.operations import (
    KEPT_REMOVED,
    MacroDraft,
    change_macro,
    create_macro,
    draft_of,
    purge_removed,
    remove_macro,
    restore_macro,
)
from regulars.macros.queries import offered_macros, uses_of
from regulars.macros.running import run_macro, run_macro_on_all
from regulars.quick_replies.operations import ReplyDraft, create_reply
from regulars.quick_replies.wordings import Wording
from regulars.tags.taggings import tags_on
from regulars.workspaces.access import Actor
from tests.cast import ALICE, BORIS, CHAI, Cast


def macro(by: Actor, *steps: dict[str, Any], name: str = "Refund", **rest: Any) -> Macro:
    return create_macro(MacroDraft(name, list(steps), **rest), by=by)


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(id=conversation.id)


TAG, MINE, NOTE = (
    {"do": "tag", "tags": ["refund"]},
    {"do": "assign", "member": "me"},
    {"do": "note", "text": "Asked for the photo"},
)


def test_all_steps_are_done_in_one_act_that_is_taken_back_as_one(cast: Cast):
    agent, heard = cast.actor(cast.agent), cast.hears(ALICE, "where is my money")
    made = macro(
        agent, TAG, MINE, {"do": "priority", "priority": "high"}, NOTE, {"do": "snooze", "until": "next_week"}
    )
    ran = run_macro(made, [heard.id], by=agent)
    after = fresh(heard)
    assert (after.assignee_id, after.priority, after.status) == (cast.agent.id, "high", "snoozed")
    assert [tag.name for tag in tags_on(ConversationTagging, [heard.id])[heard.id]] == ["refund"]
    assert (ran.outcome.done, Note.objects.get().text) == (1, "Asked for the photo")
    assert ran.outcome.act
    undo_act(ran.outcome.act, by=agent)
    before = fresh(heard)
    assert (before.assignee_id, before.priority, before.status) == (None, "normal", "open")


def test_a_step_that_is_refused_leaves_the_conversation_as_it_was_and_says_why(cast: Cast):
    owner = cast.actor(cast.owner)
    heard = [cast.hears(phone, "hello") for phone in (ALICE, BORIS)]
    made = macro(owner, TAG, {"do": "open_case", "title": "Refund"}, {"do": "resolve"})
    looked_at = clock.now() - timedelta(minutes=1)
    resolve_conversation(fresh(heard[1]), by=owner)
    ran = run_macro(made, [each.id for each in heard], by=owner, looked_at=looked_at)
    (refusal,) = ran.outcome.refusals
    assert (len(refusal.conversations), refusal.code) == (2, "conflict")
    assert (Case.objects.count(), ConversationTagging.objects.count()) == (0, 0)
    ran = run_macro(made, [heard[0].id], by=owner)
    assert (Case.objects.get().title, fresh(heard[0]).status) == ("Refund", "resolved")


def test_each_step_asks_for_the_right_of_whoever_runs_it(cast: Cast):
    heard = cast.hears(ALICE, "hello")
    made = macro(cast.actor(cast.owner), TAG, {"do": "resolve"}, audience="all")
    weak = cast.token_actor("agent", scopes=["conversations:read", "conversations:assign"])
    with pytest.raises(NotAllowed):
        run_macro(made, [heard.id], by=weak)
    assert (fresh(heard).status, ConversationTagging.objects.count()) == ("open", 0)


def test_a_reply_is_named_for_the_composer_and_never_sent(cast: Cast):
    agent, heard = cast.actor(cast.agent), cast.hears(ALICE, "hello")
    owner = cast.actor(cast.owner)
    reply = create_reply(ReplyDraft("hi", "Hi", (Wording(language="en", text="Hello!"),)), by=owner)
    made = macro(agent, {"do": "insert_reply", "reply": str(reply.id)})
    assert run_macro(made, [heard.id], by=agent).inserts == reply.id
    assert heard.messages.filter(direction="out").count() == 0
    with pytest.raises(Invalid):
        run_macro(made, [heard.id, cast.hears(BORIS, "me too").id], by=agent)
    with pytest.raises(NotFound):
        run_macro(made, [cast.stranger.hears(CHAI, "secret").id], by=agent)


def test_a_whole_list_is_a_job_of_what_only_acts(cast: Cast):
    owner = cast.actor(cast.owner)
    cast.hears(ALICE, "hello")
    job = run_macro_on_all(macro(owner, TAG), Selection(status="open"), by=owner)
    assert Job.objects.get(id=job.id).kind == "acts.bulk"
    with pytest.raises(Invalid):
        run_macro_on_all(macro(owner, {"do": "open_case", "title": "A"}), Selection(), by=owner)


def test_uses_are_counted_and_what_one_runs_most_comes_first(cast: Cast):
    agent, heard = cast.actor(cast.agent), cast.hears(ALICE, "hello")
    first, second = macro(agent, TAG, name="A"), macro(agent, MINE, name="B")
    for _each in range(2):
        run_macro(second, [heard.id], by=agent)
    run_macro(first, [heard.id], by=agent)
    uses = uses_of([first, second])
    assert (uses[first.id].count, uses[second.id].count) == (1, 2)
    assert [each.name for each in offered_macros(agent)] == ["B", "A"]


def test_sharing_takes_its_permission_and_own_ones_are_seen_by_nobody_else(cast: Cast):
    agent, owner = cast.actor(cast.agent), cast.actor(cast.owner)
    own = macro(agent, TAG)
    with pytest.raises(NotAllowed):
        change_macro(own, MacroDraft("Refund", [TAG], "all"), by=agent)
    with pytest.raises(NotFound):
        access_macro(owner, own.id)
    shared = macro(owner, TAG, audience="teams", team_ids=(cast.team.id,))
    assert access_macro(owner, shared.id) == shared
    with pytest.raises(Invalid):
        macro(cast.token_actor("owner"), TAG)


def test_a_removed_one_comes_back_and_after_a_day_it_is_gone(cast: Cast):
    owner = cast.actor(cast.owner)
    made = macro(owner, TAG)
    remove_macro(made, by=owner)
    assert (offered_macros(owner), purge_removed()) == ([], 0)
    restore_macro(access_removed_macro(owner, made.id), by=owner)
    assert offered_macros(owner) == [made]
    remove_macro(made, by=owner)
    with clock.frozen_at(clock.now() + KEPT_REMOVED + timedelta(minutes=1)):
        assert purge_removed() == 1


def test_who_saves_over_another_is_told(cast: Cast):
    owner = cast.actor(cast.owner)
    made = macro(owner, TAG)
    changed = change_macro(made, MacroDraft("Refund", [TAG, MINE]), by=owner, versions=["1"])
    assert (changed.version, len(draft_of(changed).steps)) == (2, 2)
    with pytest.raises(ChangedMeanwhile):
        change_macro(made, MacroDraft("Late", [TAG]), by=owner, versions=["1"])


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], "steps"),
        ([TAG, {"do": "fly"}], "steps[1]"),
        ([{"do": "assign", "member": "01890000-0000-7000-8000-000000000000"}], "steps[0].member"),
        ([{"do": "tag", "tags": [" "]}], "steps[0].tags"),
        ([{"do": "open_case"}], "steps[0].title"),
        ([{"do": "snooze", "until": "someday"}], "steps[0]"),
        ([{"do": "note", "text": "x" * 20_001}], "steps[0].text"),
        ([{"do": "tag", "tags": [f"tag {number}" for number in range(101)]}], "steps[0].tags"),
        ([{"do": "untag", "tags": ["x" * 65]}], "steps[0].tags"),
        ([{"do": "open_case", "title": "x" * 201}], "steps[0].title"),
    ],
)
def test_what_is_wrong_is_said_with_its_step(cast: Cast, steps: list[Any], field: str):
    with pytest.raises(Invalid) as refused:
        macro(cast.actor(cast.owner), *steps)
    assert list(refused.value.facts["fields"]) == [field]  # type: ignore[call-overload]
