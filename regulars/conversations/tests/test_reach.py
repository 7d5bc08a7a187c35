"""Who sees what, whatever roles there are: query, predicate, lists, counters and contacts always agree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

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
from regulars.conversations.models import Conversation, ConversationTagging
from regulars.conversations.queries.lists import (
    ConversationFilter,
    Order,
    Page,
    count_by_tag,
    count_for,
    count_up_to,
    list_conversations,
)
from regulars.conversations.queries.steady import list_steadily
from regulars.inboxes.models import Inbox
from regulars.tags.models import Tag
from regulars.workspaces.access import Actor, actor_of_member
from regulars.workspaces.models import Member, Role, Team, User
from regulars.workspaces.permissions import BUILT_IN, REACHES, Rights
from regulars.workspaces.roles import create_role
from tests.cast import Cast

pytestmark = pytest.mark.django_db

TEAMS, INBOXES, MEMBERS, THREADS = 3, 3, 5, 6
WATCHED = {"lead token"}
"""of the tokens, whose lists are looked at, too"""


@dataclass(frozen=True, slots=True)
class World:
    """Indexes of a random workspace: who is in which team, who staffs what, whose conversation is whose."""

    roles: list[str | Rights]
    """built-in ones by their key, others by what they allow"""
    member_teams: list[set[int]]
    inbox_teams: list[set[int]]
    threads: list[tuple[int, int | None, int | None]]
    states: list[tuple[str, int | None, bool]]
    """of the threads: status, when something was last said and somebody began to wait, whether it is tagged"""
    owners: list[int | None]
    """of the threads' contacts"""
    asked: list[Asked]


@dataclass(frozen=True, slots=True)
class Asked:
    """A list, by indexes of what it is narrowed to."""

    status: str
    assignee: str | int
    inbox: int | None
    team: int | None
    tag: str
    text: str
    order: Order
    limit: int


_some_teams = st.sets(st.integers(0, TEAMS - 1), max_size=2)
_READING = ["conversations:read", "contacts:read"]
_rights = st.builds(
    Rights,
    st.sets(st.sampled_from([*_READING, "messages:send"])).map(frozenset) | st.just(frozenset(_READING)),
    st.dictionaries(st.sampled_from(["conversations", "contacts", "files"]), st.sampled_from(REACHES)),
)
_asked = st.builds(
    Asked,
    st.sampled_from(["", "open", "resolved"]),
    st.sampled_from(["", "me", "none", "nonsense"]) | st.integers(0, MEMBERS - 1),
    st.none() | st.integers(0, INBOXES - 1),
    st.none() | st.integers(0, TEAMS - 1),
    st.sampled_from(["", "", "vip", "unheard of"]),
    st.sampled_from(["", "", "", "vip", "nobody is called so"]),
    st.sampled_from(["newest", "longest_waiting", "created"]),
    st.integers(2, 4),
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
    st.lists(
        st.tuples(st.sampled_from(["open", "resolved"]), st.none() | st.integers(0, 3), st.booleans()),
        min_size=THREADS,
        max_size=THREADS,
    ),
    st.lists(st.none() | st.integers(0, MEMBERS - 1), min_size=THREADS, max_size=THREADS),
    st.lists(_asked, min_size=1, max_size=2),
)
_BEGAN = datetime(2026, 3, 1, tzinfo=UTC)


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
    tag = Tag.objects.create(workspace=workspace, name="vip", key="vip")
    for (inbox_number, assignee, team), (status, minutes, is_tagged), owner in zip(
        world.threads, world.states, world.owners, strict=True
    ):
        at = None if minutes is None else _BEGAN + timedelta(minutes=minutes)
        made = Conversation.objects.create(
            workspace=workspace,
            status=status,
            last_message_at=at,
            waiting_since=at,
            inbox=inboxes[inbox_number],
            contact=Contact.objects.create(
                workspace=workspace, owner=None if owner is None else members[owner]
            ),
            assignee=None if assignee is None else members[assignee],
            team=None if team is None else teams[team],
        )
        if is_tagged:
            ConversationTagging.objects.create(
                workspace=workspace, conversation=made, tag=tag, by_kind="import"
            )
    return members


def _filter(cast: Cast, members: list[Member], asked: Asked) -> ConversationFilter:
    word = asked.assignee if isinstance(asked.assignee, str) else str(members[asked.assignee].id)
    inboxes = Inbox.objects.filter(workspace=cast.workspace, name__startswith="I").order_by("name")
    teams = Team.objects.filter(workspace=cast.workspace, name__startswith="T").order_by("name")
    return ConversationFilter(
        status=asked.status,
        assignee=word,
        inbox_id=None if asked.inbox is None else inboxes[asked.inbox].id,
        team_id=None if asked.team is None else teams[asked.team].id,
        tag=asked.tag,
        text=asked.text,
    )


def _is_asked_for(each: Conversation, wanted: ConversationFilter, actor: Actor, tagged: set[UUID]) -> bool:
    holder = {"me": actor.member_id, "none": None}.get(wanted.assignee, wanted.assignee)
    is_held = not wanted.assignee or str(each.assignee_id) == str(holder)
    if wanted.assignee == "me" and actor.member_id is None:
        is_held = False
    return (
        is_held
        and wanted.status in ("", each.status)
        and wanted.inbox_id in (None, each.inbox_id)
        and wanted.team_id in (None, each.team_id)
        and (not wanted.tag or (wanted.tag == "vip" and each.id in tagged))
        and (not wanted.text or (wanted.text == "vip" and each.id in tagged))
    )


def _in_order(rows: list[Conversation], order: Order) -> list[Conversation]:
    long_ago, far_off = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    keys: dict[Order, Any] = {
        "newest": lambda each: (each.last_message_at or long_ago, each.id),
        "created": lambda each: each.id,
        "longest_waiting": lambda each: (each.waiting_since or far_off, each.id),
    }
    return sorted(rows, key=keys[order], reverse=order != "longest_waiting")


def _all_pages(read: Any) -> list[Conversation]:
    page: Page = read(None)
    found = page.items
    while page.next_cursor:
        page = read(page.next_cursor)
        assert page.items
        found = found + page.items
    return found


def _check_lists(cast: Cast, actor: Actor, members: list[Member], world: World, seen: list[Conversation]):
    tagged = set(ConversationTagging.objects.values_list("conversation_id", flat=True))
    for asked in world.asked:
        wanted = _filter(cast, members, asked)
        expected = [each for each in seen if _is_asked_for(each, wanted, actor, tagged)]
        listed = _all_pages(
            lambda cursor, wanted=wanted, asked=asked: list_conversations(
                actor, wanted, order=asked.order, limit=asked.limit, cursor=cursor
            )
        )
        assert listed == _in_order(expected, asked.order)
        if asked.order == "newest":
            steady = _all_pages(
                lambda cursor, wanted=wanted, asked=asked: list_steadily(
                    actor, wanted, limit=asked.limit, cursor=cursor
                )
            )
            assert steady == listed
        assert count_up_to(actor, wanted, 4) == min(len(expected), 5)
        under_any = [each for each in seen if _is_asked_for(each, replace(wanted, tag=""), actor, tagged)]
        vip = sum(each.id in tagged for each in under_any)
        assert [count for _tag, count in count_by_tag(actor, wanted)] == ([vip] if vip else [])
    counts = count_for(actor)
    opened = [each for each in seen if each.status == "open"]
    free = [each for each in opened if each.assignee_id is None]
    assert counts.unassigned == len(free)
    assert counts.oldest_unassigned_since == min(
        (each.waiting_since for each in free if each.waiting_since), default=None
    )
    mine = [each for each in opened if actor.member_id and each.assignee_id == actor.member_id]
    assert counts.mine == len(mine)


def _actors(cast: Cast, members: list[Member]) -> list[Actor]:
    made = Role.objects.filter(workspace=cast.workspace, key=None)
    tokens = [cast.token_actor(role) for role in ("admin", "lead", "agent", *(each.handle for each in made))]
    blind = cast.token_actor("agent", scopes=["contacts:read"])
    strangers = [cast.stranger.actor(cast.stranger.owner), cast.stranger.token_actor("admin")]
    return [*map(actor_of_member, members), *tokens, blind, *strangers]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
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
            if actor.kind == "member" or actor.name in WATCHED:
                _check_lists(cast, actor, members, world, seen)
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
