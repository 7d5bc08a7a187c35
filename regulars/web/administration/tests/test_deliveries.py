"""The pages of what came in: deliveries, parked events, notices, and their buttons."""

from __future__ import annotations

from collections.abc import Callable

import orjson
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.inboxes.events import InboxChanged
from regulars.inboxes.models import ChannelNotice, Delivery
from regulars.kernel import clock
from regulars.kernel.events import record
from regulars.kernel.jobs.models import Job
from regulars.kernel.jobs.running import run_job
from regulars.kernel.models import ParkedEvent
from regulars.web.administration.views import deliveries as views
from regulars.workspaces.models import AuditEntry, Member
from tests.cast import FIRST_NUMBER, Cast, House, parked_event

SignIn = Callable[[Member], Client]
PAGES = ("/settings/deliveries", "/settings/parked-events", "/settings/notices")
AS_SCRIPT = {"X-Fragment": "1"}


def _came(house: House, state: str = "processed", said: str = "hello") -> Delivery:
    return Delivery.objects.create(
        connection=house.connection,
        state=state,
        body=orjson.dumps({"said": said}),
        update_counts={FIRST_NUMBER: 2},
        attempts=5 if state == "failed" else 0,
        error="ValueError: no such thing" if state == "failed" else "",
    )


def _parked(house: House) -> ParkedEvent:
    record(InboxChanged(house.workspace.id, house.inbox.id))
    return parked_event(house.workspace.id, reaction="whatsapp.show_typing", error="LookupError: tea")


def _notice(cast: Cast, delivery_id: int | None = None) -> ChannelNotice:
    return ChannelNotice.objects.create(
        workspace=cast.workspace,
        connection=cast.connection,
        kind="account",
        field="account_update",
        title="Restricted",
        dedup_key=str(ChannelNotice.objects.count()),
        delivery_id=delivery_id,
        at=clock.now(),
    )


@pytest.mark.parametrize("path", PAGES)
def test_pages_open_for_their_roles_and_have_an_empty_state(cast: Cast, sign_in: SignIn, path: str) -> None:
    answers = {role: sign_in(member).get(path) for role, member in cast.members.items()}
    assert {role: each.status_code for role, each in answers.items()} == {
        "owner": 200,
        "admin": 200,
        "lead": 403,
        "agent": 403,
    }
    html = answers["owner"].content.decode()
    followed = [f'data-page="{path}"', 'data-follows="deliveries"']
    assert [part for part in ("empty-state", *followed) if part not in html] == []


def test_what_came_is_listed_and_narrowed_to_what_failed(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    came, failed, _theirs = _came(cast), _came(cast, "failed"), _came(cast.stranger, "failed")
    everything = client.get("/settings/deliveries")
    assert [line.row for line in everything.context["rows"]] == [failed, came]
    html = everything.content.decode()
    assert [part in html for part in ("Read 1 failed again", "Could not be processed after 5 tries")] == [
        True,
        True,
    ]
    narrowed = client.get("/settings/deliveries?state=failed")
    assert [line.row for line in narrowed.context["rows"]] == [failed]


def test_pages_follow_each_other(cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 2)
    client = sign_in(cast.admin)
    rows, notices = [_came(cast, "failed") for _ in range(5)], [_notice(cast) for _ in range(5)]
    for start, expected in (("/settings/deliveries?state=failed", rows), ("/settings/notices", notices)):
        url, found = start, []
        while url:
            context = client.get(url).context
            found += [getattr(line, "row", line) for line in context["rows"]]
            url = context["next_url"]
        assert found == expected[::-1], start


def test_one_is_opened_as_it_came_and_that_is_written_down(cast: Cast, sign_in: SignIn) -> None:
    row = _came(cast, said="สวัสดี <b>")
    html = sign_in(cast.admin).get(f"/settings/deliveries/{row.id}").content.decode()
    assert "&quot;said&quot;: &quot;สวัสดี &lt;b&gt;&quot;" in html
    entry = AuditEntry.objects.get(verb="deliveries:open")
    assert (entry.object_id, entry.actor_id) == (str(row.id), cast.admin.id)


def test_what_is_gone_says_how_long_it_is_kept(cast: Cast, sign_in: SignIn) -> None:
    response = sign_in(cast.admin).get("/settings/deliveries/999999")
    assert (response.status_code, "30 days" in response.content.decode()) == (404, True)
    assert sign_in(cast.admin).get("/settings/deliveries/x").status_code == 404


def test_buttons_read_again(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    one, failed = _came(cast), _came(cast, "failed")
    answers = [
        client.post(f"/settings/deliveries/{one.id}/replay", headers=AS_SCRIPT),
        client.post("/settings/deliveries/failed/replay", headers=AS_SCRIPT),
    ]
    assert [each.status_code for each in answers] == [204, 204]
    assert "1 delivery is read again" in answers[0]["X-Toast"]
    assert set(Delivery.objects.values_list("id", "state")) == {(one.id, "pending"), (failed.id, "failed")}
    run_job(Job.objects.get(kind="inboxes.replay").id)
    assert set(Delivery.objects.values_list("id", "state")) == {(one.id, "pending"), (failed.id, "pending")}
    assert client.post(f"/settings/deliveries/{one.id}/replay")["Location"] == "/settings/deliveries"


def test_buttons_try_parked_events_again(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    one, other = _parked(cast), _parked(cast)
    html = client.get("/settings/parked-events").content.decode()
    assert [part in html for part in ("Try all 2 again", "LookupError: tea", "somebody types")] == [True] * 3
    assert client.post(f"/settings/parked-events/{one.id}/replay", headers=AS_SCRIPT).status_code == 204
    other.refresh_from_db()
    assert other.retry_asked_at is None
    client.post("/settings/parked-events/replay", headers=AS_SCRIPT)
    assert not ParkedEvent.objects.filter(retry_asked_at=None).exists()


def test_a_notice_is_read_again_while_its_delivery_is_kept(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.admin)
    row = _came(cast)
    _notice(cast, row.id)
    _notice(cast, row.id + 999)
    html = client.get("/settings/notices").content.decode()
    assert (
        html.count(f"/settings/deliveries/{row.id}/replay"),
        html.count("The webhook is no longer kept"),
    ) == (1, 1)


def test_strangers_find_nothing_and_agents_may_nothing(cast: Cast, sign_in: SignIn) -> None:
    row, parked = _came(cast, "failed"), _parked(cast)
    paths = [f"/settings/deliveries/{row.id}/replay", f"/settings/parked-events/{parked.id}/replay"]
    stranger, agent = sign_in(cast.stranger.owner), sign_in(cast.agent)
    assert [stranger.post(path).status_code for path in paths] == [404, 404]
    assert stranger.get(f"/settings/deliveries/{row.id}").status_code == 404
    for path in ("/settings/deliveries/failed/replay", "/settings/parked-events/replay"):
        stranger.post(path)
        assert agent.post(path).status_code == 403
    row.refresh_from_db()
    parked.refresh_from_db()
    assert (row.state, parked.retry_asked_at) == ("failed", None)


@pytest.mark.parametrize("path", PAGES)
def test_three_rows_ask_as_much_as_one(cast: Cast, sign_in: SignIn, path: str) -> None:
    client = sign_in(cast.owner)

    def add() -> None:
        _came(cast, "failed")
        _parked(cast)
        _notice(cast, 1)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    add()
    before = queries()
    add()
    add()
    assert queries() == before


def test_the_ledger_leads_to_what_came_in(cast: Cast, sign_in: SignIn) -> None:
    link = 'href="/settings/deliveries">What came in'
    pages = {
        role: sign_in(cast.members[role]).get("/settings/ledger").content.decode()
        for role in ("admin", "lead")
    }
    assert {role: link in html for role, html in pages.items()} == {"admin": True, "lead": False}
