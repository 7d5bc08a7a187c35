"""Saved views: whose they are, what they show to whom, in which order, and what is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from regulars.conversations.operations.handling import assign_conversation, set_priority
from regulars.kernel import clock
from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.models import Event
from regulars.saved_views.access import access_removed_view, access_view
from regulars.saved_views.arranging import MOST_COUNTED, count_view, in_order, move_view
from regulars.saved_views.models import SavedView
from regulars.saved_views.operations import (
    KEPT_REMOVED,
    MOST_OWN,
    ViewDraft,
    change_view,
    create_view,
    draft_of,
    purge_removed,
    remove_view,
    restore_view,
)
from regulars.saved_views.queries import count_for_all, count_in, lines_for
from regulars.workspaces.access import Actor
from regulars.workspaces.teams import set_teams
from tests.cast import ALICE, BORIS, CHAI, Cast

URGENT = {"all": [{"field": "conversation.priority", "op": "is", "value": "urgent"}]}
OFTEN = {"all": [{"field": "messages.in_count", "op": ">=", "value": 2}]}


def view(by: Actor, name: str = "Urgent", **rest: Any) -> SavedView:
    return create_view(ViewDraft(name, rest.pop("conditions", URGENT), **rest), by=by)


def names(actor: Actor) -> list[str]:
    return [each.view.name for each in in_order(actor)]


def test_own_ones_are_for_oneself_and_shared_ones_for_whom_they_are(cast: Cast):
    agent, lead, mate = (cast.actor(each) for each in (cast.agent, cast.lead, cast.mate))
    view(agent, "Mine")
    view(lead, "Of everybody", audience="all")
    view(lead, "Of the team", audience="teams", team_ids=(cast.team.id,))
    set_teams(cast.agent, [cast.team], by=cast.actor(cast.owner))
    set_teams(cast.mate, [], by=cast.actor(cast.owner))
    assert names(cast.actor(cast.agent)) == ["Mine", "Of everybody", "Of the team"]
    assert names(cast.actor(cast.mate)) == ["Of everybody"]
    assert mate.workspace_id == agent.workspace_id


def test_sharing_takes_its_permission_also_for_what_was_ones_own(cast: Cast):
    agent = cast.actor(cast.agent)
    with pytest.raises(NotAllowed):
        view(agent, audience="all")
    own = view(agent)
    with pytest.raises(NotAllowed):
        change_view(own, ViewDraft("Urgent", URGENT, audience="all"), by=agent)
    with pytest.raises(NotFound):
        access_view(cast.actor(cast.owner), own.id)
    with pytest.raises(Invalid):
        view(cast.token_actor("owner"))


def test_it_shows_what_holds_of_what_one_may_see(cast: Cast):
    agent, owner = cast.actor(cast.agent), cast.actor(cast.owner)
    for phone, member in ((ALICE, cast.agent), (BORIS, cast.owner), (CHAI, None)):
        heard = cast.hears(phone, "hello")
        set_priority(heard, "urgent" if phone != CHAI else "low", by=owner)
        assign_conversation(heard, to=member, by=owner)
    shared = view(owner, audience="all")
    assert (count_in(owner, shared), count_in(agent, shared)) == (2, 1)


def test_what_one_may_not_ask_is_neither_shown_nor_counted_nor_kept(cast: Cast):
    owner, agent = cast.actor(cast.owner), cast.actor(cast.agent)
    for _each in range(2):
        cast.hears(ALICE, "hello")
    shared = view(owner, "Often", conditions=OFTEN, audience="all")
    assert (count_in(owner, shared), count_in(agent, shared)) == (1, 0)
    assert [line.is_readable for line in lines_for(agent)] == [False]
    with pytest.raises(Invalid) as refused:
        view(agent, conditions=OFTEN)
    assert list(refused.value.facts["fields"]) == ["conditions.all[0].field"]  # type: ignore[call-overload]


def test_each_has_them_in_an_order_of_their_own(cast: Cast):
    owner, agent = cast.actor(cast.owner), cast.actor(cast.agent)
    made = [view(owner, name, audience="all") for name in ("A", "B", "C")]
    move_view(made[2], 0, by=agent)
    view(owner, "D", audience="all")
    move_view(made[0], 9, by=agent)
    assert names(agent) == ["C", "B", "D", "A"]
    assert names(owner) == ["A", "B", "C", "D"]


def test_a_few_are_counted_for_those_who_asked(cast: Cast, django_assert_num_queries: Any):
    owner, agent, mate = (cast.actor(each) for each in (cast.owner, cast.agent, cast.mate))
    set_priority(cast.hears(ALICE, "hello"), "urgent", by=owner)
    made = [view(owner, f"V{number}", audience="all") for number in range(MOST_COUNTED + 1)]
    assert count_for_all([owner, agent]) == [{}, {}]
    for each in made[:MOST_COUNTED]:
        count_view(each, by=owner, is_counted=True)
    with pytest.raises(Conflict):
        count_view(made[-1], by=owner, is_counted=True)
    count_view(made[0], by=owner, is_counted=False)
    count_view(made[-1], by=owner, is_counted=True)
    count_view(made[1], by=cast.actor(cast.admin), is_counted=True)
    counted = [owner, agent, mate, cast.actor(cast.admin)]
    assert [len(each) for each in count_for_all(counted)] == [MOST_COUNTED, 0, 0, 1]
    assert {*count_for_all([owner])[0].values()} == {1}
    with django_assert_num_queries(11):
        count_for_all([owner])


def test_what_is_not_offered_any_more_is_neither_counted_nor_in_the_way(cast: Cast):
    owner, lead, agent = (cast.actor(each) for each in (cast.owner, cast.lead, cast.agent))
    set_teams(cast.agent, [cast.team], by=owner)
    agent = cast.actor(cast.agent)
    made = [view(lead, f"V{number}", audience="all") for number in range(MOST_COUNTED + 1)]
    for each in made[:MOST_COUNTED]:
        count_view(each, by=agent, is_counted=True)
    change_view(made[0], replace(draft_of(made[0]), audience="member"), by=lead)
    change_view(made[1], replace(draft_of(made[1]), audience="teams", team_ids=(cast.team.id,)), by=lead)
    assert {*count_for_all([agent])[0]} == {each.id for each in made[1:MOST_COUNTED]}
    count_view(made[-1], by=agent, is_counted=True)
    set_teams(cast.agent, [], by=owner)
    agent = cast.actor(cast.agent)
    assert {*count_for_all([agent])[0]} == {each.id for each in made[2:]}
    with pytest.raises(NotFound):
        count_view(made[1], by=agent, is_counted=True)


def test_a_change_says_what_it_changed_and_for_which_version(cast: Cast):
    owner = cast.actor(cast.owner)
    made = view(owner, audience="all")
    same = draft_of(made)
    change_view(made, same, by=owner)
    changed = change_view(made, ViewDraft("Hot", URGENT, "newest", "all"), by=owner, versions=["1"])
    assert (changed.version, changed.name, changed.order) == (2, "Hot", "newest")
    with pytest.raises(ChangedMeanwhile):
        change_view(made, same, by=owner, versions=["1"])
    told = Event.objects.filter(kind="SavedViewChanged").get()
    assert told.body["changed"] == ["name", "order"]


def test_a_removed_one_comes_back_where_it_stood(cast: Cast):
    owner = cast.actor(cast.owner)
    made = [view(owner, name) for name in ("A", "B")]
    move_view(made[1], 0, by=owner)
    count_view(made[1], by=owner, is_counted=True)
    remove_view(made[1], by=owner)
    assert (names(owner), count_for_all([owner])) == (["A"], [{}])
    with pytest.raises(NotFound):
        remove_view(made[1], by=owner)
    restore_view(access_removed_view(owner, made[1].id), by=owner)
    assert names(owner) == ["B", "A"]
    assert list(count_for_all([owner])[0]) == [made[1].id]


def test_after_a_day_it_is_gone_for_good(cast: Cast):
    owner = cast.actor(cast.owner)
    made = view(owner)
    remove_view(made, by=owner)
    assert purge_removed() == 0
    with clock.frozen_at(clock.now() + KEPT_REMOVED + timedelta(minutes=1)):
        assert (purge_removed(), purge_removed()) == (1, 0)


def test_there_is_an_end_to_how_many(cast: Cast):
    agent = cast.actor(cast.agent)
    SavedView.objects.bulk_create(
        SavedView(workspace=cast.workspace, name=f"V{number}", owner=cast.agent) for number in range(MOST_OWN)
    )
    with pytest.raises(Conflict):
        view(agent)


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ViewDraft("  "), "name"),
        (ViewDraft("V", {"all": [{"field": "nothing", "op": "is", "value": 1}]}), "conditions.all[0].field"),
        (ViewDraft("V", order="best"), "order"),  # type: ignore[arg-type]
        (ViewDraft("V", audience="teams"), "teams"),
    ],
)
def test_what_is_wrong_is_said_by_field(cast: Cast, draft: ViewDraft, field: str):
    with pytest.raises(Invalid) as refused:
        create_view(draft, by=cast.actor(cast.owner))
    assert list(refused.value.facts["fields"]) == [field]  # type: ignore[call-overload]
