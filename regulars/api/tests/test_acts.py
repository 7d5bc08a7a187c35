"""Acts over REST: several conversations in one go, a whole list as a job, and the way back."""

from __future__ import annotations

from datetime import timedelta

from regulars.api.tests.client import Api
from regulars.conversations.models import Conversation
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, Cast


def test_several_are_changed_in_one_go_and_taken_back(api: Api, cast: Cast):
    first, second = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    strange = cast.stranger.hears(ALICE, "hello")
    until = clock.now() + timedelta(hours=2)
    body = {
        "conversations": [str(first.id), str(second.id), str(strange.id)],
        "actions": [
            {"do": "tag", "tags": ["vip"]},
            {"do": "snooze", "until": until.isoformat(), "sleeps_through": True},
        ],
    }
    act = api.post("/acts", body).json()
    assert (act["done"], act["same"], [each["code"] for each in act["refused"]]) == (2, 0, ["not-found"])
    told = api.get(f"/conversations/{first.id}").json()
    assert (told["status"], told["sleeps_through"], told["tags"]) == ("snoozed", True, ["vip"])
    assert api.post(f"/acts/{act['id']}/undo").json()["done"] == 2
    told = api.get(f"/conversations/{first.id}").json()
    assert (told["status"], told["tags"]) == ("open", [])
    assert api.post(f"/acts/{act['id']}/undo").json()["code"] == "conflict"


def test_what_is_wrong_is_named_by_its_path(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    nobody = {"do": "assign", "member": str(conversation.id)}
    for actions, path in (
        ([nobody], "actions[0].member"),
        ([{"do": "resolve"}, {"do": "tag", "tags": []}], "actions[1].tags"),
        ([], "actions"),
    ):
        answer = api.post("/acts", {"conversations": [str(conversation.id)], "actions": actions})
        assert (answer.status_code, list(answer.json()["fields"])) == (422, [path])
    assert Conversation.objects.get(id=conversation.id).status == "open"


def test_a_whole_list_is_a_job(api: Api, cast: Cast):
    cast.hears(ALICE, "hello")
    answer = api.post("/acts/on-all", {"where": {"status": "open"}, "actions": [{"do": "resolve"}]})
    assert (answer.status_code, answer.json()["kind"], answer.json()["status"]) == (
        202,
        "acts.bulk",
        "waiting",
    )


def test_times_to_snooze_until(api: Api, cast: Cast):
    (found,) = api.get("/snooze-times", text="in 2 hours", time_zone="Asia/Seoul").json()["items"]
    assert found["key"] == "text"
    assert api.get("/snooze-times", text="whenever").json() == {"items": []}
    assert "next_week" in [each["key"] for each in api.get("/snooze-times").json()["items"]]
    assert api.get("/snooze-times", time_zone="Mars").status_code == 422


def test_a_note_names_colleagues(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    mentions = [{"kind": "member", "id": str(cast.mate.id)}, {"kind": "everybody"}]
    path = f"/conversations/{conversation.id}/notes"
    note = api.post(path, {"text": "@Mate look", "mentions": mentions}).json()
    assert sorted(each["kind"] for each in note["mentions"]) == ["everybody", "member"]
    assert (note["not_told"], note["withdrawn_at"]) == ([], None)
    assert api.get(path).json()["items"] == [note]
    assert api.post(path, {"text": "x", "mentions": [{"kind": "member"}]}).status_code == 422


def test_lists_of_those_who_wait(api: Api, cast: Cast):
    soon, later = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    closes = clock.now() + timedelta(hours=1)
    Conversation.objects.filter(id=soon.id).update(window_closes_at=closes)
    closing = api.get("/conversations", closing="true", order="closing").json()["items"]
    assert [each["id"] for each in closing] == [str(soon.id)]
    waiting = api.get("/conversations", waiting="true", order="longest_waiting").json()["items"]
    assert {each["id"] for each in waiting} == {str(soon.id), str(later.id)}
    assert len(waiting) == 2
