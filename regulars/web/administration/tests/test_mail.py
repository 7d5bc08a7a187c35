"""The page "Mail": set up, tried, given up; what waits and what failed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.kernel import clock
from regulars.mail.inviting import invite
from regulars.mail.models import Mail, MailServer
from regulars.mail.servers import ServerFacts, set_up_server
from regulars.mail.tests.catcher import catching
from regulars.workspaces.models import Invitation, Member
from tests.cast import Cast

SignIn = Callable[[Member], Client]
PAGE = "/settings/mail"
FORM = {
    "host": "smtp.lotus.example",
    "port": "587",
    "security": "starttls",
    "username": "inbox@lotus.example",
    "password": "app password",
    "sender_address": "inbox@lotus.example",
    "version": "0",
}
AS_SCRIPT = {"X-Fragment": "1"}


def _server(cast: Cast, port: int = 587, security: str = "starttls") -> MailServer:
    given = ServerFacts(host="127.0.0.1", port=port, security=security, sender_address="inbox@lotus.example")
    return set_up_server(given, by=cast.actor(cast.owner))


def _mail(cast: Cast, address: str = "max@lotus.example", **now: Any) -> Mail:
    invite(cast.workspace, address, "agent", by=cast.actor(cast.owner), inviter=cast.owner, by_mail=True)
    Mail.objects.filter(to_address=address).update(**now)
    return Mail.objects.get(to_address=address)


def test_without_a_server_it_says_that_everything_works(cast: Cast, sign_in: SignIn) -> None:
    html = sign_in(cast.owner).get(PAGE).content.decode()
    assert [part in html for part in ("Mail is not set up", 'data-dialog="mail-server"', "<table")] == [
        True,
        True,
        False,
    ]
    assert sign_in(cast.admin).get(PAGE).status_code == 403


def test_it_is_set_up_and_the_password_is_never_shown(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    assert client.post(f"{PAGE}/server", FORM).status_code == 302
    html = client.get(PAGE).content.decode()
    assert [part in html for part in ("smtp.lotus.example:587", "STARTTLS", "app password")] == [
        True,
        True,
        False,
    ]
    changed = {**FORM, "password": "", "sender_name": "Desk", "version": "1"}
    assert client.post(f"{PAGE}/server", changed).status_code == 302
    row = MailServer.objects.get()
    assert (row.password, row.sender_name, row.version) == ("app password", "Desk", 2)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"host": "a:b"}, "host"), ({"port": "22"}, "port"), ({"sender_address": "x"}, "sender_address")],
)
def test_a_mistake_comes_back_at_its_field(
    cast: Cast, sign_in: SignIn, wrong: dict[str, str], field: str
) -> None:
    refused = sign_in(cast.owner).post(f"{PAGE}/server", {**FORM, **wrong})
    assert (refused.status_code, list(refused.context["setting_up"].form.errors)) == (422, [field])
    assert "app password" not in refused.content.decode()


def test_a_test_says_in_words_what_became_of_it(cast: Cast, sign_in: SignIn, settings: Any) -> None:
    client = sign_in(cast.owner)
    with catching(answers={"RCPT": ["550 5.1.1 <nobody>"]}) as catcher:
        settings.SMTP_PORTS = (catcher.port,)
        _server(cast, catcher.port, "none")
        html = client.post(f"{PAGE}/test").content.decode()
        assert "550 5.1.1 &lt;nobody&gt;" in html
        assert "did not take the receiver" in html
        assert "took the test for" in client.post(f"{PAGE}/test").content.decode()
    assert [each["To"] for each in catcher.taken] == [cast.owner.user.email]


def test_what_failed_is_tried_again(cast: Cast, sign_in: SignIn) -> None:
    _server(cast)
    mail = _mail(cast, state="failed", error="receiver-refused", reply="550 no", ended_at=clock.now())
    client = sign_in(cast.owner)
    html = client.get(f"{PAGE}?show=failed").content.decode()
    assert [part in html for part in ("max@lotus.example", "550 no", f"{PAGE}/{mail.id}/retry")] == [True] * 3
    assert client.post(f"{PAGE}/{mail.id}/retry", headers=AS_SCRIPT).status_code == 204
    mail.refresh_from_db()
    assert mail.state == "waiting"
    stranger = sign_in(cast.stranger.owner)
    assert stranger.post(f"{PAGE}/{mail.id}/retry").status_code == 404
    assert "max@lotus.example" not in stranger.get(PAGE).content.decode()


def test_it_costs_the_same_for_one_and_many(cast: Cast, sign_in: SignIn) -> None:
    _server(cast)
    client, counts = sign_in(cast.owner), []
    for address in ("a@lotus.example", "b@lotus.example", "c@lotus.example"):
        _mail(cast, address)
        with CaptureQueriesContext(connection) as queries:
            client.get(PAGE)
        counts.append(len(queries))
    assert len({*counts}) == 1


def test_it_is_given_up(cast: Cast, sign_in: SignIn) -> None:
    _server(cast)
    assert sign_in(cast.owner).post(f"{PAGE}/server/removal", headers=AS_SCRIPT).status_code == 204
    assert not MailServer.objects.exists()


def test_an_invitation_goes_by_mail_or_as_a_link(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    form = {"email": "max@lotus.example", "role": "agent", "by_mail": "on"}
    assert "by_mail" not in client.get("/settings/members").context["inviting"].form.fields
    assert client.post("/settings/members/invite", form).context["invitation_link"] != ""
    _server(cast)
    mailed = client.post("/settings/members/invite", form)
    assert (mailed.status_code, mailed.context["invitation_link"], Mail.objects.count()) == (201, "", 1)
    by_hand = client.post("/settings/members/invite", {**form, "by_mail": ""})
    assert ("/invitations/" in by_hand.context["invitation_link"], Mail.objects.count()) == (True, 1)


def test_an_open_invitation_is_sent_again_and_withdrawn(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    client.post("/settings/members/invite", {"email": "max@lotus.example", "role": "agent"})
    first = Invitation.objects.get()
    again = client.post(f"/settings/invitations/{first.id}/again")
    assert "/invitations/" in again.context["invitation_link"]
    second = Invitation.objects.get()
    assert second.id != first.id
    link = again.context["invitation_link"]
    assert Client().get(link).status_code == 200
    assert client.post(f"/settings/invitations/{second.id}/withdrawal", headers=AS_SCRIPT).status_code == 204
    assert (Client().get(link).status_code, Invitation.objects.count()) == (404, 0)
    assert client.post(f"/settings/invitations/{second.id}/withdrawal").status_code == 404


def test_an_admin_withdraws_nothing_that_is_above_them(cast: Cast, sign_in: SignIn) -> None:
    sign_in(cast.owner).post("/settings/members/invite", {"email": "max@lotus.example", "role": "owner"})
    made = Invitation.objects.get()
    assert sign_in(cast.admin).post(f"/settings/invitations/{made.id}/withdrawal").status_code == 403
    assert sign_in(cast.agent).post(f"/settings/invitations/{made.id}/again").status_code == 403
    assert Invitation.objects.get() == made
