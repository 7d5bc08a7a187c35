"""The second factor under attack by somebody who knows the password, or sits at an open screen.

In this process, by the middleware that the product runs: CSRF is checked, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.kernel import clock
from regulars.web.live.door import viewer_of_cookie
from regulars.web.sign_in.entering import PENDING_LASTS, PROOF_LASTS
from regulars.workspaces.guessing import PATIENCE
from regulars.workspaces.models import BrowserSession, Member, SecondFactor, User
from regulars.workspaces.resetting import make_link, reset_password
from regulars.workspaces.second_factor_rule import SecondFactorRule, change_rule
from regulars.workspaces.second_factors import add_app, reset_factors
from regulars.workspaces.totp import STEP, new_totp_secret
from tests.authenticator import SecurityKey
from tests.cast import PASSWORD, Cast, make_cast

SESSION = "regulars_session"
FOR_ANYBODY = {"/readyz", "/metrics"}
"""what machines ask"""
ORIGIN = "http://testserver"


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def secret(cast: Cast) -> str:
    """Ann's, set up a minute ago; with her recovery codes nobody here does anything."""
    return secret_of(cast, cast.agent)


@pytest.fixture
def still() -> Iterator[None]:
    with clock.frozen_at(clock.now()):
        yield


def secret_of(cast: Cast, member: Member) -> str:
    made, before = new_totp_secret(), clock.now() - timedelta(minutes=2)
    with clock.frozen_at(before):
        store = Client()
        store.force_login(member.user)
        stays = BrowserSession.objects.filter(user=member.user).order_by("-id")[0]
        add_app(
            member,
            made,
            pyotp.TOTP(made).at(before),
            name="Phone",
            by=cast.actor(member),
            stays_in=stays.id,
        )
    return made


def sign_in(client: Client, email: str = "agent@lotus.example", **more: str) -> Any:
    return client.post("/sign-in", {"email": email, "password": PASSWORD, **more})


def code(secret: str) -> str:
    return pyotp.TOTP(secret).at(clock.now())


def step(client: Client, written: str) -> Any:
    return client.post("/sign-in/second-step", {"code": written})


def is_in(client: Client) -> bool:
    return bool(client.get("/settings/account").status_code == 200)


def cookie(client: Client) -> str:
    return f"{SESSION}={client.cookies[SESSION].value}"


def paths(patterns: list[URLPattern | URLResolver], prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Every address, with the permission that its view asks for."""
    for each in patterns:
        if isinstance(each, URLResolver):
            yield from paths(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix + str(each.pattern), getattr(each.callback, "permission", "")


def test_the_two_steps_and_where_they_lead(cast: Cast, secret: str) -> None:
    client = Client()
    first = sign_in(client, next="/inbox/open")
    assert first["Location"] == "/sign-in/second-step"
    second = step(client, code(secret))
    assert (second.status_code, second["Location"], is_in(client)) == (302, "/inbox/open", True)
    assert client.session.get_expiry_age() > timedelta(days=13).total_seconds()


def test_no_address_opens_between_the_steps(cast: Cast, secret: str) -> None:
    """Every page of the product, asked for by its address: none says anything, none does anything."""
    client = Client()
    sign_in(client)
    nothing = "019acbf1-40c2-7a63-9c2f-3d5a1c0b7e11"
    opened = {}
    for path, permission in paths(get_resolver().url_patterns):
        if permission == "public" or path.startswith("/api/") or path in FOR_ANYBODY:
            continue
        address = re.sub(r"<[^>]*>", nothing, path).replace("^.*$", "nowhere")
        for answer in (client.get(address), client.post(address)):
            led = answer.get("Location", "")
            if not (answer.status_code == 405 or led.startswith("/sign-in?next=")):
                opened[address] = answer.status_code
    assert opened == {}
    assert viewer_of_cookie(cookie(client)) is None
    assert client.get("/api/v1/me").status_code == 401
    assert not is_in(client)


def test_a_session_that_claims_to_be_signed_in_is_not(cast: Cast, secret: str) -> None:
    """Whatever signs somebody in without the second step (an older session, another door of Django's) opens nothing."""
    client = Client()
    client.force_login(cast.agent.user)
    assert (is_in(client), viewer_of_cookie(cookie(client))) == (False, None)


def test_sessions_of_before_end_and_the_one_that_added_it_goes_on(cast: Cast) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        sign_in(client)
    page = here.get("/settings/account/second-factor")
    sealed = page.context["form"]["sealed"].value()
    made = page.context["plain_secret"]
    added = here.post(
        "/settings/account/second-factor", {"sealed": sealed, "code": code(made), "name": "Phone"}
    )
    assert (added.status_code, len(added.context["codes"])) == (201, 10)
    assert (is_in(here), is_in(elsewhere)) == (True, False)


@pytest.mark.usefixtures("still")
def test_guessing_codes_waits_longer_and_longer_from_anywhere(cast: Cast, secret: str) -> None:
    free = PATIENCE["code"].free
    statuses = []
    for number in range(free + 1):
        client = Client(REMOTE_ADDR=f"192.0.2.{number}")  # another machine each time
        sign_in(client)
        statuses.append(step(client, "000000").status_code)
    assert statuses == [422] * free + [429]
    last = Client()
    sign_in(last)
    refused = step(last, code(secret))  # the right one, unjudged
    assert (refused.status_code, refused["Retry-After"]) == (429, "1")
    assert not is_in(last)


def test_a_day_of_guessing_finds_a_code_once_in_three_thousand_days() -> None:
    patience, guesses, now = PATIENCE["code"], 0, timedelta(0)
    while now < timedelta(days=1):
        guesses += 1
        now += patience.wait(guesses)
    assert guesses * 3 / 1_000_000 < 1 / 3_000


@pytest.mark.usefixtures("still")
def test_a_code_that_was_seen_is_of_no_use(cast: Cast, secret: str) -> None:
    first, thief = Client(), Client()
    for client in (first, thief):
        sign_in(client)
    seen = code(secret)
    step(first, seen)
    assert step(thief, seen).status_code == 422
    assert (is_in(first), is_in(thief)) == (True, False)


def test_codes_of_before_are_of_no_use(cast: Cast, secret: str) -> None:
    client = Client()
    sign_in(client)
    old = pyotp.TOTP(secret).at(clock.now() - 2 * STEP)
    assert (step(client, old).status_code, is_in(client)) == (422, False)


def test_the_key_of_a_session_is_another_after_each_step(cast: Cast, secret: str) -> None:
    """Whoever planted a key in the browser, or saw it between the steps, has nothing."""
    client = Client()
    client.post("/sign-in/passkey/question")
    planted = client.cookies[SESSION].value
    sign_in(client)
    between = client.cookies[SESSION].value
    step(client, code(secret))
    after = client.cookies[SESSION].value
    assert len({planted, between, after}) == 3
    for key in (planted, between):
        thief = Client()
        thief.cookies[SESSION] = key
        assert (is_in(thief), step(thief, code(secret))["Location"]) == (False, "/sign-in")


def test_between_the_steps_nobody_dawdles(cast: Cast, secret: str) -> None:
    client = Client()
    sign_in(client)
    with clock.frozen_at(clock.now() + PENDING_LASTS):
        assert step(client, code(secret))["Location"] == "/sign-in"
    assert not is_in(client)


def test_a_new_password_between_the_steps_begins_anew(cast: Cast, secret: str) -> None:
    client = Client()
    sign_in(client)
    reset_password(make_link(cast.agent.user).secret, "four lazy ponds of umber")
    assert step(client, code(secret))["Location"] == "/sign-in"


def test_a_new_password_does_not_go_around_it(cast: Cast, secret: str) -> None:
    reset_password(make_link(cast.agent.user).secret, "four lazy ponds of umber")
    client = Client()
    form = {"email": "agent@lotus.example", "password": "four lazy ponds of umber"}
    assert client.post("/sign-in", form)["Location"] == "/sign-in/second-step"
    assert (SecondFactor.objects.count(), is_in(client)) == (1, False)


def test_the_second_step_alone_is_no_door(cast: Cast, secret: str) -> None:
    client = Client()
    answers = [
        client.get("/sign-in/second-step"),
        step(client, code(secret)),
        client.post("/sign-in/second-step", {"answer": "{}"}),
    ]
    assert [answer["Location"] for answer in answers] == ["/sign-in"] * 3


def test_somebody_elses_second_factor_opens_nothing(cast: Cast, secret: str) -> None:
    other = secret_of(cast, cast.lead)
    client = Client()
    sign_in(client)
    assert (step(client, code(other)).status_code, is_in(client)) == (422, False)


def test_forms_from_elsewhere_are_refused(cast: Cast, secret: str) -> None:
    client = Client(enforce_csrf_checks=True)
    addresses = [
        "/sign-in/second-step",
        "/sign-in/passkey",
        "/sign-in/passkey/question",
        "/settings/account/proof",
        "/settings/account/second-factor",
        "/settings/account/second-factor/passkey",
        "/settings/account/second-factor/codes",
        f"/settings/account/second-factor/{SecondFactor.objects.get().id}/removal",
        f"/settings/members/{cast.agent.id}/second-factor",
        "/settings/second-factor/change",
    ]
    statuses = {address: client.post(address, {"code": code(secret)}).status_code for address in addresses}
    assert statuses == dict.fromkeys(addresses, 403)


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/settings/account/second-factor", {"code": "123456"}),
        ("/settings/account/second-factor/passkey", {"answer": "{}"}),
        ("/settings/account/second-factor/passkey/question", {}),
        ("/settings/account/second-factor/codes", {}),
        ("/settings/account/second-factor/{factor}/removal", {}),
    ],
)
def test_an_open_screen_changes_nothing_without_a_fresh_proof(
    cast: Cast, secret: str, address: str, form: dict[str, str]
) -> None:
    client = Client()
    sign_in(client)
    step(client, code(secret))
    before = list(SecondFactor.objects.values()), list(User.objects.values())
    there = address.format(factor=SecondFactor.objects.get().id)
    with clock.frozen_at(clock.now() + PROOF_LASTS):
        answer = client.post(there, form)
        assert answer["Location"].startswith("/settings/account/proof?next=")
        assert (list(SecondFactor.objects.values()), list(User.objects.values())) == before
        wrong = client.post("/settings/account/proof", {"password": "wrong"})
        assert wrong.status_code == 422
        client.post("/settings/account/proof", {"password": PASSWORD})
        assert not client.post(there, form).get("Location", "").startswith("/settings/account/proof")


def test_colleagues_cannot_touch_it(cast: Cast, secret: str) -> None:
    lead = Client()
    sign_in(lead, "lead@lotus.example")
    factor = SecondFactor.objects.get()
    answers = [
        lead.post(f"/settings/account/second-factor/{factor.id}/removal").status_code,
        lead.post(f"/settings/account/second-factor/{factor.id}/name", {"name": "Mine"}).status_code,
        lead.post(f"/settings/members/{cast.agent.id}/second-factor").status_code,
    ]
    assert answers == [404, 404, 403]
    assert SecondFactor.objects.get().name == "Phone"


def test_whoever_must_have_one_sets_it_up_before_anything_else(cast: Cast) -> None:
    client = Client()
    sign_in(client)
    change_rule(SecondFactorRule(everybody_from=clock.now()), by=cast.actor(cast.owner))
    led = client.get("/inbox/open")
    assert led["Location"] == "/settings/account/second-factor?next=%2Finbox%2Fopen"
    assert client.post("/preferences", {"theme": "dark"})["Location"].startswith(
        "/settings/account/second-factor"
    )
    assert viewer_of_cookie(cookie(client)) is None
    page = client.get("/settings/account/second-factor")
    form = {"sealed": page.context["form"]["sealed"].value(), "code": code(page.context["plain_secret"])}
    assert client.post("/settings/account/second-factor", form).status_code == 201
    assert client.get("/inbox/open").status_code == 200
    assert viewer_of_cookie(cookie(client)) is not None


def test_until_then_it_may_be_put_off(cast: Cast) -> None:
    change_rule(SecondFactorRule(everybody_from=clock.now() + timedelta(days=7)), by=cast.actor(cast.owner))
    client = Client()
    first = sign_in(client, next="/inbox/open")
    assert first["Location"] == "/settings/account/second-factor?next=%2Finbox%2Fopen"
    assert "Later" in client.get(first["Location"]).content.decode()
    assert client.get("/inbox/open").status_code == 200


def test_tokens_are_not_touched(cast: Cast) -> None:
    plain = cast.token("agent")
    change_rule(SecondFactorRule(everybody_from=clock.now()), by=cast.actor(cast.owner))
    answer = Client().get("/api/v1/conversations", headers={"Authorization": f"Bearer {plain}"})
    assert answer.status_code == 200


def test_after_a_reset_the_password_lets_in_and_nobody_stays_in(cast: Cast, secret: str) -> None:
    client = Client()
    sign_in(client)
    step(client, code(secret))
    reset_factors(cast.agent, by=cast.actor(cast.owner))
    assert not is_in(client)
    again = Client()
    assert (sign_in(again)["Location"], is_in(again)) == ("/", True)


def add_passkey(client: Client, key: SecurityKey) -> Any:
    question = client.post("/settings/account/second-factor/passkey/question").content.decode()
    return client.post(
        "/settings/account/second-factor/passkey",
        {"answer": key.make(question, ORIGIN), "name": "Key"},
    )


@pytest.fixture
def key(cast: Cast) -> SecurityKey:
    client, made = Client(), SecurityKey()
    sign_in(client)
    assert add_passkey(client, made).status_code == 201
    return made


def question_of(client: Client) -> str:
    return client.post("/sign-in/passkey/question").content.decode()


def test_a_passkey_is_a_second_step_and_comes_instead_of_a_password(cast: Cast, key: SecurityKey) -> None:
    client = Client()
    sign_in(client)
    asked = question_of(client)
    assert len(json.loads(asked)["allowCredentials"]) == 1
    assert client.post("/sign-in/second-step", {"answer": key.sign(asked, ORIGIN)})["Location"] == "/"
    alone = Client()
    asked = question_of(alone)
    assert json.loads(asked)["userVerification"] == "required"
    entered = alone.post("/sign-in/passkey", {"answer": key.sign(asked, ORIGIN), "next": "/inbox/open"})
    assert (entered["Location"], is_in(client), is_in(alone)) == ("/inbox/open", True, True)


def test_an_answer_of_a_passkey_is_good_once_for_one_question(cast: Cast, key: SecurityKey) -> None:
    client, thief = Client(), Client()
    answer = key.sign(question_of(client), ORIGIN)
    question_of(thief)
    tried = [
        thief.post("/sign-in/passkey", {"answer": answer}).status_code,  # somebody else's question
        client.post("/sign-in/passkey", {"answer": answer}).status_code,
    ]
    assert tried == [422, 302]
    client.post("/sign-out")
    assert client.post("/sign-in/passkey", {"answer": answer}).status_code == 422


def test_a_passkey_asked_for_at_one_door_does_not_open_another(cast: Cast, key: SecurityKey) -> None:
    client = Client()
    asked = question_of(client)  # as first step: nothing proved yet
    sign_in(client)
    answer = {"answer": key.sign(asked, ORIGIN)}
    assert client.post("/sign-in/second-step", answer).status_code == 422
    asked = question_of(client)  # as second step
    stolen = {"answer": key.sign(asked, ORIGIN)}
    assert client.post("/sign-in/passkey", stolen).status_code == 422
    assert not is_in(client)


def test_a_passkey_without_a_finger_does_not_come_instead_of_a_password(cast: Cast, key: SecurityKey) -> None:
    key.verifies = False
    client = Client()
    answer = {"answer": key.sign(question_of(client), ORIGIN)}
    assert (client.post("/sign-in/passkey", answer).status_code, is_in(client)) == (422, False)


def test_whoever_is_out_does_not_come_in_by_a_passkey(cast: Cast, key: SecurityKey) -> None:
    Member.objects.filter(id=cast.agent.id).update(is_active=False)
    client = Client()
    answer = {"answer": key.sign(question_of(client), ORIGIN)}
    assert (client.post("/sign-in/passkey", answer).status_code, is_in(client)) == (422, False)
