"""Removing a team: nobody who works loses sight of anything, and nothing opens that nobody meant to open."""

from __future__ import annotations

import itertools
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.conversations.access import visible_to
from regulars.conversations.models import Activity, Conversation
from regulars.conversations.operations.handling import (
    assign_conversation,
    hand_to_team,
    resolve_conversation,
)
from regulars.conversations.operations.teams import numbers_left_alone, remove_team
from regulars.conversations.queries.teams import team_lines
from regulars.inboxes.models import Inbox
from regulars.inboxes.operations import change_inbox
from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.kernel.models import Event
from regulars.workspaces.models import AuditEntry, Team
from regulars.workspaces.operations import set_member_active
from regulars.workspaces.teams import create_team, set_teams
from tests.cast import ALICE, BORIS, CHAI, Cast


@pytest.fixture
def night(cast: Cast) -> Team:
    team = create_team(cast.workspace, "Night", by=cast.actor())
    set_teams(cast.mate, [team], by=cast.actor())
    return team


def handed(cast: Cast, phone: str = ALICE, *, inbox: Inbox | None = None) -> Conversation:
    conversation = cast.hears(phone, "hello", inbox=inbox)
    hand_to_team(conversation, team=cast.team, by=cast.actor())
    return conversation


def staff(cast: Cast, *teams: Team, inbox: Inbox | None = None) -> None:
    change_inbox(inbox or cast.inbox, by=cast.actor(), teams=teams)


def staffing(inbox: Inbox) -> set[str]:
    return set(inbox.teams.values_list("name", flat=True))


def seen_by_somebody(cast: Cast) -> set[UUID]:
    """What leads and agents see: whoever sees everything by their role is not counted."""
    people = (cast.lead, cast.agent, cast.mate)
    return {each for person in people for each in visible_to(cast.actor(person)).values_list("id", flat=True)}


def kinds(conversation: Conversation) -> list[str]:
    rows = Activity.objects.filter(conversation=conversation).order_by("at", "id")
    return list(rows.values_list("kind", flat=True))


def happened(kind: str) -> int:
    return Event.objects.filter(kind=kind).count()


def test_conversations_and_numbers_go_to_the_successor(cast: Cast, night: Team):
    staff(cast, cast.team)
    conversation = handed(cast)
    Event.objects.all().delete()
    remove_team(cast.team, to=night, by=cast.actor(cast.admin))
    conversation.refresh_from_db()
    assert (conversation.team, staffing(cast.inbox)) == (night, {"Night"})
    assert kinds(conversation) == ["team_set", "team_succeeded"]
    assert visible_to(cast.actor(cast.mate)).filter(id=conversation.id).exists()
    told = Event.objects.get(kind="ConversationLostTeam").body
    assert (told["from_team_id"], told["to_team_id"]) == (str(cast.team.id), str(night.id))
    assert (happened("MemberTeamsChanged"), happened("TeamRemoved"), happened("InboxStaffed")) == (2, 1, 1)


def test_without_a_successor_conversations_belong_to_no_team(cast: Cast):
    conversation = handed(cast)
    remove_team(cast.team, by=cast.actor(cast.admin))
    conversation.refresh_from_db()
    assert (conversation.team, kinds(conversation)) == (None, ["team_set", "team_removed"])
    assert not Team.objects.filter(id=cast.team.id).exists()


def test_a_number_is_not_opened_to_everybody_by_accident(cast: Cast):
    staff(cast, cast.team)
    conversation = handed(cast)
    by = cast.actor(cast.admin)
    with pytest.raises(Conflict, match="Shop"):
        remove_team(cast.team, by=by)
    with pytest.raises(Conflict, match="Shop"):
        remove_team(cast.team, opens=[cast.second_inbox.id], by=by)
    assert Team.objects.filter(id=cast.team.id).exists()
    assert not visible_to(cast.actor(cast.mate)).filter(id=conversation.id).exists()
    remove_team(cast.team, opens=[cast.inbox.id], by=by)
    assert (staffing(cast.inbox), seen_by_somebody(cast)) == (set(), {conversation.id})


def test_a_number_whose_other_team_is_empty_is_left_alone(cast: Cast):
    empty = create_team(cast.workspace, "Empty", by=cast.actor())
    staff(cast, cast.team, empty)
    conversation = handed(cast)
    assert numbers_left_alone(cast.team) == [cast.inbox]
    with pytest.raises(Conflict):
        remove_team(cast.team, by=cast.actor())
    remove_team(cast.team, opens=[cast.inbox.id], by=cast.actor())
    assert (staffing(cast.inbox), seen_by_somebody(cast)) == (set(), {conversation.id})


def test_nothing_goes_to_a_team_with_nobody_in_it(cast: Cast, night: Team):
    set_member_active(cast.mate, False, by=cast.actor(cast.owner))
    with pytest.raises(Conflict, match="Night"):
        remove_team(cast.team, to=night, by=cast.actor())
    assert Team.objects.filter(id=cast.team.id).exists()


def test_the_successor_is_another_team_of_the_house(cast: Cast):
    theirs = create_team(cast.stranger.workspace, "Care", by=cast.stranger.actor())
    for wrong in (theirs, cast.team):
        with pytest.raises(Invalid):
            remove_team(cast.team, to=wrong, by=cast.actor())
    assert Team.objects.filter(name="Care").count() == 2


@pytest.mark.parametrize("role", ["lead", "agent"])
def test_only_who_manages_teams_removes_one(cast: Cast, role: str):
    with pytest.raises(NotAllowed):
        remove_team(cast.team, by=cast.actor(cast.members[role]))


def test_removing_twice_changes_nothing(cast: Cast):
    by = cast.actor(cast.admin)
    remove_team(cast.team, by=by)
    before = Event.objects.count()
    remove_team(Team(id=cast.team.id, workspace=cast.workspace, name="Care"), by=by)
    assert (Event.objects.count(), AuditEntry.objects.filter(verb="teams:remove").count()) == (before, 1)


def test_the_audit_trail_says_what_went_where(cast: Cast, night: Team):
    staff(cast, cast.team)
    handed(cast)
    team_id = cast.team.id
    remove_team(cast.team, to=night, by=cast.actor(cast.admin))
    entry = AuditEntry.objects.get(verb="teams:remove")
    assert (entry.actor_id, entry.object_id) == (cast.admin.id, str(team_id))
    assert entry.details == {
        "name": "Care",
        "members": 2,
        "to": str(night.id),
        "inboxes": [str(cast.inbox.id)],
        "conversations": 1,
    }


def test_resolved_conversations_go_along_without_a_word(cast: Cast, night: Team):
    conversation = handed(cast)
    resolve_conversation(Conversation.objects.get(id=conversation.id), by=cast.actor())
    Event.objects.all().delete()
    remove_team(cast.team, to=night, by=cast.actor())
    conversation.refresh_from_db()
    assert (conversation.team, happened("ConversationLostTeam")) == (night, 0)


@pytest.mark.parametrize(
    ("first", "second", "has_successor"),
    list(itertools.product(("", "Care", "Night", "Care Night"), ("", "Care", "Night"), (True, False))),
)
def test_nobody_who_works_loses_sight_of_anything(
    cast: Cast, night: Team, first: str, second: str, has_successor: bool
):
    """Whoever staffs the two numbers, and whatever becomes of the conversations."""
    by_name = {"Care": cast.team, "Night": night}
    staff(cast, *(by_name[name] for name in first.split()))
    staff(cast, *(by_name[name] for name in second.split()), inbox=cast.second_inbox)
    handed(cast)
    handed(cast, inbox=cast.second_inbox)
    cast.hears(BORIS, "free")
    assign_conversation(handed(cast, CHAI), to=cast.agent, by=cast.actor())
    before = seen_by_somebody(cast)
    alone = [number.id for number in numbers_left_alone(cast.team)]
    remove_team(cast.team, to=night if has_successor else None, opens=alone, by=cast.actor())
    assert before <= seen_by_somebody(cast)


def test_lines_count_people_numbers_and_open_conversations(cast: Cast, night: Team):
    staff(cast, cast.team)
    staff(cast, cast.team, night, inbox=cast.second_inbox)
    handed(cast)
    resolve_conversation(Conversation.objects.get(id=handed(cast, BORIS).id), by=cast.actor())
    set_member_active(cast.agent, False, by=cast.actor(cast.owner))
    care, nights = team_lines(cast.actor(cast.lead))
    assert ([each.id for each in care.members], care.conversation_count) == ([cast.lead.id], 1)
    assert [[each.name for each in row] for row in (care.numbers, care.alone)] == [
        ["Shop", "Support"],
        ["Shop"],
    ]
    assert ([each.id for each in nights.members], nights.alone) == ([cast.mate.id], [])
    with pytest.raises(NotAllowed):
        team_lines(cast.actor(cast.agent))


def test_three_teams_ask_as_much_as_one(cast: Cast):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            team_lines(cast.actor(cast.lead))
        return len(captured)

    before = queries()
    for name in ("One", "Two", "Three"):
        staff(cast, cast.team, create_team(cast.workspace, name, by=cast.actor()))
    assert queries() == before
