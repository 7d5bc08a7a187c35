"""Your account: the password and the browsers, one's own only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from regulars.kernel import clock
from regulars.web.account.browsers import browser_name, is_phone, platform_name
from regulars.workspaces.guessing import PATIENCE
from regulars.workspaces.models import BrowserSession, Member
from tests.cast import PASSWORD, Cast

SignIn = Callable[[Member], Client]
NEW = "a tent, nine spoons and a hat"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/26.0 Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
SAMSUNG = (
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/29.0 Chrome/136.0.0.0 Mobile Safari/537.36"
)


def enter(browser: str, password: str = PASSWORD, email: str = "agent@lotus.example") -> Client:
    client = Client(headers={"User-Agent": browser})
    client.post("/sign-in", {"email": email, "password": password})
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/account").status_code == 200


def test_the_page_names_every_browser_of_ones_own(cast: Cast) -> None:
    here = enter(FIREFOX)
    enter(IPHONE)
    enter(FIREFOX, email="mate@lotus.example")
    page = here.get("/settings/account")
    lines = page.context["sessions"]
    assert [(line.name, line.is_this, line.icon) for line in lines] == [
        ("Firefox · Linux", True, "desktop"),
        ("Safari · iPhone", False, "phone-app"),
    ]
    assert [part in page.content.decode() for part in ("127.0.0.1", "This browser", "Ann Agent")] == [
        True
    ] * 3


def test_another_password_signs_out_everywhere_else(cast: Cast) -> None:
    here, there = enter(FIREFOX), enter(IPHONE)
    answer = here.post("/settings/account/password", {"password": PASSWORD, "new_password": NEW})
    assert (answer.status_code, answer["Location"]) == (302, "/settings/account?changed")
    assert (is_in(here), is_in(there)) == (True, False)
    assert BrowserSession.objects.count() == 1
    assert (is_in(enter(FIREFOX)), is_in(enter(FIREFOX, NEW))) == (False, True)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"password": "wrong", "new_password": NEW}, "password"),
        ({"password": PASSWORD, "new_password": "password123"}, "new_password"),
        ({"password": PASSWORD, "new_password": "Lotus Shop 2026"}, "new_password"),
        ({"password": PASSWORD, "new_password": PASSWORD}, "new_password"),
        ({"password": PASSWORD}, "new_password"),
    ],
)
def test_what_is_wrong_stands_at_its_field(cast: Cast, given: dict[str, str], field: str) -> None:
    here, there = enter(FIREFOX), enter(IPHONE)
    answer = here.post("/settings/account/password", given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert (is_in(here), is_in(there)) == (True, True)


def test_an_open_browser_is_no_place_to_guess_faster(cast: Cast) -> None:
    here = enter(FIREFOX)
    with clock.frozen_at(clock.now()):
        answers = [
            here.post("/settings/account/password", {"password": f"wrong {number}", "new_password": NEW})
            for number in range(PATIENCE["browser"].free + 1)
        ]
    said = [str(answer.context["form"].errors["password"]) for answer in answers]
    assert ["Wait" in each for each in said] == [False] * PATIENCE["browser"].free + [True]
    assert [answer.status_code for answer in answers] == [422] * PATIENCE["browser"].free + [429]
    assert [answer.get("Retry-After") for answer in answers] == [None] * PATIENCE["browser"].free + ["1"]


def test_one_browser_is_signed_out_and_only_ones_own(cast: Cast) -> None:
    here, there, colleague = enter(FIREFOX), enter(IPHONE), enter(FIREFOX, email="mate@lotus.example")
    theirs = BrowserSession.objects.get(user=cast.mate.user)
    other = BrowserSession.objects.get(user=cast.agent.user, browser=IPHONE)
    assert here.post(f"/settings/account/sessions/{theirs.id}/end").status_code == 404
    assert here.post(f"/settings/account/sessions/{other.id}/end").status_code == 302
    assert here.post(f"/settings/account/sessions/{other.id}/end").status_code == 404
    assert (is_in(here), is_in(there), is_in(colleague)) == (True, False, True)


def test_all_others_are_signed_out(cast: Cast) -> None:
    here, there, colleague = enter(FIREFOX), enter(IPHONE), enter(FIREFOX, email="mate@lotus.example")
    here.post("/settings/account/sessions/others/end")
    assert (is_in(here), is_in(there), is_in(colleague)) == (True, False, True)


@pytest.mark.parametrize("role", ["owner", "admin", "lead", "agent"])
def test_everybody_finds_the_page_in_the_navigation(cast: Cast, sign_in: SignIn, role: str) -> None:
    assert 'href="/settings/account"' in sign_in(cast.members[role]).get("/inbox/open").content.decode()


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        (FIREFOX, ("Firefox", "Linux", False)),
        (IPHONE, ("Safari", "iPhone", True)),
        (EDGE, ("Edge", "Windows", False)),
        (SAMSUNG, ("Samsung Internet", "Android", True)),
        ("curl/8.5.0", ("", "", False)),
        ("", ("", "", False)),
    ],
)
def test_browsers_are_named(user_agent: str, said: tuple[str, str, bool]) -> None:
    assert (browser_name(user_agent), platform_name(user_agent), is_phone(user_agent)) == said
