"""Service levels and what they promise, over REST."""

from __future__ import annotations

from datetime import timedelta

from regulars.api.tests.client import Api, problem
from regulars.kernel import clock
from regulars.service_levels.tests.rings import hear, ring
from tests.cast import ALICE, BORIS, Cast

GOLD = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["Gold"]}]}


def test_the_usual_ones_are_there_and_become_others(api: Api):
    usual = api.get("/service-levels").json()["items"]
    assert [(each["first_answer_minutes"], each["night_answer_minutes"]) for each in usual] == [
        (15, 30),
        (120, None),
        (1440, None),
    ]
    assert [each["batch"] for each in usual] == [False, False, True]
    path = f"/service-levels/{usual[0]['id']}"
    changed = api.patch(path, {"first_answer_minutes": 10, "place": 1}).json()
    assert (changed["first_answer_minutes"], changed["next_answer_minutes"], changed["place"]) == (10, 15, 1)
    assert [each["id"] for each in api.get("/service-levels").json()["items"]] == [
        usual[1]["id"],
        usual[0]["id"],
        usual[2]["id"],
    ]
    assert api.delete(path).status_code == 204
    assert problem(api.get(path)) == (404, "not-found")


def test_one_is_made_with_conditions_and_for_a_version(api: Api):
    made = api.post("/service-levels", {"name": "Gold", "conditions": GOLD, "first_answer_minutes": 5})
    assert (made.status_code, made.json()["next_answer_minutes"], made.json()["conditions"]) == (201, 5, GOLD)
    path, tag = f"/service-levels/{made.json()['id']}", made.headers["ETag"]
    assert api.patch(path, {"warn_percent": 50}, if_match=tag).status_code == 200
    assert problem(api.patch(path, {"warn_percent": 60}, if_match=tag)) == (412, "changed-meanwhile")
    assert problem(api.post("/service-levels", {"name": "gold", "first_answer_minutes": 5}))[0] == 409


def test_what_is_wrong_is_named(api: Api):
    for body, field in (
        ({"name": "", "first_answer_minutes": 5}, "name"),
        ({"name": "x", "first_answer_minutes": 0}, "first_answer_minutes"),
        ({"name": "x", "first_answer_minutes": 5, "warn_percent": 0}, "warn_percent"),
        ({"name": "x", "first_answer_minutes": 5, "night_answer_minutes": 99_999}, "night_answer_minutes"),
    ):
        refused = api.post("/service-levels", body)
        assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    for changes, field in (
        ({"night_from": "25:00"}, "night_from"),
        ({"follow_up_hours": 0}, "follow_up_hours"),
    ):
        refused = api.patch("/service-level-settings", changes)
        assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])


def test_the_night_and_the_follow_up_window(api: Api):
    usual = api.get("/service-level-settings")
    assert {**usual.json(), "version": ""} == {
        "night_from": "22:00",
        "night_to": "08:00",
        "follow_up_hours": 48,
        "version": "",
    }
    tag = usual.headers["ETag"]
    changed = api.patch(
        "/service-level-settings", {"follow_up_hours": 72, "night_from": "9:30"}, if_match=tag
    )
    assert (changed.json()["follow_up_hours"], changed.json()["night_from"]) == (72, "09:30")
    assert problem(api.patch("/service-level-settings", {"follow_up_hours": 1}, if_match=tag))[0] == 412


def test_conversations_tell_what_is_promised_and_come_by_it(api: Api, cast: Cast):
    now = clock.now()
    slow = hear(cast, BORIS, "C", now - timedelta(hours=1))
    late = hear(cast, ALICE, "A", now - timedelta(minutes=50))
    ring()
    found = api.get("/conversations", order="sla", limit=1).json()
    assert [(each["id"], each["promise"]["state"]) for each in found["items"]] == [(str(late.id), "breached")]
    then = api.get("/conversations", order="sla", limit=1, cursor=found["next_cursor"]).json()["items"]
    assert (then[0]["id"], then[0]["promise"]["batch"]) == (str(slow.id), True)
    narrowed = api.get("/conversations", narrowing="at_risk").json()["items"]
    assert [each["id"] for each in narrowed] == [str(late.id)]
    promises = api.get("/promises").json()
    assert (promises["breached"], promises["running"], promises["batch"]["waiting"]) == (1, 1, 1)


def test_public_holidays_are_days_off(api: Api):
    assert problem(api.patch("/business-hours", {"country": "KR"}))[0] == 422
    week = {"monday": [{"from": "09:00", "to": "18:00"}]}
    assert api.patch("/business-hours", {"week": week, "country": "de-by"}).json()["country"] == "DE-BY"
    assert problem(api.patch("/business-hours", {"country": "XX"}))[0] == 422
    assert api.get("/business-hours").json()["country"] == "DE-BY"
