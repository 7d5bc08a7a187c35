"""Whoever leaves or steps down leaves no key behind, and none wakes up when they come back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth import SESSION_KEY
from django.db import connection

from regulars.kernel.errors import Conflict, NotAllowed, NotFound
from regulars.workspaces.access import Actor
from regulars.workspaces.models import ApiToken, AuditEntry, BrowserSession, Invitation, Member
from regulars.workspaces.operations import (
    accept_invitation,
    change_role,
    create_api_token,
    create_token_with,
    find_open_invitation,
    invite_member,
    set_member_active,
)
from regulars.workspaces.sessions import SessionStore
from tests.cast import PASSWORD, Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def invite(cast: Cast, by: Member, email: str = "new@lotus.example", role: str = "agent") -> str:
    _row, secret = invite_member(cast.workspace, email, role, by=cast.actor(by), inviter=by)
    return secret


def live_tokens() -> list[str]:
    return sorted(ApiToken.objects.filter(revoked_at=None).values_list("name", flat=True))


def accept(secret: str) -> Member:
    return accept_invitation(secret, name="N", password=PASSWORD, language="en", time_zone="UTC")


def make_keys(cast: Cast) -> str:
    """Every kind of key that an admin can make; returns the secret of an invitation."""
    token, _plain = create_api_token(cast.workspace, "own", "admin", by=cast.admin)
    by = Actor("token", token.id, cast.workspace.id, "own", "admin", cast.actor(cast.admin).permissions)
    create_token_with(token, "made with it", "agent", scopes=[], by=by)
    create_api_token(cast.workspace, "the owner's", "agent", by=cast.owner)
    create_api_token(cast.workspace, "the house's", "owner")
    store = SessionStore()
    store[SESSION_KEY] = str(cast.admin.user_id)
    store.create()
    return invite(cast, cast.admin)


def test_whoever_is_out_has_no_key_left_and_gets_none_back(cast: Cast):
    secret = make_keys(cast)
    by = cast.actor(cast.owner)
    set_member_active(cast.admin, False, by=by)
    left = (live_tokens(), BrowserSession.objects.count(), Invitation.objects.count())
    assert left == (["the house's", "the owner's"], 0, 0)
    set_member_active(cast.admin, True, by=by)
    assert (live_tokens(), BrowserSession.objects.count()) == (left[0], 0)
    with pytest.raises(NotFound):
        accept(secret)
    verbs = AuditEntry.objects.filter(actor_id=cast.owner.id).values_list("verb", flat=True)
    assert sorted(set(verbs)) == [
        "members:activate",
        "members:deactivate",
        "members:withdraw_invitation",
        "tokens:create",
        "tokens:revoke",
    ]


@pytest.mark.parametrize("role", ["lead", "agent"])
def test_whoever_steps_down_keeps_no_key_of_the_old_right(cast: Cast, role: str):
    secret = make_keys(cast)
    change_role(cast.admin, role, by=cast.actor(cast.owner))
    assert live_tokens() == ["the house's", "the owner's"]
    assert (find_open_invitation(secret), BrowserSession.objects.count()) == (None, 1)
    change_role(cast.admin, "admin", by=cast.actor(cast.owner))
    assert live_tokens() == ["the house's", "the owner's"]


def test_what_a_lower_role_may_hand_out_stays(cast: Cast):
    change_role(cast.admin, "owner", by=cast.actor(cast.owner))
    for role in ("owner", "admin", "agent"):
        create_api_token(cast.workspace, role, role, by=cast.owner)
    owners, agents = invite(cast, cast.owner, "o@lotus.example", "owner"), invite(cast, cast.owner)
    change_role(cast.owner, "admin", by=cast.actor(cast.admin))
    assert live_tokens() == ["admin", "agent"]
    assert find_open_invitation(owners) is None
    assert accept(agents).role.key == "agent"


def test_an_invitation_does_not_let_in_again_whoever_was_let_out(cast: Cast):
    by = cast.actor(cast.owner)
    set_member_active(cast.agent, False, by=by)
    secret = invite(cast, cast.owner, cast.agent.user.email)
    set_member_active(cast.agent, True, by=by)
    set_member_active(cast.agent, False, by=by)
    with pytest.raises(NotFound):
        accept(secret)


def test_a_request_that_was_on_its_way_makes_no_key(cast: Cast):
    late = cast.actor(cast.admin)
    set_member_active(cast.admin, False, by=cast.actor(cast.owner))
    with pytest.raises(NotAllowed):
        create_api_token(cast.workspace, "late", "agent", by=cast.admin)
    with pytest.raises(NotAllowed):
        invite_member(cast.workspace, "new@lotus.example", "agent", by=late, inviter=cast.admin)


@pytest.mark.django_db(transaction=True)
def test_tokens_made_while_their_maker_is_let_out_are_not_left_behind():
    cast = make_cast()

    def act(number: int) -> None:
        try:
            if number == 4:
                set_member_active(cast.admin, False, by=cast.actor(cast.owner))
            else:
                create_api_token(cast.workspace, f"token {number}", "agent", by=cast.admin)
        except NotAllowed:
            pass
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(act, range(10)))
    assert live_tokens() == []


@pytest.mark.django_db(transaction=True)
def test_owners_who_let_each_other_out_at_once_leave_one():
    cast = make_cast()
    change_role(cast.admin, "owner", by=cast.actor(cast.owner))

    def act(pair: tuple[Member, Member]) -> str:
        try:
            set_member_active(pair[0], False, by=cast.actor(pair[1]))
            return "out"
        except (Conflict, NotAllowed):  # the last owner stays; who is out already lets nobody out
            return "kept"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(act, [(cast.owner, cast.admin), (cast.admin, cast.owner)]))
    assert sorted(answers) == ["kept", "out"]
