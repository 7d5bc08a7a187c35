"""A forgotten password from the question to the new one, and what strangers learn of it: nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.kernel import clock
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.events import Position, Recorded
from regulars.kernel.models import Event
from regulars.mail.models import Mail
from regulars.mail.passwords import answer_forgotten_passwords, tell_changed_passwords
from regulars.workspaces.events import PasswordChanged
from regulars.workspaces.guessing import TURNS
from regulars.workspaces.models import BrowserSession, Member, PasswordReset, ResetAsked, Role, User
from regulars.workspaces.operations import (
    accept_invitation,
    change_role,
    create_owner,
    invite_member,
    set_member_active,
)
from regulars.workspaces.passwords import change_password
from regulars.workspaces.resetting import LIFETIME, MOST_AN_HOUR, make_link, make_link_for, reset_password
from regulars.workspaces.roles import create_role, edit_role, remove_role
from regulars.workspaces.tasks import purge_sessions
from tests.cast import PASSWORD, Cast

from .carrying import carry, the_mail
from .catcher import Catcher, catching
from .conftest import URL, SetUp

NEW = "seven purple lanterns"
AGENT = "agent@lotus.example"


@pytest.fixture
def catcher(set_up: SetUp) -> Iterator[Catcher]:
    with catching() as made:
        set_up(made)
        yield made


def _ask(address: str, **more: Any) -> int:
    return Client(**more).post("/password/forgotten", {"email": address}).status_code


def _link_in(catcher: Catcher) -> str:
    (got,) = catcher.taken
    text = got.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    found = re.search(rf"{re.escape(URL)}(/password/new/\S+)", text)
    assert found is not None
    return found[1]


def _mailed(catcher: Catcher, address: str = AGENT) -> str:
    _ask(address)
    answer_forgotten_passwords()
    carry()
    return _link_in(catcher)


def test_a_forgotten_password_is_set_anew_and_every_browser_signed_out(cast: Cast, catcher: Catcher) -> None:
    elsewhere = Client()
    elsewhere.force_login(cast.agent.user)
    link, client = _mailed(catcher), Client()
    assert [client.get(link).status_code for _looked in range(3)] == [200] * 3
    assert client.post(link, {"password": NEW})["Location"] == "/sign-in?changed"
    assert elsewhere.get("/inbox/mine").status_code == 302
    assert not BrowserSession.objects.filter(user=cast.agent.user).exists()
    for password, status in ((PASSWORD, 200), (NEW, 302)):
        assert Client().post("/sign-in", {"email": AGENT, "password": password}).status_code == status
    again = client.post(link, {"password": "eight purple lanterns"})
    assert (again.status_code, User.objects.get(email=AGENT).check_password(NEW)) == (404, True)


def test_a_weak_password_uses_nothing_up(cast: Cast, catcher: Catcher) -> None:
    link, client = _mailed(catcher), Client()
    refused = client.post(link, {"password": "lotus agent"})
    assert (refused.status_code, list(refused.context["form"].errors)) == (200, ["password"])
    assert client.post(link, {"password": NEW}).status_code == 302


def test_the_answer_and_the_work_are_the_same_for_everybody(cast: Cast, catcher: Catcher) -> None:
    set_member_active(cast.lead, False, by=cast.actor(cast.owner))
    seen = []
    for address in (AGENT, "nobody@lotus.example", cast.lead.user.email, "NOBODY@elsewhere.example"):
        client = Client()
        with CaptureQueriesContext(connection) as queries:
            answer = client.post("/password/forgotten", {"email": address})
        work = [re.sub(r"'[^']*'|\d+", "?", each["sql"]) for each in queries.captured_queries]
        page = client.get(answer["Location"]).content
        seen.append((answer.status_code, answer["Location"], len(work), re.sub(rb'value="[^"]*"', b"", page)))
    assert len({*seen}) == 1
    answer_forgotten_passwords()
    assert [each.to_address for each in Mail.objects.all()] == [AGENT]
    assert ResetAsked.objects.count() == 0


def test_who_asked_is_stored_sealed_and_named_in_no_event(cast: Cast, catcher: Catcher) -> None:
    _ask(AGENT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM workspaces_resetasked")
        assert AGENT not in str(cursor.fetchall())
    answer_forgotten_passwords()
    with connection.cursor() as cursor:
        cursor.execute("SELECT facts FROM mail_mail")
        assert "password/new" not in str(cursor.fetchall())
    assert [each for each in Event.objects.values_list("body", flat=True) if AGENT in str(each)] == []


def test_the_link_comes_from_our_own_address(cast: Cast, catcher: Catcher) -> None:
    _ask(AGENT, HTTP_HOST="evil.example", HTTP_X_FORWARDED_HOST="evil.example")
    answer_forgotten_passwords()
    carry()
    assert _link_in(catcher).startswith("/password/new/")
    assert "evil.example" not in str(catcher.taken[0])


def test_an_account_gets_only_so_many_links(cast: Cast, catcher: Catcher) -> None:
    for place in range(MOST_AN_HOUR + 2):
        _ask(AGENT, REMOTE_ADDR=f"192.0.2.{place}")
        answer_forgotten_passwords()
    assert Mail.objects.count() == MOST_AN_HOUR
    with clock.frozen_at(clock.now() + timedelta(hours=1, minutes=1)):
        _ask(AGENT)
        answer_forgotten_passwords()
    assert Mail.objects.count() == MOST_AN_HOUR + 1


def test_asked_for_again_while_it_waits_it_is_one_mail(cast: Cast, catcher: Catcher) -> None:
    for written in (AGENT, " Agent@Lotus.example", AGENT.upper()):
        _ask(written)
    answer_forgotten_passwords()
    assert Mail.objects.count() == 1


def test_one_place_may_ask_only_so_often(cast: Cast, catcher: Catcher) -> None:
    with clock.frozen_at(clock.now()):
        seen = [_ask(f"{place}@lotus.example") for place in range(TURNS["reset"].free + 1)]
        assert (set(seen[:-1]), seen[-1]) == ({302}, 429)
        assert _ask(AGENT, REMOTE_ADDR="192.0.2.1") == 302


def test_a_link_ends_after_an_hour(cast: Cast) -> None:
    secret = make_link(cast.agent.user).secret
    with clock.frozen_at(clock.now() + LIFETIME), pytest.raises(NotFound):
        reset_password(secret, NEW)
    with clock.frozen_at(clock.now() + 3 * LIFETIME):
        purge_sessions()
    assert PasswordReset.objects.count() == 0


def test_any_new_password_ends_the_links(cast: Cast) -> None:
    user = cast.agent.user
    links = [make_link(user).secret for _each in range(2)]
    reset_password(links[0], NEW)
    with pytest.raises(NotFound):
        reset_password(links[1], "eight purple lanterns")
    other = make_link(user).secret
    session = BrowserSession.objects.create(key_fingerprint="x", data="", user=user, expires_at=clock.now())
    change_password(user, "nine purple lanterns", about=[], in_session=session.id)
    with pytest.raises(NotFound):
        reset_password(other, NEW)


def test_who_is_out_comes_in_by_no_link(cast: Cast) -> None:
    secret = make_link(cast.agent.user).secret
    set_member_active(cast.agent, False, by=cast.actor(cast.owner))
    with pytest.raises(NotFound):
        reset_password(secret, NEW)


def test_who_did_not_change_it_is_told(cast: Cast, catcher: Catcher) -> None:
    reset_password(make_link(cast.agent.user).secret, NEW)
    (row,) = Event.objects.filter(kind="PasswordChanged")
    assert row.body == {"member_id": str(cast.agent.id), "by_link": True}
    happened = PasswordChanged(cast.workspace.id, cast.agent.id, by_link=True)
    tell_changed_passwords([Recorded(Position(), clock.now(), happened)])
    carry()
    assert (the_mail().kind, [each["To"] for each in catcher.taken]) == ("password-changed", [AGENT])


def test_where_no_mail_is_sent_the_page_says_whom_to_ask(cast: Cast) -> None:
    page = Client().get("/password/forgotten").content.decode()
    assert ("Ask an owner or admin" in page, "<input" in page.split("</header>")[-1]) == (True, False)
    assert _ask(AGENT) == 200
    assert ResetAsked.objects.count() == 0
    assert "/password/forgotten" in Client().get("/sign-in").content.decode()


def test_an_admin_hands_on_a_link(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.admin.user)
    page = client.post(f"/settings/members/{cast.agent.id}/password")
    link = page.context["password_link"]
    assert (page.status_code, Client().post(link, {"password": NEW}).status_code) == (201, 302)
    assert User.objects.get(email=AGENT).check_password(NEW)


@pytest.mark.parametrize("whose", ["owner", "stranger"])
def test_a_link_is_only_for_those_who_may_do_no_more(cast: Cast, whose: str) -> None:
    client = Client()
    client.force_login(cast.admin.user)
    member: Member = cast.owner if whose == "owner" else cast.stranger.owner
    assert client.post(f"/settings/members/{member.id}/password").status_code in {403, 404}
    assert PasswordReset.objects.count() == 0


def test_nobody_gets_at_an_account_of_another_workspace(cast: Cast, catcher: Catcher) -> None:
    """Neither by a link, nor by setting up a mail server where they came to later."""
    other = create_owner("Second shop", AGENT, None)
    with pytest.raises(NotAllowed):
        make_link_for(cast.agent, by=cast.actor(cast.owner))
    Member.objects.filter(id=other.id).update(created_at=clock.now() - timedelta(days=1))
    _ask(AGENT)
    answer_forgotten_passwords()
    assert (Mail.objects.count(), PasswordReset.objects.count()) == (0, 0)


def test_nobody_makes_a_link_for_themselves(cast: Cast) -> None:
    """Else whoever finds an open screen has the account for good, without its password."""
    client = Client()
    client.force_login(cast.admin.user)
    assert client.post(f"/settings/members/{cast.admin.id}/password").status_code == 403
    assert PasswordReset.objects.count() == 0


def test_a_narrow_token_makes_no_link_for_who_may_do_more(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        make_link_for(cast.agent, by=cast.token_actor("owner", scopes=["members:manage"]))


def _promote(cast: Cast) -> None:
    change_role(cast.agent, "lead", by=cast.actor(cast.owner))


def _widen_their_role(cast: Cast) -> None:
    edit_role(cast.agent.role, reach={"contacts": "all"}, by=cast.actor(cast.owner))


def _remove_their_role(cast: Cast) -> None:
    lead = Role.objects.get(workspace=cast.workspace, key="lead")
    remove_role(cast.agent.role, to=lead, by=cast.actor(cast.owner))


def _come_into_another_workspace(cast: Cast) -> None:
    there = cast.stranger
    _invitation, secret = invite_member(
        there.workspace, AGENT, "agent", by=there.actor(there.owner), inviter=there.owner
    )
    accept_invitation(secret, name="", password=PASSWORD, language="en", time_zone="UTC")


def _be_out_for_a_while(cast: Cast) -> None:
    for is_active in (False, True):
        set_member_active(cast.agent, is_active, by=cast.actor(cast.owner))


@pytest.mark.parametrize(
    "happens",
    [_promote, _widen_their_role, _remove_their_role, _come_into_another_workspace, _be_out_for_a_while],
)
def test_a_link_ends_when_it_would_open_more_than_whoever_made_it_had(
    cast: Cast, happens: Callable[[Cast], None]
) -> None:
    desk = create_role(
        cast.workspace, "Desk", permissions=["conversations:read"], reach={}, by=cast.actor(cast.owner)
    )
    change_role(cast.agent, str(desk.id), by=cast.actor(cast.owner))
    cast.agent.refresh_from_db()
    link = make_link_for(cast.agent, by=cast.actor(cast.admin))
    happens(cast)
    with pytest.raises(NotFound):
        reset_password(link.secret, NEW)


def test_no_link_for_who_is_out(cast: Cast) -> None:
    set_member_active(cast.agent, False, by=cast.actor(cast.owner))
    cast.agent.refresh_from_db()
    with pytest.raises(Conflict):
        make_link_for(cast.agent, by=cast.actor(cast.owner))


def test_the_rules_for_passwords_are_those_of_every_door(cast: Cast) -> None:
    with pytest.raises(Invalid):
        reset_password(make_link(cast.agent.user).secret, "password12")


def test_an_address_asked_for_under_a_lost_key_is_forgotten(cast: Cast, catcher: Catcher, settings) -> None:
    _ask(AGENT)
    settings.SECRET_KEY = "another-" + "k" * 50
    answer_forgotten_passwords()
    assert (ResetAsked.objects.count(), Mail.objects.count()) == (0, 0)
