"""The pages of the second factor: setting one up, what the account says of it, and the rule with who has one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client

from regulars.kernel import clock
from regulars.workspaces.models import Member, Role, SecondFactor
from regulars.workspaces.second_factor_rule import rule_of
from tests.cast import PASSWORD, Cast

SignIn = Callable[[Member], Client]
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def client(cast: Cast) -> Client:
    """Ann's, who has just shown her password: only then these pages change anything."""
    client = Client()
    client.post("/sign-in", {"email": "agent@lotus.example", "password": PASSWORD})
    return client


def set_up(client: Client, name: str = "My phone", code: str = "") -> Any:
    page = client.get("/settings/account/second-factor")
    form = {
        "sealed": page.context["form"].initial["sealed"],
        "code": code or pyotp.TOTP(page.context["plain_secret"]).at(clock.now()),
        "name": name,
    }
    return client.post("/settings/account/second-factor", form)


def test_a_picture_and_its_letters_then_the_codes_this_once(client: Client) -> None:
    page = client.get("/settings/account/second-factor")
    secret = page.context["plain_secret"]
    assert page.context["secret"].replace(" ", "") == secret
    assert 'class="qr"' in page.content.decode()
    made = set_up(client)
    assert (made.status_code, len(set(made.context["codes"]))) == (201, 10)
    account = client.get("/settings/account").context
    assert ([each.name for each in account["factors"]], account["codes_left"]) == (["My phone"], 10)
    assert not any(code in client.get("/settings/account").content.decode() for code in made.context["codes"])


def test_a_wrong_code_is_said_at_its_field_and_the_picture_stays(client: Client) -> None:
    refused = set_up(client, code="000000")
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["code"])
    assert len(refused.context["plain_secret"]) == 32
    assert not SecondFactor.objects.exists()


def test_it_is_renamed_and_removed_and_nobody_elses_is(cast: Cast, client: Client) -> None:
    set_up(client)
    factor = SecondFactor.objects.get()
    address = f"/settings/account/second-factor/{factor.id}"
    assert client.post(f"{address}/name", {"name": "Work phone"}).status_code == 302
    stranger = Client()
    stranger.post("/sign-in", {"email": "mate@lotus.example", "password": PASSWORD})
    assert [
        stranger.post(f"{address}/{act}", {"name": "Mine"}).status_code for act in ("name", "removal")
    ] == [
        404,
        404,
    ]
    assert SecondFactor.objects.get().name == "Work phone"
    removed = client.post(f"{address}/removal")
    assert (removed["Location"], SecondFactor.objects.count()) == ("/settings/account?factor=removed", 0)


def test_the_rule_says_whom_it_is_asked_of_and_from_when(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.owner)
    agents = Role.objects.get(workspace=cast.workspace, key="agent")
    form = {"asked": "roles", "roles": [str(agents.id)], "grace": "7"}
    with clock.frozen_at(NOW):
        assert client.post("/settings/second-factor/change", form).status_code == 302
    assert rule_of(cast.workspace.id).roles == ((agents.id, NOW + timedelta(days=7)),)
    page = client.get("/settings/second-factor").context
    assert [(role.key, moment) for role, moment in page["asked_roles"]] == [
        ("agent", NOW + timedelta(days=7))
    ]
    # more of a rule, at another time: whom it was asked of already keeps their moment
    both = [*form["roles"], str(Role.objects.get(workspace=cast.workspace, key="lead").id)]
    with clock.frozen_at(NOW + timedelta(days=3)):
        client.post("/settings/second-factor/change", {"asked": "roles", "roles": both, "grace": "keep"})
    assert {moment for _role, moment in rule_of(cast.workspace.id).roles} == {NOW + timedelta(days=7)}


def test_no_role_is_no_rule(cast: Cast, sign_in: SignIn) -> None:
    refused = sign_in(cast.owner).post("/settings/second-factor/change", {"asked": "roles", "grace": "0"})
    assert (refused.status_code, list(refused.context["changing"].form.errors)) == (422, ["roles"])
    assert not rule_of(cast.workspace.id).is_anybody_asked


def test_who_has_one_stands_last_and_is_counted(cast: Cast, client: Client, sign_in: SignIn) -> None:
    set_up(client)
    page = sign_in(cast.owner).get("/settings/second-factor").context
    assert (page["with_one"], page["members"][-1], len(page["members"])) == (1, cast.agent, 5)
    # who may read members reads the page; only who sets the rule is offered to
    assert sign_in(cast.lead).get("/settings/second-factor").context["changing"] is None


def test_whoever_owes_one_is_led_to_the_page(cast: Cast, client: Client, sign_in: SignIn) -> None:
    sign_in(cast.owner).post("/settings/second-factor/change", {"asked": "everybody", "grace": "0"})
    led = client.get("/inbox/open")
    assert led["Location"] == "/settings/account/second-factor?next=%2Finbox%2Fopen"
    assert client.get(led["Location"]).context["owes"]
