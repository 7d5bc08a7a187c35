"""Saved views over REST."""

from __future__ import annotations

from regulars.api.tests.client import Api, problem
from regulars.conversations.operations.handling import set_priority
from tests.cast import ALICE, BORIS, Cast

URGENT = {"all": [{"field": "conversation.priority", "op": "is", "value": "urgent"}]}


def test_a_view_is_kept_read_changed_removed_and_brought_back(api: Api, cast: Cast):
    heard = cast.hears(ALICE, "hello")
    cast.hears(BORIS, "hello")
    set_priority(heard, "urgent", by=cast.actor())
    made = api.post("/views", {"name": "Urgent", "conditions": URGENT, "order": "newest"})
    kept = made.json()
    assert made.status_code == 201
    assert (kept["conditions"], kept["count"], kept["audience"], kept["is_own"]) == (
        URGENT,
        {"count": 1, "has_more": False},
        "all",
        False,
    )
    path = f"/views/{kept['id']}"
    inside = api.get(f"{path}/conversations").json()
    assert [each["id"] for each in inside["items"]] == [str(heard.id)]
    tag = made.headers["ETag"]
    changed = api.patch(path, {"audience": "teams", "teams": [str(cast.team.id)]}, if_match=tag).json()
    assert (changed["version"], [each["name"] for each in changed["teams"]]) == ("2", ["Care"])
    assert problem(api.patch(path, {"name": "Late"}, if_match=tag)) == (412, "changed-meanwhile")
    assert api.delete(path).status_code == 204
    assert problem(api.get(path)) == (404, "not-found")
    assert api.post(f"{path}/restore").json()["name"] == "Urgent"


def test_the_list_is_paged_by_cursor_in_the_views_order(api: Api, cast: Cast):
    heard = [cast.hears(phone, "hello") for phone in (ALICE, BORIS)]
    kept = api.post("/views", {"name": "All", "order": "newest"}).json()
    path = f"/views/{kept['id']}/conversations"
    first = api.get(path, limit=1).json()
    second = api.get(path, limit=1, cursor=first["next_cursor"]).json()
    found = [each["id"] for page in (first, second) for each in page["items"]]
    assert (sorted(found), second["next_cursor"]) == (sorted(str(each.id) for each in heard), None)


def test_refusals_name_the_place_and_the_permission(api: Api, cast: Cast):
    wrong = {"all": [{"field": "conversation.priority", "op": "is", "value": "odd"}]}
    refused = api.post("/views", {"name": "V", "conditions": wrong})
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == ["conditions.all[0].value"]
    agent = Api(cast.token("agent"))
    assert problem(agent.post("/views", {"name": "V"})) == (403, "not-allowed")
    kept = api.post("/views", {"name": "V"}).json()
    assert problem(agent.patch(f"/views/{kept['id']}", {"name": "W"})) == (403, "not-allowed")
    assert problem(api.post(f"/views/{kept['id']}/place", {"place": 0})) == (422, "invalid")


def test_an_act_on_all_takes_a_condition(api: Api, cast: Cast):
    cast.hears(ALICE, "hello")
    job = api.post("/acts/on-all", {"where": {"conditions": URGENT}, "actions": [{"do": "resolve"}]})
    assert job.status_code == 202
