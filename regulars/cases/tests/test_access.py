"""Who sees which case: query and predicate always agree, and a stranger sees nothing."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.cases.access import access_case, can_see_case, cases_visible_to
from regulars.cases.models import Case, CaseConversation
from regulars.cases.operations.opening import NewCase, open_case
from regulars.cases.queries.pages import facts_of
from regulars.conversations.access import read_staffing
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel.errors import NotAllowed, NotFound
from regulars.workspaces.access import actor_of_member
from regulars.workspaces.models import Member, Team, User
from regulars.workspaces.permissions import REACHES
from regulars.workspaces.roles import create_role
from tests.cast import ALICE, BORIS, Cast

pytestmark = pytest.mark.django_db
TEAMS, MEMBERS, CASES = 2, 3, 5
READING = ("cases:read", "conversations:read")


def _sees(cast: Cast, case: Case) -> set[str]:
    people = {"admin": cast.admin, "lead": cast.lead, "agent": cast.agent, "mate": cast.mate}
    return {
        name
        for name, member in people.items()
        if cases_visible_to(cast.actor(member)).filter(id=case.id).exists()
    }


def test_who_sees_a_case_as_it_moves(cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    by = cast.actor(cast.admin)
    case = open_case(NewCase(title="a"), by=by)
    assert _sees(cast, case) == {"admin", "lead", "agent", "mate"}
    Case.objects.update(owner=cast.agent)
    assert _sees(cast, case) == {"admin", "lead", "agent"}
    Case.objects.update(owner=None, team=cast.team)
    assert _sees(cast, case) == {"admin", "lead", "agent"}
    Case.objects.update(owner=cast.mate, team=None)
    assert _sees(cast, case) == {"admin", "mate"}
    CaseConversation.objects.create(workspace=cast.workspace, case=case, conversation=conversation)
    assert _sees(cast, case) == {"admin", "lead", "agent", "mate"}
    assign_conversation(conversation, to=cast.mate, by=by)
    assert _sees(cast, case) == {"admin", "mate"}


def test_the_door_says_the_same_for_what_is_hidden_and_what_is_not_there(cast: Cast):
    case = open_case(NewCase(title="a", owner=cast.mate), by=cast.actor())
    for actor, case_id in (
        (cast.stranger.actor(cast.stranger.owner), case.id),
        (cast.actor(cast.agent), case.id),
        (cast.actor(cast.owner), uuid4()),
        (cast.actor(cast.owner), None),
    ):
        with pytest.raises(NotFound, match="There is no such case"):
            access_case(actor, case_id)
    with pytest.raises(NotAllowed):
        access_case(cast.token_actor("admin", scopes=["conversations:read"]), case.id)
    assert access_case(cast.actor(cast.mate), case.id) == case


@dataclass(frozen=True, slots=True)
class World:
    """By indexes: members' permissions, reach and teams; cases' owner, team and threads; whose each thread is."""

    members: list[tuple[tuple[str, ...], dict[str, str], set[int]]]
    cases: list[tuple[int | None, int | None, set[int]]]
    threads: list[tuple[int | None, int | None]]


_reach = st.dictionaries(st.sampled_from(["cases", "conversations"]), st.sampled_from(REACHES))
_members, _teams = st.none() | st.integers(0, MEMBERS - 1), st.none() | st.integers(0, TEAMS - 1)
_rights = st.sampled_from([READING, READING, READING[:1], READING[1:]])
_worlds = st.builds(
    World,
    st.lists(
        st.tuples(_rights, _reach, st.sets(st.integers(0, TEAMS - 1))), min_size=MEMBERS, max_size=MEMBERS
    ),
    st.lists(st.tuples(_members, _teams, st.sets(st.integers(0, 1))), min_size=CASES, max_size=CASES),
    st.lists(st.tuples(_members, _teams), min_size=2, max_size=2),
)


@settings(max_examples=7, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=_worlds)
def test_query_and_predicate_agree(cast: Cast, world: World):
    with transaction.atomic():
        _compare(cast, world)
        transaction.set_rollback(True)


def _compare(cast: Cast, world: World) -> None:
    teams = [Team.objects.create(workspace=cast.workspace, name=f"T{each}") for each in range(TEAMS)]
    members = []
    for place, (permissions, reach, own) in enumerate(world.members):
        role = create_role(
            cast.workspace,
            f"R{place}",
            permissions=permissions,
            reach=reach,  # type: ignore[arg-type]
            by=cast.actor(),
        )
        user = User.objects.create(email=f"m{place}@lotus.example")
        member = Member.objects.create(workspace=cast.workspace, user=user, role=role)
        member.teams.set([teams[each] for each in own])
        members.append(member)
    threads: list[Conversation] = []
    for phone, (member_place, team_place) in zip((ALICE, BORIS), world.threads, strict=True):
        thread = cast.hears(phone, "hello", inbox=cast.second_inbox)
        thread.assignee = None if member_place is None else members[member_place]
        thread.team = None if team_place is None else teams[team_place]
        thread.save()
        threads.append(thread)
    cast.second_inbox.teams.set(teams[:1])
    for owner, team, linked in world.cases:
        open_case(
            NewCase(
                title="a",
                owner=None if owner is None else members[owner],
                team=None if team is None else teams[team],
                conversations=[threads[each] for each in linked],
            ),
            by=cast.actor(),
        )
    staffing = read_staffing(cast.workspace.id)
    cases = {case.id: facts_of(case) for case in Case.objects.filter(workspace=cast.workspace)}
    for member in [*members, cast.stranger.owner]:
        actor = actor_of_member(member)
        seen = set(cases_visible_to(actor).values_list("id", flat=True))
        assert seen == {case_id for case_id, facts in cases.items() if can_see_case(actor, facts, staffing)}
