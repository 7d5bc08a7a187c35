"""What came by webhook over REST: looked at, opened, read again; parked events and notices beside it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import orjson
import pytest

from regulars.api.tests.client import Api, problem
from regulars.inboxes.events import InboxChanged
from regulars.inboxes.models import ChannelNotice, Delivery, LedgerEntry
from regulars.kernel import clock
from regulars.kernel.events import record
from regulars.kernel.jobs.running import run_job
from regulars.kernel.models import ParkedEvent
from regulars.workspaces.models import AuditEntry
from tests.cast import FIRST_NUMBER, Cast, House, parked_event


def _came(house: House, state: str = "processed", **more: object) -> Delivery:
    values: dict[str, object] = {"body": orjson.dumps({"said": "secret"}), "update_counts": {FIRST_NUMBER: 2}}
    return Delivery.objects.create(connection=house.connection, state=state, **{**values, **more})


def _parked(house: House) -> ParkedEvent:
    record(InboxChanged(house.workspace.id, house.inbox.id))
    return parked_event(house.workspace.id, reaction="tea", error="LookupError: bad water")


def test_deliveries_are_listed_the_latest_first_and_page_by_page(api: Api, cast: Cast):
    rows = [_came(cast), _came(cast, "failed", error="ValueError: no", attempts=5), _came(cast, "pending")]
    _came(cast.stranger)
    first = api.get("/inbound-deliveries", limit=2).json()
    rest = api.get("/inbound-deliveries", limit=2, cursor=first["next_cursor"]).json()
    found = [*first["items"], *rest["items"]]
    assert [each["id"] for each in found] == [str(row.id) for row in reversed(rows)]
    assert (rest["next_cursor"], found[1]["error"], found[1]["attempts"]) == (None, "ValueError: no", 5)
    assert (found[0]["update_count"], found[0]["updates"]) == (2, {FIRST_NUMBER: 2})
    assert "raw" not in found[0]


def test_the_list_is_narrowed(api: Api, cast: Cast):
    old = _came(cast)
    Delivery.objects.filter(id=old.id).update(received_at=clock.now() - timedelta(days=3))
    failed = _came(cast, "failed")
    since = (clock.now() - timedelta(days=1)).isoformat()
    for query in (
        {"state": "failed"},
        {"since": since},
        {"connection": str(cast.connection.id), "state": "failed"},
    ):
        items = api.get("/inbound-deliveries", **query).json()["items"]
        assert [each["id"] for each in items] == [str(failed.id)], query
    assert api.get("/inbound-deliveries", connection=str(cast.stranger.connection.id)).json()["items"] == []
    for wrong in ({"state": "odd"}, {"since": "2026-11-29T08:00:00"}, {"connection": "x"}, {"cursor": "x"}):
        assert problem(api.get("/inbound-deliveries", **wrong)) == (422, "invalid"), wrong


def test_opening_one_shows_what_it_holds_and_is_written_down(api: Api, cast: Cast):
    row = _came(cast)
    assert api.get(f"/inbound-deliveries/{row.id}").json()["raw"] == {"said": "secret"}
    entry = AuditEntry.objects.get(verb="deliveries:open")
    assert (entry.object_id, entry.workspace_id) == (str(row.id), cast.workspace.id)


def test_one_is_read_again_and_counted_anew(api: Api, cast: Cast):
    row = _came(cast, "failed", error="ValueError: no", attempts=5)
    other = _came(cast, "failed")
    answer = api.post(f"/inbound-deliveries/{row.id}/replay").json()
    assert (answer["id"], answer["state"], answer["attempts"], answer["error"]) == (
        str(row.id),
        "pending",
        0,
        None,
    )
    assert LedgerEntry.objects.get(outcome="received").update_count == 2
    assert api.post(f"/inbound-deliveries/{row.id}/replay").status_code == 200
    assert LedgerEntry.objects.filter(outcome="received").count() == 1
    other.refresh_from_db()
    assert other.state == "failed"


def test_what_failed_is_read_again_unless_told_otherwise(api: Api, cast: Cast):
    _came(cast)
    _came(cast, "failed")
    _came(cast.stranger, "failed")
    for body, state in (({}, "failed"), ({"state": "all"}, "")):
        answer = api.post("/inbound-deliveries/replay", body)
        job = answer.json()
        assert (answer.status_code, job["kind"], job["total"]) == (202, "inboxes.replay", 1)
        assert job["arguments"]["state"] == state
        run_job(UUID(job["id"]))
        told = api.get(f"/jobs/{job['id']}").json()
        assert (told["status"], told["done"], told["result"]) == ("done", 1, {"deliveries": 1})
    assert Delivery.objects.filter(state="pending", connection=cast.connection).count() == 2
    assert Delivery.objects.get(connection=cast.stranger.connection).state == "failed"
    assert problem(api.post("/inbound-deliveries/replay", {"state": "pending"})) == (422, "invalid")


@pytest.mark.parametrize("delivery_id", ["0", "99999999", "x", "1" * 40, "-1", "１"])
def test_what_is_gone_or_never_was_is_not_found(api: Api, delivery_id: str):
    assert problem(api.get(f"/inbound-deliveries/{delivery_id}")) == (404, "not-found")
    assert problem(api.post(f"/inbound-deliveries/{delivery_id}/replay")) == (404, "not-found")


def test_strangers_deliveries_events_and_notices_do_not_exist(api: Api, cast: Cast):
    row, parked = _came(cast.stranger), _parked(cast.stranger)
    for path in (f"/inbound-deliveries/{row.id}/replay", f"/parked-events/{parked.id}/replay"):
        assert problem(api.post(path)) == (404, "not-found")
    assert problem(api.get(f"/inbound-deliveries/{row.id}")) == (404, "not-found")
    assert api.post("/parked-events/replay").json() == {"replayed": 0}
    assert api.get("/parked-events").json()["items"] == []
    parked.refresh_from_db()
    assert parked.retry_asked_at is None


def test_parked_events_are_listed_and_tried_again(api: Api, cast: Cast):
    parked, other = _parked(cast), _parked(cast)
    items = api.get("/parked-events").json()["items"]
    assert [each["id"] for each in items] == [str(other.id), str(parked.id)]
    assert (items[0]["reaction"], items[0]["event"], items[0]["error"]) == (
        "tea",
        "InboxChanged",
        "LookupError: bad water",
    )
    assert api.post(f"/parked-events/{parked.id}/replay").json()["retry_asked_at"] is not None
    assert api.post("/parked-events/replay").json() == {"replayed": 2}
    assert AuditEntry.objects.filter(verb="events:replay").count() == 2


def test_notices_name_their_delivery_while_it_is_kept(api: Api, cast: Cast):
    row = _came(cast)
    for key, delivery_id in (("kept", row.id), ("gone", row.id + 1000)):
        ChannelNotice.objects.create(
            workspace=cast.workspace,
            connection=cast.connection,
            inbox=cast.inbox,
            kind="account",
            field="account_update",
            title=key,
            dedup_key=key,
            delivery_id=delivery_id,
            at=clock.now(),
        )
    items = {each["title"]: each for each in api.get("/notices").json()["items"]}
    assert (items["kept"]["delivery"], items["gone"]["delivery"]) == (str(row.id), None)
    assert items["kept"]["inbox"]["id"] == str(cast.inbox.id)


@pytest.mark.parametrize("role", ["lead", "agent"])
def test_only_those_who_run_connections_look(as_role, role: str):
    api = as_role(role)
    for path in ("/inbound-deliveries", "/parked-events", "/notices", "/inbound-deliveries/1"):
        assert problem(api.get(path)) == (403, "not-allowed")
    assert problem(api.post("/inbound-deliveries/replay", {})) == (403, "not-allowed")
