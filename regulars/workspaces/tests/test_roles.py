"""Roles as rows: who may make, change and give which, and that somebody always may manage the workspace."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.models import Event
from regulars.workspaces.access import Actor, actor_of_member, actor_of_token
from regulars.workspaces.models import ApiToken, AuditEntry, Invitation, Member, Role
from regulars.workspaces.operations import (
    change_role,
    create_api_token,
    find_open_invitation,
    invite_member,
)
from regulars.workspaces.permissions import (
    ALL_PERMISSIONS,
    BUILT_IN,
    EVERYTHING,
    REACHES,
    THINGS,
    Rights,
    reaching,
)
from regulars.workspaces.queries import find_role, roles_of
from regulars.workspaces.roles import create_role, edit_role, remove_role
from regulars.workspaces.tokens import find_token
from tests.cast import Cast, make_cast

DESK = frozenset({"conversations:read", "messages:send", "contacts:read"})


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def make(cast: Cast, name: str = "Desk", rights: Rights | None = None, by: Actor | None = None) -> Role:
    given = rights or Rights(DESK, reaching("own"))
    return create_role(
        cast.workspace, name, permissions=given.permissions, reach=given.reach, by=by or cast.actor()
    )


def fresh(member: Member) -> Actor:
    return actor_of_member(Member.objects.get(id=member.id))


# --- rows --------------------------------------------------------------------------------------------


def test_a_workspace_begins_with_the_built_in_roles(cast: Cast):
    roles = list(roles_of(cast.workspace.id))
    assert [(each.key, each.rights) for each in roles] == list(BUILT_IN.items())
    assert [each.holders for each in roles] == [1, 1, 1, 2]  # type: ignore[attr-defined]


def test_a_role_is_found_by_key_id_and_name(cast: Cast):
    desk = make(cast, "Night desk")
    wanted = [find_role(cast.workspace.id, each) for each in (str(desk.id), " night DESK ", "lead", "Agent")]
    assert [each and each.name for each in wanted] == ["Night desk", "Night desk", "Team lead", "Agent"]
    assert find_role(cast.stranger.workspace.id, str(desk.id)) is None


def test_what_is_new_is_off_for_roles_that_people_made(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    desk = make(cast, rights=Rights(frozenset(ALL_PERMISSIONS - {"workspace:manage"}), reaching("all")))
    monkeypatch.setattr("regulars.workspaces.models.ALL_PERMISSIONS", ALL_PERMISSIONS | {"moon:fly"})
    grown = {**BUILT_IN, "admin": Rights(BUILT_IN["admin"].permissions | {"moon:fly"}, reaching("all"))}
    monkeypatch.setattr("regulars.workspaces.models.BUILT_IN", grown)
    assert "moon:fly" in fresh(cast.admin).permissions
    assert "moon:fly" not in Role.objects.get(id=desk.id).rights.permissions


def test_what_a_role_still_names_but_nobody_knows_any_more_is_nothing(cast: Cast):
    desk = make(cast)
    desk.chosen_permissions += ["moon:fly"]
    desk.chosen_reach = {"conversations": "galaxy", "planets": "all"}
    assert desk.rights == Rights(DESK, {})


# --- made, changed, removed ---------------------------------------------------------------------------


def test_a_role_is_made_told_and_noted(cast: Cast):
    desk = make(cast, " Night \n desk ", Rights(DESK, {"contacts": "teams"}), by=cast.actor(cast.admin))
    assert desk.rights == Rights(DESK, {**reaching("own"), "contacts": "teams"})
    assert Event.objects.get(kind="RoleCreated").body["name"] == "Night desk"
    entry = AuditEntry.objects.get(verb="roles:create")
    assert (entry.details["permissions"], entry.details["reach"]["contacts"]) == (sorted(DESK), "teams")


@pytest.mark.parametrize(
    ("name", "permissions", "reach", "error", "field"),
    [
        ("", DESK, {}, Invalid, "name"),
        ("x" * 81, DESK, {}, Invalid, "name"),
        ("agent", DESK, {}, Conflict, "name"),
        ("LEAD", DESK, {}, Conflict, "name"),
        ("team lead", DESK, {}, Conflict, "name"),
        ("Desk", {"moon:fly"}, {}, Invalid, "permissions"),
        ("Desk", DESK, {"moons": "all"}, Invalid, "reach"),
        ("Desk", DESK, {"contacts": "far"}, Invalid, "reach"),
    ],
)
def test_a_role_that_cannot_be_is_named(cast: Cast, name, permissions, reach, error, field):
    with pytest.raises(error) as caught:
        create_role(cast.workspace, name, permissions=permissions, reach=reach, by=cast.actor())
    assert list(caught.value.facts["fields"]) == [field]
    assert Role.objects.filter(workspace=cast.workspace, key=None).count() == 0


def test_a_change_counts_at_once_and_is_told(cast: Cast):
    desk = make(cast)
    change_role(cast.agent, desk.handle, by=cast.actor(cast.admin))
    edit_role(
        desk, by=cast.actor(cast.admin), permissions=DESK - {"messages:send"} | {"notes:write"},
        reach={"conversations": "all"},
    )  # fmt: skip
    actor = fresh(cast.agent)
    assert (actor.can("notes:write"), actor.can("messages:send"), actor.sees_all) == (True, False, True)
    told = Event.objects.get(kind="RoleChanged").body
    assert (told["given"], told["taken"]) == (["notes:write"], ["messages:send"])
    assert (told["from_reach"], told["to_reach"]) == (["conversations:own"], ["conversations:all"])
    edit_role(desk, by=cast.actor(cast.admin), name="Desk")
    assert Event.objects.filter(kind="RoleChanged").count() == 1
    edit_role(desk, by=cast.actor(cast.admin), name="DESK")
    assert AuditEntry.objects.filter(verb="roles:change").latest("id").details["before"] == "Desk"


def test_built_in_roles_stay_as_they_are(cast: Cast):
    agent, lead = (Role.objects.get(workspace=cast.workspace, key=key) for key in ("agent", "lead"))
    by = cast.actor(cast.owner)
    acts: list[Callable[[], object]] = [
        lambda: edit_role(agent, by=by, name="Serf"),
        lambda: remove_role(agent, to=lead, by=by),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()


def test_a_removed_roles_people_and_keys_go_to_another(cast: Cast):
    desk, by = make(cast), cast.actor(cast.owner)
    lead = Role.objects.get(workspace=cast.workspace, key="lead")
    change_role(cast.agent, desk.handle, by=by)
    _token, plain = create_api_token(cast.workspace, "shop", desk.handle, by=cast.owner)
    _row, secret = invite_member(cast.workspace, "n@lotus.example", desk.handle, by=by, inviter=cast.owner)
    with pytest.raises(Invalid):
        remove_role(desk, to=None, by=by)
    agent = Role.objects.get(workspace=cast.workspace, key="agent")
    remove_role(desk, to=agent, by=by)
    assert Member.objects.get(id=cast.agent.id).role == agent
    invitation = find_open_invitation(secret)
    assert invitation is not None
    assert invitation.role == agent
    token = find_token(plain)
    assert token is not None
    assert (token.role, actor_of_token(token).permissions) == (agent, DESK)
    moved = Event.objects.filter(kind="MemberRoleChanged").latest("id").body
    assert (moved["member_id"], moved["to_role"]) == (str(cast.agent.id), "agent")
    assert AuditEntry.objects.get(verb="roles:remove").details["members"] == 1
    with pytest.raises(NotFound):
        edit_role(desk, by=by, name="Gone")
    unused = make(cast, "Unused")
    remove_role(unused, to=None, by=by)
    with pytest.raises(Invalid):
        remove_role(
            make(cast, "Other"), to=Role.objects.get(workspace=cast.stranger.workspace, key="lead"), by=by
        )
    assert lead.rights == BUILT_IN["lead"]


def test_a_token_reaches_no_further_by_a_removal(cast: Cast):
    desk = make(cast)
    _token, plain = create_api_token(cast.workspace, "shop", desk.handle)
    remove_role(desk, to=Role.objects.get(workspace=cast.workspace, key="lead"), by=cast.actor(cast.owner))
    assert find_token(plain) is None


def test_whoever_loses_by_a_change_loses_the_keys_beyond_it(cast: Cast):
    chief = make(cast, "Chief", BUILT_IN["admin"])
    change_role(cast.admin, chief.handle, by=cast.actor(cast.owner))
    maker = Member.objects.get(id=cast.admin.id)
    create_api_token(cast.workspace, "wide", "admin", by=maker)
    create_api_token(cast.workspace, "narrow", "agent", by=maker)
    invite_member(cast.workspace, "n@lotus.example", "admin", by=fresh(maker), inviter=maker)
    edit_role(chief, by=cast.actor(cast.owner), permissions=chief.rights.permissions - {"audit:read"})
    assert [each.name for each in ApiToken.objects.filter(revoked_at=None)] == ["narrow"]
    assert Invitation.objects.count() == 0
    edit_role(chief, by=cast.actor(cast.owner), permissions=chief.rights.permissions - {"tokens:manage"})
    assert ApiToken.objects.filter(revoked_at=None).count() == 0


def test_a_key_stands_when_a_role_grows_and_does_no_more_than_its_maker(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    chief, desk = make(cast, "Chief", BUILT_IN["admin"]), make(cast)
    change_role(cast.admin, chief.handle, by=cast.actor(cast.owner))
    maker = Member.objects.get(id=cast.admin.id)
    plain = {
        role: create_api_token(cast.workspace, role, role, by=maker)[1] for role in ("agent", desk.handle)
    }
    edit_role(desk, by=cast.actor(cast.owner), permissions=DESK | {"workspace:manage"})
    grown = {**BUILT_IN, "agent": Rights(BUILT_IN["agent"].permissions | {"moon:fly"}, reaching("all"))}
    monkeypatch.setattr("regulars.workspaces.models.BUILT_IN", grown)
    token, other = find_token(plain["agent"]), find_token(plain[desk.handle])
    assert token is not None
    assert other is not None
    assert actor_of_token(token).permissions == BUILT_IN["agent"].permissions
    assert actor_of_token(other).permissions == DESK


# --- who may give what --------------------------------------------------------------------------------


def test_only_who_may_make_roles_makes_them(cast: Cast):
    desk = make(cast)
    for act in (
        lambda by: make(cast, "Mine", by=by),
        lambda by: edit_role(desk, by=by, name="Mine"),
        lambda by: remove_role(desk, to=None, by=by),
    ):
        for by in (cast.actor(cast.lead), cast.token_actor("owner", scopes=["members:manage"])):
            with pytest.raises(NotAllowed):
                act(by)


@pytest.mark.parametrize(
    "act",
    [
        lambda cast, desk, by: make(cast, "More", Rights(DESK | {"workspace:manage"}, {}), by=by),
        lambda cast, desk, by: edit_role(desk, by=by, permissions=DESK | {"workspace:manage"}),
        lambda cast, desk, by: edit_role(desk, by=by, permissions=frozenset()),
    ],
)
def test_nobody_makes_or_touches_more_than_they_have(cast: Cast, act: Callable[..., object]):
    beyond = make(cast, "Beyond", Rights(frozenset({"workspace:manage"}), {}))
    with pytest.raises(NotAllowed):
        act(cast, beyond, cast.actor(cast.admin))


def test_nobody_gives_a_longer_reach_than_their_own(cast: Cast):
    near = make(cast, "Near", Rights(BUILT_IN["admin"].permissions, reaching("teams")))
    change_role(cast.admin, near.handle, by=cast.actor(cast.owner))
    by = fresh(cast.admin)
    for thing in THINGS:
        with pytest.raises(NotAllowed):
            make(cast, "Far", Rights(DESK, {thing: "all"}), by=by)
    with pytest.raises(NotAllowed):
        change_role(cast.agent, "admin", by=by)
    with pytest.raises(NotAllowed):
        create_api_token(cast.workspace, "far", "admin", by=Member.objects.get(id=cast.admin.id))
    change_role(cast.agent, "lead", by=by)


def test_a_narrow_token_gives_no_role_more_than_it_may(cast: Cast):
    narrow = cast.token_actor("owner", scopes=["roles:manage", "members:read", "conversations:read"])
    made = make(cast, "Reader", Rights(frozenset({"conversations:read"}), {}), by=narrow)
    for permissions in (DESK, {"conversations:read", "notes:write"}):
        with pytest.raises(NotAllowed):
            edit_role(made, by=narrow, permissions=permissions)
    with pytest.raises(NotAllowed):
        make(cast, "Writer", Rights(DESK, {}), by=narrow)


_rights = st.builds(
    Rights,
    st.sets(st.sampled_from(sorted(ALL_PERMISSIONS))).map(frozenset),
    st.dictionaries(st.sampled_from(THINGS), st.sampled_from(REACHES)),
)
_managing = _rights.map(
    lambda each: Rights(each.permissions | {"roles:manage", "members:manage", "tokens:manage"}, each.reach)
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    _managing, st.lists(_rights, min_size=3, max_size=3), st.sets(st.sampled_from(sorted(ALL_PERMISSIONS)))
)
def test_whoever_manages_brings_nobody_beyond_themselves(cast, own, wanted, scopes):
    """Whatever roles there are: with what they make, change and give, nobody comes to more than they have."""
    with transaction.atomic():
        theirs = make(cast, "Theirs", own)
        change_role(cast.admin, theirs.handle, by=cast.actor())
        there = make(cast, "There", wanted[0])
        by, maker = fresh(cast.admin), Member.objects.get(id=cast.admin.id)
        mate_before = fresh(cast.mate).rights
        for act in (
            lambda: make(cast, "New", wanted[1], by=by),
            lambda: edit_role(there, by=by, permissions=wanted[2].permissions, reach=wanted[2].reach),
            lambda: change_role(Member.objects.get(id=cast.mate.id), there.handle, by=by),
            lambda: create_api_token(cast.workspace, "t", there.handle, scopes=sorted(scopes), by=maker),
        ):
            try:
                with transaction.atomic():
                    act()
            except NotAllowed:
                pass
        for role in Role.objects.filter(workspace=cast.workspace, name__in=["New", "There"]):
            untouched = role.name == "There" and role.rights.permissions == wanted[0].permissions
            assert untouched or own.cover(role.rights)
        assert own.cover(fresh(cast.mate).rights) or fresh(cast.mate).rights == mate_before
        assert all(own.cover(token.rights) for token in ApiToken.objects.all())
        transaction.set_rollback(True)


# --- somebody always may manage the workspace ---------------------------------------------------------


def test_the_last_who_may_manage_the_workspace_stays(cast: Cast):
    boss, by = make(cast, "Boss", EVERYTHING), cast.actor()
    change_role(cast.owner, boss.handle, by=by)
    agent = Role.objects.get(workspace=cast.workspace, key="agent")
    acts: list[Callable[[], object]] = [
        lambda: change_role(Member.objects.get(id=cast.owner.id), "admin", by=by),
        lambda: edit_role(boss, by=by, permissions=DESK),
        lambda: remove_role(boss, to=agent, by=by),
    ]
    for act in acts:
        with pytest.raises(Conflict):
            act()
    change_role(cast.admin, "owner", by=by)
    edit_role(boss, by=by, permissions=DESK)
    assert not fresh(cast.owner).can("workspace:manage")


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_leave_somebody_who_may_manage():
    cast = make_cast()
    boss = make(cast, "Boss", EVERYTHING)
    change_role(cast.admin, boss.handle, by=cast.actor())

    def act(number: int) -> str:
        try:
            if number:
                edit_role(Role.objects.get(id=boss.id), by=cast.actor(), permissions=DESK)
            else:
                change_role(Member.objects.get(id=cast.owner.id), "agent", by=cast.actor())
            return "done"
        except Conflict:
            return "kept"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(act, range(2))) == ["done", "kept"]
