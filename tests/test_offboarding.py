"""Keys that end, on a running product: each is tried afterwards, and what was open with it closes at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import httpx
import pytest

from regulars.workspaces.guessing import PATIENCE
from regulars.workspaces.permissions import THINGS
from tests.running.browsers import signed_in
from tests.running.product import Product

pytestmark = pytest.mark.slow

Enter = Callable[[str], httpx.Client]


@pytest.fixture
def enter(product: Product) -> Iterator[Enter]:
    """Browsers of people by their role, closed at the end."""
    with ExitStack() as opened:
        yield lambda role: opened.enter_context(closing(signed_in(product, role)))


def post(client: httpx.Client, path: str, **values: str) -> httpx.Response:
    return client.post(path, data={"csrfmiddlewaretoken": client.cookies["regulars_csrf"], **values})


def member_id(product: Product, role: str) -> str:
    email = next(each["email"] for each in product.ready["members"] if each["role"] == role)
    ((found,),) = product.sql(
        "SELECT m.id FROM workspaces_member m JOIN workspaces_user u ON u.id = m.user_id WHERE u.email = %s",
        email,
    )
    return str(found)


def closes(client: httpx.Client, act: Callable[[], object]) -> bool:
    """Whether ``act`` ends the browser's stream: it does not get as far as saying that it is still there."""
    with ThreadPoolExecutor(1) as thread, client.stream("GET", "/live", timeout=30) as stream:
        assert stream.status_code == 200
        lines = stream.iter_lines()
        while next(lines) != "event: hello":
            pass
        acting = thread.submit(act)
        has_ended = "event: ping" not in lines
        acting.result()
        return has_ended


def is_in(client: httpx.Client) -> bool:
    return client.get("/settings/account", follow_redirects=False).status_code == 200


def test_signing_out_closes_what_is_open_in_that_browser(enter: Enter):
    here, there = enter("agent"), enter("agent")
    assert closes(here, lambda: post(here, "/sign-out"))
    assert (is_in(here), is_in(there)) == (False, True)


def test_signing_out_everywhere_else_closes_it_there(enter: Enter):
    here, there = enter("agent"), enter("agent")
    end = lambda: post(here, "/settings/account/sessions/others/end")  # noqa: E731
    assert closes(there, end)
    assert (is_in(here), is_in(there)) == (True, False)


def test_whoever_is_let_out_is_out_with_every_key_and_none_wakes_up(product: Product, enter: Enter):
    admin, boss = enter("admin"), enter("owner")
    page = post(admin, "/settings/tokens", name="left behind", role="agent").text
    token = "rgl_" + page.partition("rgl_")[2].partition('"')[0]
    link = post(admin, "/settings/members/invite", email="later@example.com", role="agent").text
    invitation = "/invitations/" + link.partition("/invitations/")[2].partition('"')[0]

    def tried() -> tuple[bool, int, int]:
        """The session, the token, the invitation."""
        me = httpx.get(f"{product.ready['api_url']}/me", headers={"Authorization": f"Bearer {token}"})
        return is_in(admin), me.status_code, httpx.get(product.url + invitation).status_code

    assert tried() == (True, 200, 200)

    path = f"/settings/members/{member_id(product, 'admin')}"
    assert closes(admin, lambda: post(boss, path, is_active="no"))
    assert tried() == (False, 401, 404)
    post(boss, path, is_active="yes")
    assert tried() == (False, 401, 404)
    assert is_in(enter("admin"))


def test_a_role_that_loses_its_right_closes_what_is_open(product: Product, enter: Enter):
    boss, agent = enter("owner"), enter("agent")
    post(boss, "/settings/roles/new", name="Shift", copy_of="agent")
    ((role_id,),) = product.sql("SELECT id FROM workspaces_role WHERE name = %s", "Shift")
    post(boss, f"/settings/members/{member_id(product, 'agent')}", role=str(role_id))
    nothing = {"name": "Shift"} | {f"reach_{each}": "own" for each in THINGS}
    try:
        assert closes(agent, lambda: post(boss, f"/settings/roles/{role_id}", **nothing))
        assert is_in(agent)
    finally:
        post(boss, f"/settings/roles/{role_id}/removal", to="agent")
    assert agent.get("/inbox/open").status_code == 200


def test_the_table_of_sessions_opens_nothing(product: Product, enter: Enter):
    client = enter("agent")
    rows = product.sql("SELECT to_jsonb(s)::text FROM workspaces_browsersession s")
    assert client.cookies["regulars_session"] not in json.dumps([row[0] for row in rows])


def test_of_sixty_guesses_at_once_no_more_than_the_limit_are_judged(product: Product):
    """Last: this machine is one place, and has to wait afterwards."""
    email = next(each["email"] for each in product.ready["members"] if each["role"] == "lead")

    def guess(number: int) -> int:
        with httpx.Client(base_url=product.url, timeout=60) as client:
            client.get("/sign-in")
            return post(client, "/sign-in", email=email, password=f"wrong {number}").status_code

    with ThreadPoolExecutor(30) as threads:
        answers = list(threads.map(guess, range(60)))
    judged, waited = answers.count(200), answers.count(429)
    assert judged + waited == 60
    assert judged <= PATIENCE["account and place"].free + 5  # and some more after the first short waits
