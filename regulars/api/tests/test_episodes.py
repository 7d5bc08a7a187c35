"""Episodes, facts and business hours over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import reopen_conversation, resolve_conversation
from regulars.conversations.operations.settling import record_results
from regulars.conversations.tests.saying import claim, fresh, queue
from regulars.inboxes.ports import Accepted
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, Cast

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
WEEK = {
    "monday": [{"from": "09:00", "to": "12:30"}, {"from": "13:30", "to": "18:00"}],
    "friday": [{"from": "22:00", "to": "24:00"}],
}


def later(**time: float) -> datetime:
    return NOON + timedelta(**time)


@pytest.fixture
def thread(cast: Cast) -> Conversation:
    """Asked at noon, answered after two minutes, resolved, opened again twice: within a day, and after."""
    by = cast.actor(cast.agent)
    with clock.frozen_at(NOON):
        thread = cast.hears(ALICE, "hello", at=NOON)
    with clock.frozen_at(later(minutes=2)):
        queue(cast, fresh(thread), by=cast.agent)
        record_results([(claim(cast)[0], Accepted(provider_id="w.1"))])
    with clock.frozen_at(later(minutes=5)):
        resolve_conversation(fresh(thread), by=by)
    with clock.frozen_at(later(hours=1)):
        reopen_conversation(fresh(thread), by=by)
    with clock.frozen_at(later(hours=2)):
        resolve_conversation(fresh(thread), by=by)
    return cast.hears(ALICE, "and now?", at=later(days=3))


def test_episodes_have_the_published_shape(api: Api, cast: Cast, thread: Conversation):
    page = api.get(f"/conversations/{thread.id}/episodes").json()
    second, first = page["items"]
    assert api.get(f"/conversations/{thread.id}").json()["episode"] == second.pop("id")
    assert first.pop("id") != thread.episode_id
    assert second == {
        "number": 2,
        "opened_at": "2026-11-23T12:00:00Z",
        "first_answer_at": None,
        "first_answer_seconds": None,
        "first_answer_business_seconds": None,
        "resolved_at": None,
        "by": None,
        "outcome": None,
        "reopened_count": 0,
        "reopened_at": None,
    }
    assert first == {
        "number": 1,
        "opened_at": "2026-11-20T12:00:00Z",
        "first_answer_at": "2026-11-20T12:02:00Z",
        "first_answer_seconds": 120,
        "first_answer_business_seconds": 120,
        "resolved_at": "2026-11-20T14:00:00Z",
        "by": {"kind": "member", "id": str(cast.agent.id), "name": str(cast.agent)},
        "outcome": "answered",
        "reopened_count": 1,
        "reopened_at": "2026-11-20T13:00:00Z",
    }


def test_facts_are_paged_the_newest_first(api: Api, cast: Cast, thread: Conversation):
    path, kinds, cursor = f"/conversations/{thread.id}/facts", [], None
    found: dict[str, Any] = {}
    while True:
        page = api.get(path, limit=2, **({"cursor": cursor} if cursor else {})).json()
        kinds += [each["kind"] for each in page["items"]]
        found |= {each["kind"]: each for each in page["items"]}
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert kinds[:3] == ["resolved", "reopened", "resolved"]
    assert sorted(kinds[3:]) == ["answered", "assigned"]
    answer = found["answered"]
    assert (answer["by"]["kind"], answer["member"], answer["first"]) == ("person", str(cast.agent.id), True)
    assert (answer["wait_seconds"], answer["business_seconds"], answer["withdrawn_at"]) == (120, 120, None)
    assert (answer["waiting_since"], answer["at"]) == ("2026-11-20T12:00:00Z", "2026-11-20T12:02:00Z")
    assert (answer["inbox"], answer["channel"], answer["tier"]) == (str(cast.inbox.id), "whatsapp", None)


@pytest.mark.parametrize("what", ["episodes", "facts"])
def test_strangers_and_nonsense_do_not_exist(api: Api, as_role: Callable[[str], Api], cast: Cast, what: str):
    theirs = cast.stranger.hears(BORIS, "hello")
    assert problem(api.get(f"/conversations/{theirs.id}/{what}")) == (404, "not-found")
    assert problem(api.get(f"/conversations/nonsense/{what}")) == (404, "not-found")
    mine = cast.hears(ALICE, "hello")
    assert problem(api.get(f"/conversations/{mine.id}/{what}", cursor="x"))[0] == 422
    narrow = Api(cast.token("admin", scopes=["contacts:read"]))
    assert problem(narrow.get(f"/conversations/{mine.id}/{what}"))[0] == 403


def test_business_hours_are_read_and_changed(api: Api, as_role: Callable[[str], Api]):
    usual: dict[str, Any] = {
        "time_zone": "UTC",
        "week": None,
        "country": "",
        "holidays": [],
        "episode_hours": 24,
    }
    assert as_role("lead").get("/business-hours").json() == usual
    holidays = [{"date": "2026-12-25", "name": "Christmas"}]
    changed = api.patch("/business-hours", {"week": WEEK, "holidays": holidays, "time_zone": "Asia/Seoul"})
    days_off: dict[str, list[Any]] = {
        day: [] for day in ("tuesday", "wednesday", "thursday", "saturday", "sunday")
    }
    expected = {
        "time_zone": "Asia/Seoul",
        "week": {**WEEK, **days_off},
        "country": "",
        "holidays": holidays,
    }
    assert changed.json() == {**expected, "episode_hours": 24}
    assert api.patch("/business-hours", {"episode_hours": 48}).json() == {**expected, "episode_hours": 48}
    assert api.patch("/business-hours", {"holidays": []}).json()["holidays"] == []
    assert api.patch("/business-hours", {"week": None}).json()["week"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"week": {"monday": [{"from": "18:00", "to": "09:00"}]}}, "monday"),
        ({"week": {"noday": []}}, "noday"),
        ({"week": {}}, "monday"),
        ({"holidays": [{"date": "2026-12-25"}]}, "holidays"),
        ({"time_zone": "Nowhere"}, "time_zone"),
        ({"episode_hours": 10_000}, "episode_hours"),
    ],
)
def test_wrong_hours_are_refused_by_field(api: Api, body: dict[str, Any], field: str):
    answer = api.patch("/business-hours", body)
    assert (problem(answer), list(answer.json()["fields"])) == ((422, "invalid"), [field])


def test_leads_only_look_at_hours_and_agents_do_not(as_role: Callable[[str], Api]):
    assert problem(as_role("lead").patch("/business-hours", {"episode_hours": 1}))[0] == 403
    assert problem(as_role("agent").get("/business-hours"))[0] == 403
