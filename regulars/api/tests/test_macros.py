"""Macros over REST."""

from __future__ import annotations

from regulars.api.tests.client import Api, problem
from tests.cast import ALICE, Cast

STEPS = [{"do": "tag", "tags": ["refund"]}, {"do": "resolve"}]


def test_a_macro_is_made_changed_run_undone_removed_and_brought_back(api: Api, cast: Cast):
    heard = cast.hears(ALICE, "hello")
    made = api.post("/macros", {"name": "Refund", "steps": STEPS})
    kept, path = made.json(), f"/macros/{made.json()['id']}"
    assert (made.status_code, kept["steps"], kept["uses"]["count"]) == (201, STEPS, 0)
    tag = made.headers["ETag"]
    assert api.patch(path, {"name": "Refunds"}, if_match=tag).json()["version"] == "2"
    assert problem(api.patch(path, {"name": "Late"}, if_match=tag)) == (412, "changed-meanwhile")
    ran = api.post(f"{path}/run", {"conversations": [str(heard.id)]}).json()
    assert (ran["act"]["done"], ran["insert_reply"]) == (1, None)
    assert api.get(f"/conversations/{heard.id}").json()["status"] == "resolved"
    assert api.post(f"/acts/{ran['act']['id']}/undo").json()["done"] == 1
    assert api.get(f"/conversations/{heard.id}").json()["status"] == "open"
    assert [each["uses"]["count"] for each in api.get("/macros").json()["items"]] == [1]
    assert api.delete(path).status_code == 204
    assert problem(api.get(path)) == (404, "not-found")
    assert api.post(f"{path}/restore").json()["name"] == "Refunds"


def test_refusals_name_the_step_and_the_permission(api: Api, cast: Cast):
    refused = api.post("/macros", {"name": "M", "steps": [STEPS[0], {"do": "fly"}]})
    assert (problem(refused), list(refused.json()["fields"])) == ((422, "invalid"), ["steps[1]"])
    kept = api.post("/macros", {"name": "M", "steps": STEPS}).json()
    agent = Api(cast.token("agent", scopes=["conversations:read"]))
    run = {"conversations": [str(cast.hears(ALICE, "hello").id)]}
    assert problem(agent.post(f"/macros/{kept['id']}/run", run)) == (403, "not-allowed")
    assert problem(agent.delete(f"/macros/{kept['id']}")) == (403, "not-allowed")
