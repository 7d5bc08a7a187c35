"""Who sees what, whatever roles there are: query, predicate, list and contacts always agree; strangers see nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.contacts.models import Contact
from regulars.conversations.access import (
    ConversationFacts,
    can_see,
    contacts_visible_to,
    read_staffing,
    visible_to,
)
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, list_conversations
from regulars.inboxes.models import Inbox
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.models import Member, Role, Team, User
from regulars.workspaces.permissions import BUILT_IN, REACHES, Rights
from regulars.workspaces.roles import create_role
from tests.cast import Cast

pytestmark = pytest.mark.django_db

TEAMS, INBOXES, MEMBERS, THREADS = 3, 3, 5, 6


@dataclass(frozen=True, slots=True)
class World:
    """Indexes of a random workspace: who is in which team, who staffs what, whose conversation is whose."""

    roles: list[str | Rights]
    """built-in ones by their key, others by what they allow"""
    member_teams: list[set[int]]
    inbox_teams: list[set[int]]
    threads: list[tuple[int, int | None, int | None]]
    owners: list[int | None]
    """of the threads' contacts"""


_some_teams = st.sets(st.integers(0, TEAMS - 1), max_size=2)
_READING = ["conversations:read", "contacts:read"]
_rights = st.builds(
    Rights,
    st.sets(st.sampled_from([*_READING, "messages:send"])).map(frozenset) | st.just(frozenset(_READING)),
    st.dictionaries(st.sampled_from(["conversations", "contacts", "files"]), st.sampled_from(REACHES)),
)
_worlds = st.builds(
    World,
    st.lists(st.sampled_from([*BUILT_IN]) | _rights, min_size=MEMBERS, max_size=MEMBERS),
    st.lists(_some_teams, min_size=MEMBERS, max_size=MEMBERS),
    st.lists(_some_teams, min_size=INBOXES, max_size=INBOXES),
    st.lists(
        st.tuples(
            st.integers(0, INBOXES - 1),
            st.none() | st.integers(0, MEMBERS - 1),
            st.none() | st.integers(0, TEAMS - 1),
        ),
        min_size=THREADS,
        max_size=THREADS,
    ),
    st.lists(st.none() | st.integers(0, MEMBERS - 1), min_size=THREADS, max_size=THREADS),
)


def _role(cast: Cast, number: int, wanted: str | Rights) -> Role:
    if isinstance(wanted, str):
        return Role.objects.get(workspace=cast.workspace, key=wanted)
    return create_role(
        cast.workspace, f"R{number}", permissions=wanted.permissions, reach=wanted.reach, by=cast.actor()
    )


def _build(cast: Cast, world: World) -> list[Member]:
    workspace = cast.workspace
    teams = [Team.objects.create(workspace=workspace, name=f"T{number}") for number in range(TEAMS)]
    inboxes = [
        Inbox.objects.create(
            workspace=workspace, connection=cast.connection, name=f"I{number}", address=f"9{number}"
        )
        for number in range(INBOXES)
    ]
    for inbox, own in zip(inboxes, world.inbox_teams, strict=True):
        inbox.teams.set([teams[number] for number in own])
    members = []
    for number, (wanted, own) in enumerate(zip(world.roles, world.member_teams, strict=True)):
        user = User.objects.create(email=f"m{number}@lotus.example")
        role = _role(cast, number, wanted)
        member = Member.objects.create(workspace=workspace, user=user, role=role)
        member.teams.set([teams[each] for each in own])
        members.append(member)
    for (inbox_number, assignee, team), owner in zip(world.threads, world.owners, strict=True):
        Conversation.objects.create(
            workspace=workspace,
            inbox=inboxes[inbox_number],
            contact=Contact.objects.create(
                workspace=workspace, owner=None if owner is None else members[owner]
            ),
            assignee=None if assignee is None else members[assignee],
            team=None if team is None else teams[team],
        )
    return members


def _actors(cast: Cast, members: list[Member]) -> list[Actor]:
    made = Role.objects.filter(workspace=cast.workspace, key=None)
    tokens = [cast.token_actor(role) for role in ("admin", "lead", "agent", *(each.handle for each in made))]
    blind = cast.token_actor("agent", scopes=["contacts:read"])
    strangers = [cast.stranger.actor(cast.stranger.owner), cast.stranger.token_actor("admin")]
    return [*map(actor_of_member, members), *tokens, blind, *strangers]


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(_worlds)
def test_the_query_and_the_predicate_agree(cast, world):
    with transaction.atomic():
        members = _build(cast, world)
        staffing = read_staffing(cast.workspace.id)
        everything = list(Conversation.objects.all())
        for actor in _actors(cast, members):
            seen = list(visible_to(actor))
            assert len(seen) == len(set(seen))
            foreseen = [
                each
                for each in everything
                if can_see(
                    actor,
                    ConversationFacts(each.workspace_id, each.inbox_id, each.assignee_id, each.team_id),
                    staffing,
                )
            ]
            assert set(seen) == set(foreseen)
            if actor.workspace_id != cast.workspace.id:
                assert seen == []
            if actor.can("conversations:read"):
                assert set(list_conversations(actor, ConversationFilter(), limit=50).items) == set(seen)
            _check_contacts(actor, seen)
        transaction.set_rollback(True)


def _check_contacts(actor: Actor, seen: list[Conversation]) -> None:
    """Through a visible conversation, or through their owner."""
    everybody = Contact.objects.filter(workspace_id=actor.workspace_id)
    mates = set(Member.objects.filter(teams__in=actor.team_ids).values_list("id", flat=True))
    owners = {"own": {actor.member_id}, "teams": {actor.member_id} | mates}.get(actor.far("contacts"))
    met = {each.contact_id for each in seen}
    foreseen = {
        each.id
        for each in everybody
        if actor.can("contacts:read")
        and (each.id in met or owners is None or (each.owner_id and each.owner_id in owners))
    }
    assert {each.id for each in contacts_visible_to(actor)} == foreseen
