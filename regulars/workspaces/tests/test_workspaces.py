"""People and their rights: who may do what, who may give what, and that a workspace never loses its owners."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.models import Event
from regulars.workspaces.access import actor_of_member, actor_of_token, system_actor
from regulars.workspaces.events import MEMBER_EVENTS
from regulars.workspaces.models import AuditEntry, Invitation, Member, Role, Team, User, Workspace
from regulars.workspaces.operations import (
    INVITATION_LIFETIME,
    accept_invitation,
    add_member,
    change_role,
    create_api_token,
    create_owner,
    invite_member,
    revoke_api_token,
    set_member_active,
)
from regulars.workspaces.permissions import (
    ALL_PERMISSIONS,
    BUILT_IN,
    BUILT_IN_NAMES,
    EVERYTHING,
    permissions_of,
)
from regulars.workspaces.teams import create_team, rename_team, set_teams
from tests.cast import PASSWORD, Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def _changed() -> list[str]:
    about_members = [each.__name__ for each in MEMBER_EVENTS]
    rows = Event.objects.filter(kind__in=about_members).order_by("id")
    return [row.body["member_id"] for row in rows]


# --- the table --------------------------------------------------------------------------------------


def test_each_role_may_do_what_the_one_below_may_and_more():
    by_rank = [permissions_of(role) for role in reversed(list(BUILT_IN))]
    assert all(lower < higher for lower, higher in pairwise(by_rank))
    assert permissions_of("owner") == ALL_PERMISSIONS
    assert permissions_of("janitor") == frozenset()
    assert (list(BUILT_IN_NAMES), BUILT_IN["owner"]) == (list(BUILT_IN), EVERYTHING)


def test_only_admins_and_owners_hand_out_roles_and_none_above_their_own(cast):
    granted = {
        (granter, role) for granter in BUILT_IN for role in BUILT_IN if _is_given(cast.members[granter], role)
    }
    assert granted == {("owner", role) for role in BUILT_IN} | {
        ("admin", r) for r in ("admin", "lead", "agent")
    }


def _is_given(granter: Member, role: str) -> bool:
    try:
        change_role(Member.objects.get(user__email="mate@lotus.example"), role, by=actor_of_member(granter))
    except NotAllowed:
        return False
    finally:
        put_back = Role.objects.get(workspace=granter.workspace, key="agent")
        Member.objects.filter(user__email="mate@lotus.example").update(role=put_back)
    return True


def test_every_permission_is_subject_and_verb():
    assert [each for each in ALL_PERMISSIONS if len(each.split(":")) != 2] == []


# --- actors -----------------------------------------------------------------------------------------


def test_an_actor_is_its_member(cast):
    actor = actor_of_member(cast.agent)
    assert (actor.kind, actor.member_id, actor.role) == ("member", cast.agent.id, "agent")
    assert (actor.team_ids, actor.sees_all) == (frozenset({cast.team.id}), False)
    with pytest.raises(NotAllowed) as caught:
        actor.require("members:manage")
    assert caught.value.facts == {"permission": "members:manage"}


def test_a_member_who_is_out_may_do_nothing(cast):
    cast.agent.is_active = False
    assert actor_of_member(cast.agent).permissions == frozenset()


def test_a_token_is_narrowed_by_its_scopes_and_never_widened(cast):
    actor = cast.token_actor("agent", scopes=["contacts:read", "members:manage"])
    assert (actor.permissions, actor.member_id) == (frozenset({"contacts:read"}), None)
    assert cast.token_actor("admin").permissions == permissions_of("admin")


def test_the_house_itself_may_do_everything():
    actor = system_actor(uuid4(), "seed")
    assert (actor.permissions, actor.sees_all, actor.member_id) == (ALL_PERMISSIONS, True, None)


# --- owners and members -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_workspace_begins_with_an_owner():
    member = create_owner(" Tea House ", "Owner@Tea.example", PASSWORD, name="Olga", time_zone="Asia/Seoul")
    assert (member.role.key, member.user.email, member.workspace.name) == (
        "owner",
        "owner@tea.example",
        "Tea House",
    )
    assert (member.workspace.slug, member.workspace.time_zone) == ("tea-house", "Asia/Seoul")
    assert _changed() == [str(member.id)]
    second = create_owner("Tea House", "other@tea.example", PASSWORD)
    assert second.workspace.slug == "tea-house-2"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "email", "password", "field"),
    [
        ("Tea", "not an address", PASSWORD, "email"),
        ("Tea", "a@tea.example", "short", "password"),
        ("Tea", "a@tea.example", "password123", "password"),
        ("  ", "a@tea.example", PASSWORD, "workspace_name"),
    ],
)
def test_a_wrong_beginning_names_the_field_and_leaves_nothing(name, email, password, field):
    with pytest.raises(Invalid) as caught:
        create_owner(name, email, password)
    assert caught.value.facts["fields"].keys() == {field}  # type: ignore[attr-defined]
    assert (Workspace.objects.count(), User.objects.count()) == (0, 0)


def test_a_role_change_is_written_told_and_audited(cast):
    Event.objects.all().delete()
    change_role(cast.agent, "lead", by=cast.actor(cast.admin))
    cast.agent.refresh_from_db()
    assert (cast.agent.role.key, _changed()) == ("lead", [str(cast.agent.id)])
    assert AuditEntry.objects.get(verb="members:change_role").details == {"before": "agent", "after": "lead"}
    change_role(cast.agent, "lead", by=cast.actor(cast.admin))
    assert len(_changed()) == 1


@pytest.mark.parametrize(
    ("by", "member", "role"),
    [
        ("admin", "agent", "owner"),
        ("admin", "owner", "agent"),
        ("lead", "agent", "lead"),
        ("agent", "agent", "admin"),
    ],
)
def test_nobody_rises_above_whoever_changes_them(cast, by, member, role):
    with pytest.raises(NotAllowed):
        change_role(cast.members[member], role, by=cast.actor(cast.members[by]))
    cast.members[member].refresh_from_db()
    assert cast.members[member].role.key == member


def test_an_unknown_role_is_refused(cast):
    with pytest.raises(Invalid):
        change_role(cast.agent, "janitor", by=cast.actor(cast.owner))


def test_the_last_owner_stays(cast):
    by = cast.actor(cast.owner)
    with pytest.raises(Conflict):
        change_role(cast.owner, "admin", by=by)
    with pytest.raises(Conflict):
        set_member_active(cast.owner, False, by=by)
    change_role(cast.admin, "owner", by=by)
    change_role(cast.owner, "agent", by=by)
    owners = Member.objects.filter(workspace=cast.workspace, role__key="owner")
    assert list(owners) == [cast.admin]


def test_an_owner_who_is_out_does_not_count(cast):
    by = cast.actor(cast.owner)
    change_role(cast.admin, "owner", by=by)
    set_member_active(cast.admin, False, by=by)
    with pytest.raises(Conflict):
        change_role(cast.owner, "admin", by=by)


def test_letting_somebody_out_and_in_is_told_each_time_once(cast):
    Event.objects.all().delete()
    by = cast.actor(cast.owner)
    for is_active in (False, False, True, True):
        set_member_active(cast.agent, is_active, by=by)
    assert _changed() == [str(cast.agent.id)] * 2
    assert [row.verb for row in AuditEntry.objects.filter(verb__startswith="members:").order_by("id")][
        -2:
    ] == [
        "members:deactivate",
        "members:activate",
    ]


def test_an_account_is_made_once(cast):
    with pytest.raises(Invalid):
        add_member(cast.workspace, "new@lotus.example", PASSWORD, name="N", role="janitor")
    assert not User.objects.filter(email="new@lotus.example").exists()


# --- teams ------------------------------------------------------------------------------------------


def test_team_names_differ_in_more_than_case(cast):
    by = cast.actor(cast.admin)
    for name, error in (("care", Conflict), (" Care ", Conflict), ("  ", Invalid), ("x" * 81, Invalid)):
        with pytest.raises(error):
            create_team(cast.workspace, name, by=by)
    with pytest.raises(NotAllowed):
        create_team(cast.workspace, "Night", by=cast.actor(cast.lead))
    assert [team.name for team in Team.objects.filter(workspace=cast.workspace)] == ["Care"]


def test_a_team_is_renamed_once_and_noted(cast):
    by = cast.actor(cast.admin)
    Event.objects.all().delete()
    for _ in range(2):
        rename_team(cast.team, " Night \n desk ", by=by)
    assert Team.objects.get(id=cast.team.id).name == "Night desk"
    told = Event.objects.get(kind="TeamRenamed").body
    assert (told["from_name"], told["to_name"], told["by"]["name"]) == ("Care", "Night desk", by.name)
    assert AuditEntry.objects.get(verb="teams:rename").details == {"before": "Care", "after": "Night desk"}
    rename_team(cast.team, "NIGHT DESK", by=by)
    assert Team.objects.get(id=cast.team.id).name == "NIGHT DESK"


def test_a_name_is_refused_where_another_team_has_it(cast):
    by = cast.actor(cast.admin)
    create_team(cast.workspace, "Night", by=by)
    for name, error in (("night", Conflict), ("", Invalid), ("x" * 81, Invalid)):
        with pytest.raises(error):
            rename_team(cast.team, name, by=by)
    with pytest.raises(NotAllowed):
        rename_team(cast.team, "Day", by=cast.actor(cast.lead))
    gone = Team(id=cast.workspace.id, workspace=cast.workspace, name="Gone")
    with pytest.raises(NotFound):
        rename_team(gone, "Day", by=by)
    assert Team.objects.get(id=cast.team.id).name == "Care"


def test_a_new_team_is_noted(cast):
    team = create_team(cast.workspace, "Night", by=cast.actor(cast.admin))
    entry = AuditEntry.objects.get(verb="teams:create", object_id=str(team.id))
    assert (entry.actor_id, entry.details) == (cast.admin.id, {"name": "Night"})


def test_teams_are_set_exactly_and_told(cast):
    by = cast.actor(cast.admin)
    night = create_team(cast.workspace, "Night", by=by)
    Event.objects.all().delete()
    set_teams(cast.agent, [night], by=by)
    set_teams(cast.agent, [night], by=by)
    assert (list(cast.agent.teams.all()), _changed()) == ([night], [str(cast.agent.id)])


def test_a_team_next_door_is_no_team(cast):
    theirs = create_team(cast.stranger.workspace, "Care", by=cast.stranger.actor())
    with pytest.raises(Invalid):
        set_teams(cast.agent, [theirs], by=cast.actor(cast.owner))
    assert list(cast.agent.teams.all()) == [cast.team]


# --- invitations ------------------------------------------------------------------------------------


def _invite(cast: Cast, email: str = "New@lotus.example", role: str = "agent") -> str:
    _row, secret = invite_member(cast.workspace, email, role, by=cast.actor(cast.admin), inviter=cast.admin)
    return secret


def _accept(secret: str, password: str = PASSWORD) -> Member:
    return accept_invitation(
        secret, name=" Nina ", password=password, language="th", time_zone="Asia/Bangkok"
    )


def test_an_invitation_makes_a_member_once(cast):
    secret = _invite(cast)
    assert Invitation.objects.get().token_fingerprint == fingerprint(secret)
    member = _accept(secret)
    assert (member.role.key, member.user.email, member.user.name) == ("agent", "new@lotus.example", "Nina")
    assert (member.user.language, member.user.check_password(PASSWORD)) == ("th", True)
    with pytest.raises(NotFound):
        _accept(secret)


def test_a_new_invitation_replaces_the_open_one(cast):
    first, second = _invite(cast), _invite(cast, role="lead")
    with pytest.raises(NotFound):
        _accept(first)
    assert _accept(second).role.key == "lead"


def test_an_invitation_expires(cast):
    secret = _invite(cast)
    with clock.frozen_at(clock.now() + INVITATION_LIFETIME), pytest.raises(NotFound):
        _accept(secret)


def test_an_invited_account_is_proven_by_its_password(cast):
    secret = _invite(cast, email=cast.stranger.owner.user.email)
    with pytest.raises(Invalid):
        _accept(secret, "another long password")
    assert _accept(secret).user == cast.stranger.owner.user
    assert Member.objects.filter(user=cast.stranger.owner.user).count() == 2


def test_an_invitation_never_changes_whoever_is_a_member_by_now(cast):
    secret = _invite(cast, role="agent")
    member = add_member(cast.workspace, "new@lotus.example", PASSWORD, name="N", role="owner")
    with pytest.raises(Conflict):
        _accept(secret)
    member.refresh_from_db()
    assert member.role.key == "owner"


@pytest.mark.parametrize(
    ("who", "email", "role", "error"),
    [
        ("lead", "x@lotus.example", "agent", NotAllowed),
        ("admin", "x@lotus.example", "owner", NotAllowed),
        ("admin", "x@lotus.example", "janitor", Invalid),
        ("admin", "nobody", "agent", Invalid),
        ("admin", '"a\x0b\x0bb"@lotus.example', "agent", Invalid),
        ("admin", "Agent@lotus.example", "agent", Conflict),
    ],
)
def test_an_invitation_that_may_not_be(cast, who, email, role, error):
    with pytest.raises(error):
        invite_member(cast.workspace, email, role, by=cast.actor(cast.members[who]), inviter=None)
    assert Invitation.objects.count() == 0


# --- tokens -----------------------------------------------------------------------------------------


def test_a_token_is_kept_as_a_fingerprint_and_revoked_once(cast):
    token, plain = create_api_token(cast.workspace, "  ", "agent", by=cast.admin)
    assert (token.token_fingerprint, token.name, plain.startswith(token.prefix)) == (
        fingerprint(plain),
        "token",
        True,
    )
    assert plain not in str(vars(token))
    for _ in range(2):
        revoke_api_token(token, by=cast.actor(cast.admin))
    token.refresh_from_db()
    assert token.revoked_at is not None
    verbs = AuditEntry.objects.filter(object_kind="token").order_by("id").values_list("verb", flat=True)
    assert list(verbs) == ["tokens:create", "tokens:revoke"]
    assert actor_of_token(token).workspace_id == cast.workspace.id


@pytest.mark.parametrize(("who", "role"), [("admin", "owner"), ("lead", "agent"), ("agent", "agent")])
def test_a_member_makes_no_token_above_themselves(cast, who, role):
    with pytest.raises(NotAllowed):
        create_api_token(cast.workspace, "t", role, by=cast.members[who])


def test_unknown_scopes_and_roles_are_named(cast):
    with pytest.raises(Invalid) as caught:
        create_api_token(cast.workspace, "t", "agent", scopes=["contacts:read", "moon:fly"])
    assert "moon:fly" in str(caught.value)
    with pytest.raises(Invalid):
        create_api_token(cast.workspace, "t", "janitor")
    with pytest.raises(NotAllowed):
        revoke_api_token(create_api_token(cast.workspace, "t", "agent")[0], by=cast.actor(cast.agent))


def test_expired_invitations_do_not_block_a_new_one(cast):
    _invite(cast)
    with clock.frozen_at(clock.now() + INVITATION_LIFETIME + timedelta(days=1)):
        assert _accept(_invite(cast)).role.key == "agent"
