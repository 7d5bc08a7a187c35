"""Who is on duty: what they say, what their screens tell, and what is remembered of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.kernel import clock
from regulars.kernel.errors import Invalid, NotAllowed
from regulars.kernel.history import facts_at
from regulars.kernel.models import Event
from regulars.workspaces.availability import choose_availability, note_absent, note_here
from regulars.workspaces.models import Member, MemberHistory
from regulars.workspaces.serving import (
    change_duty_settings,
    serving_of_member,
    set_capacity,
    set_skills,
    state_of,
)
from tests.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _changes() -> list[tuple[str, str, str]]:
    rows = Event.objects.filter(kind="AvailabilityChanged").order_by("id")
    return [(row.body["from_state"], row.body["to_state"], row.body["why"]) for row in rows]


def test_who_was_never_seen_is_away_and_online_with_the_first_screen(cast: Cast):
    assert state_of(cast.agent) == "away"
    note_here([cast.agent.id])
    note_here([cast.agent.id])
    assert state_of(cast.agent) == "online"
    assert _changes() == [("away", "online", "screen")]


def test_without_a_screen_for_a_while_somebody_is_away_and_back_with_the_next(cast: Cast):
    now = clock.now()
    with clock.frozen_at(now):
        note_here([cast.agent.id])
    with clock.frozen_at(now + timedelta(minutes=4)):
        assert note_absent() == 0
    with clock.frozen_at(now + timedelta(minutes=6)):
        assert note_absent() == 1
        assert note_absent() == 0
        assert state_of(cast.agent) == "away"
        note_here([cast.agent.id])
    assert state_of(cast.agent) == "online"
    assert [why for _before, _after, why in _changes()] == ["screen", "no screen", "screen"]


@pytest.mark.parametrize("chosen", ["away", "off_duty"])
def test_a_choice_stands_whatever_the_screens_do(cast: Cast, chosen: str):
    choose_availability(cast.agent, chosen, by=cast.actor(cast.agent))
    note_here([cast.agent.id])
    assert state_of(cast.agent) == chosen
    choose_availability(cast.agent, "online", by=cast.actor(cast.agent))
    assert state_of(cast.agent) == "online"


def test_the_workspace_says_after_how_long_or_never(cast: Cast):
    change_duty_settings(cast.workspace.id, away_after_minutes=0, by=cast.actor())
    with clock.frozen_at(clock.now() - timedelta(days=1)):
        note_here([cast.agent.id])
    assert note_absent() == 0
    change_duty_settings(cast.workspace.id, away_after_minutes=60, by=cast.actor())
    assert note_absent() == 1


def test_who_was_on_duty_then_is_remembered(cast: Cast):
    now = clock.now()
    for minutes, state in ((60, "online"), (40, "away"), (10, "off_duty")):
        with clock.frozen_at(now - timedelta(minutes=minutes)):
            choose_availability(cast.agent, state, by=cast.actor(cast.agent))
    was = [
        facts_at(MemberHistory, [cast.agent.id], now - timedelta(minutes=minutes)).get(cast.agent.id, {})
        for minutes in (70, 50, 30, 5)
    ]
    assert [row["availability"].value if row else None for row in was] == [None, "online", "away", "off_duty"]
    assert was[1]["availability"].by_name == "Ann Agent"


def test_only_who_arranges_somebodys_work_chooses_for_them(cast: Cast):
    choose_availability(cast.agent, "away", by=cast.actor(cast.lead))
    for member, by in ((cast.mate, cast.lead), (cast.lead, cast.agent), (cast.stranger.owner, cast.owner)):
        with pytest.raises(NotAllowed):
            choose_availability(member, "away", by=cast.actor(by))
    with pytest.raises(Invalid):
        choose_availability(cast.agent, "asleep", by=cast.actor(cast.agent))


def test_capacity_skills_and_languages(cast: Cast):
    assert serving_of_member(cast.agent).capacity == 10
    set_capacity(cast.agent, 0, by=cast.actor())
    set_skills(cast.agent, skills=["Refunds", "refunds ", "VIP"], languages=["KO"], by=cast.actor())
    set_skills(cast.agent, languages=["ko", "en"], by=cast.actor())
    serving = serving_of_member(cast.agent)
    assert (serving.capacity, serving.own_capacity) == (0, 0)
    assert (sorted(serving.skills), sorted(serving.languages)) == (["refunds", "vip"], ["en", "ko"])
    set_capacity(cast.agent, None, by=cast.actor())
    change_duty_settings(cast.workspace.id, capacity=4, by=cast.actor())
    assert serving_of_member(cast.agent).capacity == 4
    with pytest.raises(Invalid):
        set_skills(cast.agent, skills=["x" * 41], by=cast.actor())
    with pytest.raises(NotAllowed):
        set_capacity(cast.agent, 5, by=cast.actor(cast.agent))


def test_nobody_is_noted_who_is_out(cast: Cast):
    Member.objects.filter(id=cast.agent.id).update(is_active=False)
    note_here([cast.agent.id])
    note_here([])
    assert state_of(cast.agent) == "away"
