from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django.fixtures import Settings

from regulars.kernel import clock
from regulars.kernel.heartbeats import Pulse
from regulars.web import health
from regulars.workspaces.guessing import PATIENCE
from regulars.workspaces.models import Member, User
from regulars.workspaces.operations import invite_member, set_member_active
from regulars.workspaces.sessions import SessionStore
from regulars.workspaces.setting_up import set_up_secret
from tests.cast import PASSWORD, Cast

SignIn = Callable[[Member], Client]
OWNER = {
    "workspace_name": "Linen & Co",
    "name": "Grace",
    "email": "grace@linen.example",
    "password": PASSWORD,
    "language": "ko",
    "time_zone": "Asia/Seoul",
}


@pytest.fixture
def no_time_goes_by() -> Iterator[None]:
    with clock.frozen_at(clock.now()):
        yield


def test_a_fresh_house_asks_for_its_first_owner(db: None) -> None:
    client = Client()
    assert client.get("/sign-in")["Location"] == "/set-up"
    assert "set-up address" in client.get("/set-up").content.decode()
    page = client.get(f"/set-up?secret={set_up_secret()}")
    assert (page.status_code, set_up_secret() in page.content.decode()) == (200, True)
    response = client.post("/set-up", {**OWNER, "secret": set_up_secret()})
    assert (response.status_code, response["Location"]) == (302, "/settings/numbers")
    member = Member.objects.get()
    assert (member.role.key, member.user.language, member.user.time_zone) == ("owner", "ko", "Asia/Seoul")
    assert client.get("/settings/numbers").status_code == 200


def test_a_weak_password_is_said_at_its_field(db: None) -> None:
    response = Client().post("/set-up", {**OWNER, "password": "short", "secret": set_up_secret()})
    assert (response.status_code, list(response.context["form"].errors), User.objects.count()) == (
        200,
        ["password"],
        0,
    )


@pytest.mark.parametrize("secret", ["", "guess", "пароль"])
def test_without_the_secret_the_set_up_stays_shut_and_says_where_to_find_it(db: None, secret: str) -> None:
    for response in (
        Client().get("/set-up", {"secret": secret}),
        Client().post("/set-up", {**OWNER, "secret": secret}),
    ):
        html = response.content.decode()
        assert (response.status_code, "regulars serve" in html, "set_up_url" in html) == (403, True, True)
    assert User.objects.count() == 0


def test_there_is_no_second_first_owner(cast: Cast) -> None:
    response = Client().post("/set-up", {**OWNER, "secret": set_up_secret()})
    assert (response["Location"], User.objects.filter(email=OWNER["email"]).count()) == ("/sign-in", 0)


def test_signing_in_and_out(cast: Cast) -> None:
    client = Client()
    response = client.post(
        "/sign-in", {"email": "Agent@lotus.example", "password": PASSWORD, "next": "/inbox/open"}
    )
    assert (response.status_code, response["Location"]) == (302, "/inbox/open")
    assert client.get("/inbox/open").status_code == 200
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/inbox/open").status_code == 302


@pytest.mark.parametrize(
    "next_url",
    [
        "https://evil.example/",
        "//evil.example/",
        "javascript:alert(1)",
        "/.//evil.example",
        "/a/..//evil.example",
    ],
)
def test_nobody_is_led_away(cast: Cast, sign_in: SignIn, next_url: str) -> None:
    response = Client().post(
        "/sign-in", {"email": "agent@lotus.example", "password": PASSWORD, "next": next_url}
    )
    assert response["Location"] == "/"
    assert sign_in(cast.agent).post("/preferences", {"next": next_url})["Location"] == "/"


def test_a_wrong_password_says_nothing_about_the_address(cast: Cast) -> None:
    said = [
        Client().post("/sign-in", {"email": email, "password": "wrong"}).context["form"].non_field_errors()
        for email in ("agent@lotus.example", "nobody@lotus.example")
    ]
    assert said[0] == said[1] == ["Wrong e-mail or password."]


@pytest.mark.usefixtures("no_time_goes_by")
def test_many_wrong_passwords_wait_and_the_page_says_how_long(cast: Cast) -> None:
    form = {"email": "agent@lotus.example", "password": "wrong"}
    answers = [Client().post("/sign-in", form) for _ in range(PATIENCE["account and place"].free + 1)]
    assert [answer.status_code for answer in answers[:-1]] == [200] * (len(answers) - 1)
    last = answers[-1]
    assert (last.status_code, last["Retry-After"]) == (429, "1")
    assert last.context["form"].non_field_errors() == [
        "Too many wrong passwords. Wait 1 second and try again."
    ]


@pytest.mark.usefixtures("no_time_goes_by")
def test_a_browser_that_has_been_here_is_not_slowed_down_by_strangers(cast: Cast) -> None:
    form = {"email": "agent@lotus.example", "password": PASSWORD}
    known = Client()
    assert known.post("/sign-in", form).status_code == 302
    known.post("/sign-out")
    while Client().post("/sign-in", {**form, "password": "wrong"}).status_code != 429:
        pass
    assert Client().post("/sign-in", form).status_code == 429
    assert known.post("/sign-in", {**form, "password": "wrong"}).status_code == 200
    assert known.post("/sign-in", form).status_code == 302
    known.post("/sign-out")
    somebody_else = {"email": "mate@lotus.example", "password": "wrong"}
    assert known.post("/sign-in", somebody_else).status_code == 200


@pytest.mark.usefixtures("no_time_goes_by")
def test_an_invitation_is_no_way_around_the_wait(cast: Cast) -> None:
    """Somebody who may invite, in whichever workspace, guesses no faster than at the door."""
    stranger = cast.stranger.owner
    _row, secret = invite_member(
        stranger.workspace, "agent@lotus.example", "agent", by=cast.stranger.actor(stranger), inviter=stranger
    )
    form = {"name": "x", "language": "en", "time_zone": "UTC"}
    statuses = [
        Client().post(f"/invitations/{secret}", {**form, "password": f"wrong {number}"}).status_code
        for number in range(PATIENCE["account and place"].free + 1)
    ]
    assert statuses == [200] * (len(statuses) - 1) + [429]
    assert Member.objects.filter(user__email="agent@lotus.example").count() == 1
    assert Client().post("/sign-in", {"email": "agent@lotus.example", "password": "x"}).status_code == 429


def test_whoever_is_out_stays_out_at_once(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    assert client.get("/inbox/open").status_code == 200
    set_member_active(cast.agent, False, by=cast.actor())
    assert client.get("/inbox/open").status_code == 302
    set_member_active(cast.agent, True, by=cast.actor())
    assert client.get("/inbox/open").status_code == 302


def test_demo_accounts_are_offered_in_the_demo_only(cast: Cast, settings: object) -> None:
    told = [{"email": "agent@lotus.example", "password": PASSWORD, "role": "agent"}]
    settings.DEMO_MEMBERS = told  # type: ignore[attr-defined]  # pytest-django's settings
    assert Client().get("/sign-in").context["demo_accounts"] == []
    settings.DEMO = True  # type: ignore[attr-defined]  # pytest-django's settings
    accounts = Client().get("/sign-in").context["demo_accounts"]
    assert [(each.name, each.role) for each in accounts] == [("Ann Agent", "Agent")]


def test_owner_and_agent_have_their_own_door_to_the_demo(cast: Cast, settings: Settings) -> None:
    told = [{"email": f"{name}@lotus.example", "password": PASSWORD} for name in ("owner", "agent", "mate")]
    settings.DEMO_MEMBERS, settings.DEMO = told, True
    page = Client().get("/sign-in?as=agent")
    assert page.context["door"].email == "agent@lotus.example"
    assert page.content.decode().count("data-enter") == 1
    assert [bool(each.does) for each in page.context["demo_accounts"]] == [True, True, False]
    assert "data-enter" not in Client().get("/sign-in?as=nobody").content.decode()
    client = Client()
    client.force_login(cast.agent.user)
    assert client.get("/sign-in?as=agent").status_code == 302
    assert client.get("/sign-in?as=owner").context["door"].email == "owner@lotus.example"
    settings.DEMO = False
    assert client.get("/sign-in?as=owner").status_code == 302


def test_an_invitation_opens_once(cast: Cast) -> None:
    _row, secret = invite_member(
        cast.workspace, "new@lotus.example", "agent", by=cast.actor(cast.owner), inviter=cast.owner
    )
    form = {"name": "New", "password": PASSWORD, "language": "th", "time_zone": "Asia/Bangkok"}
    client = Client()
    assert client.get(f"/invitations/{secret}").status_code == 200
    assert client.post(f"/invitations/{secret}", form)["Location"] == "/inbox/mine?welcome=1"
    assert Member.objects.get(user__email="new@lotus.example").role.key == "agent"
    assert client.get("/inbox/open").headers["Content-Language"] == "th"
    assert Client().get(f"/invitations/{secret}").status_code == 404
    assert Client().get("/invitations/nonsense").status_code == 404


def test_theme_language_zone_and_density_are_kept_for_every_device(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    client.post("/preferences", {"theme": "dark", "next": "/inbox/open"})
    client.post("/preferences", {"language": "ru"})
    client.post("/preferences", {"density": "compact"})
    client.post("/preferences", {"time_zone": "Asia/Bangkok"})
    client.post("/preferences", {"theme": "neon", "language": "xx", "density": "vast", "time_zone": "../x"})
    html = sign_in(cast.agent).get("/inbox/open").content.decode()
    for part in ('lang="ru"', 'data-theme="dark"', 'data-density="compact"', 'data-time-zone="Asia/Bangkok"'):
        assert part in html


def test_shortcuts_are_changed_one_by_one_and_can_be_silent(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    as_script = {"X-Fragment": "1"}
    for given in (
        {"shortcut": "resolve", "key": "Alt+X"},
        {"shortcut": "note", "key": ""},
        {"shortcut": "reply", "key": "Y"},
        {"shortcut": "reply"},
        {"single_keys": "off"},
    ):
        assert client.post("/preferences", given, headers=as_script).status_code == 204
    for given in ({"shortcut": "resolve", "key": "no key"}, {"shortcut": "<script>", "key": "X"}):
        assert client.post("/preferences", given, headers=as_script).status_code == 422
    user = User.objects.get(id=cast.agent.user_id)
    assert (user.shortcuts, user.single_keys) == ({"resolve": "Alt+X", "note": ""}, False)
    html = sign_in(cast.agent).get("/inbox/open").content.decode()
    assert 'data-single-keys="off"' in html
    assert "&quot;note&quot;: &quot;&quot;" in html


def test_all_shortcuts_are_chosen_at_once(cast: Cast, sign_in: SignIn) -> None:
    client, as_script = sign_in(cast.agent), {"X-Fragment": "1"}
    client.post("/preferences", {"shortcut": "reply", "key": "Y"}, headers=as_script)
    mail = {"tag": "L", "mark-unread": "Shift+U"}
    refused = ('{"tag": "no key"}', '{"tag": 1}', "[]", "nonsense")
    for given in (*refused, json.dumps({f"c{'x' * many}": "X" for many in range(101)})):
        assert client.post("/preferences", {"shortcuts": given}, headers=as_script).status_code == 422
    assert User.objects.get(id=cast.agent.user_id).shortcuts == {"reply": "Y"}
    assert client.post("/preferences", {"shortcuts": json.dumps(mail)}, headers=as_script).status_code == 204
    assert User.objects.get(id=cast.agent.user_id).shortcuts == mail
    client.post("/preferences", {"shortcuts": "{}"}, headers=as_script)
    assert User.objects.get(id=cast.agent.user_id).shortcuts == {}


def test_the_doors_speak_the_chosen_language(cast: Cast) -> None:
    client = Client()
    client.post("/language", {"language": "ko", "next": "/sign-in"})
    assert 'lang="ko"' in client.get("/sign-in").content.decode()


def test_every_page_has_the_strict_policy(cast: Cast, sign_in: SignIn) -> None:
    policy = sign_in(cast.agent).get("/inbox/open")["Content-Security-Policy"]
    assert [
        part in policy
        for part in ("script-src 'self'", "style-src 'self'", "unsafe", "frame-ancestors 'none'")
    ] == [True, True, False, True]


def test_a_refused_host_has_the_policy_in_the_demo_too(db: None, settings: Settings) -> None:
    settings.DEMO, settings.SANDBOX_URL = True, "http://127.0.0.1:8950"
    refused = Client(raise_request_exception=False).get("/sign-in", headers={"Host": "a;script-src *"})
    assert (refused.status_code, refused["Cache-Control"]) == (400, "private, no-store")
    assert "frame-src 'none'" in refused["Content-Security-Policy"]


def test_nobody_keeps_what_a_member_was_shown(cast: Cast, sign_in: SignIn) -> None:
    client, as_script = sign_in(cast.agent), {"X-Fragment": "1"}
    for path in ("/inbox/open", "/search?q=alice", "/settings/tokens", "/nowhere"):
        assert client.get(path, headers=as_script)["Cache-Control"] == "private, no-store"


def test_a_wrong_address_has_a_page_of_ours(cast: Cast, sign_in: SignIn) -> None:
    response = sign_in(cast.agent).get("/nowhere")
    assert (response.status_code, "This page does not exist" in response.content.decode()) == (404, True)


def test_a_refusal_says_what_is_safe_and_what_to_do(cast: Cast, sign_in: SignIn) -> None:
    """Never the name of a permission, and one way on: back to the page that was sent, else to the inbox."""
    client = sign_in(cast.agent)
    page = client.get("/settings/tokens").content.decode()
    for words in ("Your role does not include this", "Nothing was changed.", 'href="/"'):
        assert words in page
    assert "tokens:manage" not in page
    sent_from = "http://testserver/inbox/mine"
    page = client.post("/settings/tokens", {}, headers={"Referer": sent_from}).content.decode()
    assert f'href="{sent_from}"' in page
    page = client.post(
        "/settings/tokens", {}, headers={"Referer": "http://elsewhere.example/"}
    ).content.decode()
    assert "elsewhere" not in page
    toast = client.post("/settings/tokens", {}, headers={"X-Fragment": "1"})
    assert toast.content.decode().startswith("Your role does not include this. Nothing was changed.")
    cast.agent.user.language = "ru"
    cast.agent.user.save()
    assert "Ваша роль этого не позволяет" in client.get("/settings/tokens").content.decode()


def test_a_lost_database_is_said_in_a_page_that_tries_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_arguments: object, **_named: object) -> None:
        raise OperationalError("the connection is closed")

    monkeypatch.setattr("regulars.web.sign_in.middleware.actor_of_member", lost)
    client = Client(raise_request_exception=False)
    client.force_login(cast.agent.user)
    response = client.get("/inbox/open")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The database is not answering" in response.content.decode()


def test_health_is_told_in_json_while_the_database_is_away_also_with_a_session(
    cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(cast.owner)
    monkeypatch.setattr(health, "_database", lambda: "the database cannot be reached (OperationalError)")

    def away(*_arguments: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(SessionStore, "load", away)
    response = client.get("/readyz")
    assert (response.status_code, response["Content-Type"]) == (503, "application/json")
    assert response.json()["checks"]["database"].startswith("the database cannot be reached")


@pytest.mark.django_db(transaction=True)
def test_jobs_that_stand_still_are_told_and_close_no_door(
    cast: Cast, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    Pulse("worker").beat()
    monkeypatch.setattr(health, "job_problem", lambda: "no worker takes jobs")
    response = client.get("/readyz")
    assert (response.status_code, response.json()["ready"]) == (200, True)
    assert response.json()["checks"]["jobs"] == "no worker takes jobs"
