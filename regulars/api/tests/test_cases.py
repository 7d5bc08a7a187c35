"""Cases over REST: opened, found, changed by version, linked, merged; categories and settings; who may."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, Cast


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "my parcel is late")


def _numbers(api: Api, **query: object) -> list[int]:
    return [each["number"] for each in api.get("/cases", **query).json()["items"]]


def test_a_case_is_opened_found_changed_and_resolved(api: Api, cast: Cast, conversation: Conversation):
    kind = api.post("/case-categories", {"name": "Complaint", "color": "red", "icon": "complaint"}).json()
    due = (clock.now() - timedelta(hours=1)).replace(microsecond=0).isoformat()
    body = {
        "category": kind["id"],
        "conversations": [str(conversation.id)],
        "due_at": due,
        "priority": "high",
    }
    made = api.post("/cases", body)
    assert made.status_code == 201
    case = made.json()
    assert (case["number"], case["title"], case["status"], case["is_overdue"]) == (
        1001,
        "Complaint",
        "open",
        True,
    )
    assert [each["name"] for each in case["contacts"]] == ["Alice"]
    assert case["conversations"] == [str(conversation.id)]
    path = f"/cases/{case['id']}"
    assert _numbers(api, overdue="true", owner="none", category=kind["id"], q="alice") == [1001]
    changes = {"owner": str(cast.agent.id), "team": str(cast.team.id), "status": "waiting_customer"}
    changed = api.patch(path, changes, if_match=made["ETag"]).json()
    assert (changed["owner"]["name"], changed["team"]["name"]) == ("Ann Agent", "Care")
    done = api.patch(path, {"status": "resolved", "outcome": "not_solved", "resolution": "Lost"}).json()
    assert (done["outcome"], done["resolution"], done["is_overdue"]) == ("not_solved", "Lost", False)
    assert (_numbers(api, status="unresolved"), _numbers(api, status="resolved")) == ([], [1001])
    again = api.post(f"{path}/reopen").json()
    assert (again["id"], again["reopened_count"], again["outcome"]) == (case["id"], 1, None)
    facts = [each["value"] for each in api.get(f"{path}/history", fact="status").json()["items"]]
    assert facts == ["open", "resolved", "waiting_customer", "open"]


def test_a_change_to_another_version_is_refused(api: Api):
    case = api.post("/cases", {"title": "a"}).json()
    path = f"/cases/{case['id']}"
    read = api.get(path)
    assert read["ETag"] == f'"{case["version"]}"'
    assert api.patch(path, {"title": "b"}, if_match=read["ETag"]).status_code == 200
    assert problem(api.patch(path, {"title": "c"}, if_match=read["ETag"])) == (412, "changed-meanwhile")
    assert api.get(path).json()["title"] == "b"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a", "status": "open"}, "status"),
        ({"title": "a", "priority": "soon"}, "priority"),
        ({"title": "a", "owner": "nobody"}, "owner"),
        ({"title": "a", "category": "x"}, "category"),
        ({"title": "a", "conversations": ["x"]}, "conversations[0]"),
        ({"title": "a", "due_at": "tomorrow"}, "due_at"),
    ],
)
def test_wrong_cases_name_what_is_wrong_and_leave_nothing(api: Api, body: dict[str, object], field: str):
    refused = api.post("/cases", body)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    assert _numbers(api) == []


def test_an_outcome_is_only_of_what_is_resolved(api: Api):
    path = f"/cases/{api.post('/cases', {'title': 'a'}).json()['id']}"
    refused = api.patch(path, {"outcome": "solved"})
    assert (problem(refused), list(refused.json()["fields"])) == ((422, "invalid"), ["outcome"])


def test_what_it_is_about_comes_and_goes(api: Api, cast: Cast, conversation: Conversation):
    path = f"/cases/{api.post('/cases', {'title': 'a'}).json()['id']}"
    linked = api.post(f"{path}/conversations", {"id": str(conversation.id)}).json()
    assert (linked["conversations"], [each["id"] for each in linked["contacts"]]) == (
        [str(conversation.id)],
        [str(cast.alice.id)],
    )
    api.post(f"{path}/contacts", {"id": str(cast.boris.id)})
    assert api.delete(f"{path}/contacts/{cast.boris.id}").status_code == 204
    assert problem(api.delete(f"{path}/contacts/{cast.boris.id}")) == (404, "not-found")
    assert api.delete(f"{path}/conversations/{conversation.id}").status_code == 204
    assert api.get(path).json()["conversations"] == []
    assert problem(api.post(f"{path}/contacts", {"id": str(cast.stranger.owner.id)})) == (404, "not-found")


def test_duplicates_are_merged_and_parted(api: Api):
    one, two = (api.post("/cases", {"title": title}).json() for title in "ab")
    kept = api.post(f"/cases/{two['id']}/merge", {"into": one["id"]}).json()
    assert (kept["id"], _numbers(api)) == (one["id"], [1001])
    merged = api.get(f"/cases/{two['id']}").json()
    assert merged["merged_into"] == one["id"]
    assert problem(api.patch(f"/cases/{two['id']}", {"title": "c"})) == (409, "conflict")
    assert problem(api.post(f"/cases/{one['id']}/merge", {"into": one["id"]})) == (422, "invalid")
    assert api.post(f"/cases/{two['id']}/unmerge").json()["merged_into"] is None
    assert _numbers(api, order="newest", limit=1) == [1002]


def test_members_say_things_about_a_case(api: Api):
    path = f"/cases/{api.post('/cases', {'title': 'a'}).json()['id']}/comments"
    for text in ("first", "second"):
        assert api.post(path, {"text": text}).status_code == 201
    page = api.get(path, limit=1).json()
    rest = api.get(path, cursor=page["next_cursor"]).json()
    assert [each["text"] for each in page["items"] + rest["items"]] == ["second", "first"]
    assert problem(api.post(path, {"text": " "})) == (422, "invalid")


def test_categories_and_settings(api: Api, as_role: Callable[[str], Api]):
    made = api.post("/case-categories", {"name": "Repair"}).json()
    assert problem(api.post("/case-categories", {"name": "REPAIR"})) == (409, "conflict")
    path = f"/case-categories/{made['id']}"
    assert api.patch(path, {"icon": "repair", "color": "blue"}).json()["icon"] == "repair"
    assert [each["name"] for each in as_role("agent").get("/case-categories").json()["items"]] == ["Repair"]
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.get("/case-settings").json() == {"reopen_hours": 168}
    assert api.patch("/case-settings", {"reopen_hours": 24}).json() == {"reopen_hours": 24}
    assert problem(api.patch("/case-settings", {"reopen_hours": -1})) == (422, "invalid")


def test_a_token_sees_what_its_reach_says(
    api: Api, as_role: Callable[[str], Api], cast: Cast, conversation: Conversation
):
    linked = api.post("/cases", {"title": "a", "conversations": [str(conversation.id)]}).json()
    owned = api.post("/cases", {"title": "b", "owner": str(cast.mate.id)}).json()
    agent = as_role("agent")
    assert (_numbers(api), _numbers(agent)) == ([1002, 1001], [1001])
    assert problem(agent.get(f"/cases/{owned['id']}")) == (404, "not-found")
    assign_conversation(conversation, to=cast.mate, by=cast.actor())
    assert problem(agent.patch(f"/cases/{linked['id']}", {"title": "c"})) == (404, "not-found")
    strange = Api(cast.stranger.token("admin"))
    assert (_numbers(strange), problem(strange.get(f"/cases/{owned['id']}"))) == ([], (404, "not-found"))


def test_a_page_costs_the_same_for_one_and_three(api: Api, cast: Cast, conversation: Conversation):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get("/cases").status_code == 200
        return len(captured)

    body: dict[str, Any] = {
        "title": "a",
        "owner": str(cast.agent.id),
        "conversations": [str(conversation.id)],
    }
    api.post("/cases", body)
    few = queries()
    other = cast.hears(BORIS, "hello")
    for _more in range(2):
        api.post("/cases", {**body, "conversations": [str(conversation.id), str(other.id)]})
    assert queries() == few


def test_conditions_ask_how_many_cases(api: Api, as_role: Callable[[str], Api], cast: Cast):
    api.post("/cases", {"title": "a", "contacts": [str(cast.alice.id)]})
    api.post("/cases", {"title": "b", "contacts": [str(cast.alice.id), str(cast.boris.id)]})
    first = api.get("/cases", q="#1001").json()["items"][0]
    api.patch(f"/cases/{first['id']}", {"status": "resolved"})

    def asked(leaf: dict[str, Any]) -> list[str]:
        condition = {"field": "cases.count", **leaf}
        preview = api.post("/segments/preview", {"conditions": condition})
        assert preview.status_code == 200, preview.content
        written, names = json.dumps(condition), []
        for name, contact in (("Alice", cast.alice), ("Boris", cast.boris), ("Chai", cast.chai)):
            explained = api.get(f"/contacts/{contact.id}/explanation", conditions=written).json()
            names += [name] * explained["holds"]
        assert preview.json()["count"] == len(names)
        return names

    assert asked({"op": ">=", "value": 1}) == ["Alice", "Boris"]
    assert asked({"op": ">=", "value": 2}) == ["Alice"]
    where = {"field": "status", "op": "is", "value": "resolved"}
    assert asked({"op": "is", "value": 1, "where": where}) == ["Alice"]
    listed = {each["name"] for each in as_role("agent").get("/condition-fields").json()["items"]}
    assert "cases.count" not in listed
