from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from regulars.inboxes.models import Connection, Inbox
from regulars.web.administration.tags import messaging_limit_words
from regulars.workspaces.models import ApiToken, Invitation, Member
from tests.cast import ALICE, Cast

SignIn = Callable[[Member], Client]


@pytest.mark.parametrize(
    "path",
    [
        "/settings/numbers/connect",
        "/settings/members/invite",
        "/settings/teams/new",
        "/settings/templates/sync",
        "/settings/tokens",
    ],
)
def test_agents_change_nothing(cast: Cast, sign_in: SignIn, path: str) -> None:
    assert (
        sign_in(cast.agent).post(path, {"name": "x", "email": "x@y.example", "role": "agent"}).status_code
        == 403
    )


def test_an_account_and_a_number_are_connected(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    form = {
        "name": "Europe",
        "account_id": "100000000000555",
        "access_token": "EAA-token",
        "app_secret": "secret",
    }
    assert client.post("/settings/numbers/connect", form).status_code == 302
    made = Connection.objects.get(name="Europe")
    number = {"name": "Berlin", "address": "100000000000556", "display_address": "+49 30 901820"}
    assert client.post(f"/settings/connections/{made.id}/numbers", number).status_code == 302
    html = client.get("/settings/numbers").content.decode()
    assert [part in html for part in ("Berlin", f"/webhooks/whatsapp/{made.key}", made.verify_token)] == [
        True
    ] * 3
    assert [part in html for part in ("EAA-token", ">secret<")] == [False, False]


def test_a_wrong_number_id_is_said_at_its_field(cast: Cast, sign_in: SignIn) -> None:
    form = {"name": "Berlin", "address": "+49 30"}
    response = sign_in(cast.owner).post(f"/settings/connections/{cast.connection.id}/numbers", form)
    assert (response.status_code, list(response.context["cards"][0].adding.form.errors)) == (422, ["address"])


@pytest.mark.parametrize("account_id", ["12 34567", "WABA", "123", "１２３４５６"])
def test_a_wrong_account_id_is_said_at_its_field(cast: Cast, sign_in: SignIn, account_id: str) -> None:
    form = {"name": "Europe", "account_id": account_id, "access_token": "t", "app_secret": "s"}
    response = sign_in(cast.owner).post("/settings/numbers/connect", form)
    assert (response.status_code, list(response.context["connecting"].form.errors)) == (422, ["account_id"])
    assert not Connection.objects.filter(name="Europe").exists()


def test_older_app_secrets_end_on_the_page(cast: Cast, sign_in: SignIn) -> None:
    client, path = sign_in(cast.owner), f"/settings/connections/{cast.connection.id}/credentials"
    first = cast.connection.secrets
    client.post(path, {"app_secret": "rotated"})
    assert "2 app secrets are valid now." in client.get("/settings/numbers").content.decode()
    client.post(path, {"ends_older": "on"})
    cast.connection.refresh_from_db()
    assert (len(first), cast.connection.secrets) == (1, ["rotated"])
    assert "app secrets are valid now." not in client.get("/settings/numbers").content.decode()


def test_a_number_is_stopped_and_sends_again(cast: Cast, sign_in: SignIn) -> None:
    """With the reason, which members read where they write."""
    client, path = sign_in(cast.owner), f"/settings/numbers/{cast.inbox.id}"
    conversation = cast.hears("+12025550101", "hello")
    client.post(path, {"name": "Shop", "paused_reason": "Moving to another number"})
    assert "Moving to another number" in client.get("/settings/numbers").content.decode()
    messages = f"/conversations/{conversation.id}/messages"
    answer = sign_in(cast.agent).post(messages, {"text": "hi"}, headers={"X-Fragment": "1"})
    assert (answer.status_code, "Moving to another number" in answer.content.decode()) == (409, True)
    client.post(path, {"name": "Store"})  # nothing said about it: it stays as it is
    cast.inbox.refresh_from_db()
    assert (cast.inbox.name, cast.inbox.paused_reason) == ("Store", "Moving to another number")
    client.post(path, {"name": "Shop", "paused_reason": ""})
    answer = sign_in(cast.agent).post(messages, {"text": "hi"}, headers={"X-Fragment": "1"})
    assert answer.status_code == 201


@override_settings(PUBLIC_URL="https://inbox.example.com")
def test_addresses_for_others_are_the_public_ones(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    page = client.get("/settings/numbers", HTTP_HOST="10.0.0.7:8000").content.decode()
    assert f"https://inbox.example.com/webhooks/whatsapp/{cast.connection.key}" in page
    form = {"email": "new@example.com", "role": "agent"}
    invited = client.post("/settings/members/invite", form, HTTP_HOST="10.0.0.7:8000").content.decode()
    assert ("https://inbox.example.com/invitations/" in invited, "10.0.0.7" in page + invited) == (
        True,
        False,
    )


def test_the_portfolio_of_an_account_is_named(cast: Cast, sign_in: SignIn) -> None:
    client, path = sign_in(cast.owner), f"/settings/connections/{cast.connection.id}/portfolio"
    assert client.post(path, {"portfolio": "100000000000011"}).status_code == 302
    Connection.objects.filter(id=cast.connection.id).update(messaging_limit="TIER_2K")
    html = client.get("/settings/numbers").content.decode()
    assert ("100000000000011" in html, "2,000 people in 24 hours" in html) == (True, True)
    wrong = client.post(path, {"portfolio": "my shop"})
    assert (wrong.status_code, list(wrong.context["cards"][0].naming.form.errors)) == (422, ["portfolio"])
    assert Connection.objects.get(id=cast.connection.id).portfolio == "100000000000011"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("TIER_250", "250 people in 24 hours"),
        ("TIER_2K", "2,000 people in 24 hours"),
        ("100000", "100,000 people in 24 hours"),
        ("TIER_UNLIMITED", "No limit"),
        ("TIER_SOMETHING", "TIER_SOMETHING"),
    ],
)
def test_a_messaging_limit_is_said_in_words(told: str, words: str) -> None:
    assert messaging_limit_words(told) == words


def test_nobody_touches_another_workspaces_account(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.stranger.owner)
    paths = [
        f"/settings/connections/{cast.connection.id}/credentials",
        f"/settings/connections/{cast.connection.id}/portfolio",
        f"/settings/connections/{cast.connection.id}/numbers",
        f"/settings/numbers/{cast.inbox.id}",
        f"/settings/members/{cast.agent.id}",
    ]
    form = {"name": "Mine", "address": "100000000000999", "role": "owner"}
    assert [client.post(path, form).status_code for path in paths] == [404] * 5


def test_numbers_ask_as_much_for_three_as_for_one(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/settings/numbers").status_code == 200
        return len(captured)

    before = queries()
    for place in range(3):
        Inbox.objects.create(
            workspace=cast.workspace, connection=cast.connection, name=f"N{place}", address=f"90000{place}"
        )
    assert queries() == before


def test_a_number_is_renamed_and_staffed(cast: Cast, sign_in: SignIn) -> None:
    sign_in(cast.admin).post(
        f"/settings/numbers/{cast.inbox.id}", {"name": "Front desk", "team": [str(cast.team.id)]}
    )
    cast.inbox.refresh_from_db()
    assert (cast.inbox.name, list(cast.inbox.teams.all())) == ("Front desk", [cast.team])


def test_an_invitation_link_is_shown_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    response = client.post("/settings/members/invite", {"email": "new@lotus.example", "role": "agent"})
    assert (response.status_code, Invitation.objects.get().email) == (201, "new@lotus.example")
    link = response.context["invitation_link"]
    assert [link in page.content.decode() for page in (response, client.get("/settings/members"))] == [
        True,
        False,
    ]
    assert Client().get(link).status_code == 200


def test_nobody_hands_out_more_than_they_have(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    assert (
        client.post("/settings/members/invite", {"email": "x@lotus.example", "role": "owner"}).status_code
        == 422
    )
    assert client.post(f"/settings/members/{cast.agent.id}", {"role": "owner"}).status_code == 403
    assert client.post(f"/settings/members/{cast.owner.id}", {"role": "agent"}).status_code == 403


def test_roles_teams_and_membership_change(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    client.post(f"/settings/members/{cast.mate.id}", {"role": "lead"})
    client.post(f"/settings/members/{cast.mate.id}", {"teams_shown": "yes", "team": [str(cast.team.id)]})
    mate = Member.objects.get(id=cast.mate.id)
    assert (mate.role.key, list(mate.teams.all()), mate.is_active) == ("lead", [cast.team], True)
    client.post(f"/settings/members/{cast.mate.id}", {"is_active": "no"})
    assert Member.objects.get(id=cast.mate.id).is_active is False


def test_a_token_is_shown_once_and_revoked(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    response = client.post("/settings/tokens", {"name": "Export", "role": "agent"})
    plain = response.context["plain"]
    assert [plain in page.content.decode() for page in (response, client.get("/settings/tokens"))] == [
        True,
        False,
    ]
    token = ApiToken.objects.get(name="Export")
    client.post(f"/settings/tokens/{token.id}/revoke")
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_the_ledger_adds_up_on_the_page(cast: Cast, sign_in: SignIn) -> None:
    for text in ("one", "two", "three"):
        cast.hears(ALICE, text)
    response = sign_in(cast.lead).get("/settings/ledger")
    total = response.context["total"]
    assert (total.inbound.received, total.inbound.stored, total.adds_up) == (3, 3, True)
    assert [line.name for line in response.context["lines"]] == ["Shop"]
    assert response.content.decode().count("Does not add up") == 0
