"""Queues, availability and what waits, over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation, resolve_conversation
from regulars.kernel import clock
from regulars.kernel.history import Change, keep_at
from regulars.routing.tests.desk import Desk, phones
from regulars.workspaces.availability import choose_availability
from regulars.workspaces.models import MemberHistory
from regulars.workspaces.operations import create_api_token
from tests.cast import ALICE, Cast

VIP = {"all": [{"field": "contact.tier", "op": "is", "value": "A"}]}


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_a_queue_is_made_moved_changed_and_removed(api: Api, cast: Cast):
    first = api.post("/queues", {"name": "Rest"}).json()
    assert (first["place"], first["conditions"], first["waiting"]) == (
        0,
        {"all": []},
        {"count": 0, "since": None},
    )
    body = {"name": "VIP", "conditions": VIP, "teams": [str(cast.team.id)], "specialist": str(cast.lead.id)}
    made = api.post("/queues", body)
    vip = made.json()
    assert made.status_code == 201
    assert (vip["conditions"], vip["teams"][0]["name"], vip["specialist"]["name"]) == (
        VIP,
        "Care",
        "Leo Lead",
    )
    moved = api.patch(f"/queues/{vip['id']}", {"place": 0, "skill": " Refunds "}).json()
    assert (moved["place"], moved["skill"], moved["version"]) == (0, "refunds", "2")
    assert [each["name"] for each in api.get("/queues").json()["items"]] == ["VIP", "Rest"]
    assert api.patch(f"/queues/{vip['id']}", {"specialist": None}).json()["specialist"] is None
    assert api.delete(f"/queues/{vip['id']}").status_code == 204
    assert problem(api.get(f"/queues/{vip['id']}")) == (404, "not-found")


def test_a_change_can_be_meant_for_a_version(api: Api):
    made = api.post("/queues", {"name": "Rest"})
    path, tag = f"/queues/{made.json()['id']}", made.headers["ETag"]
    assert api.patch(path, {"skill": "vip"}, if_match=tag).status_code == 200
    assert problem(api.patch(path, {"skill": "late"}, if_match=tag)) == (
        412,
        "changed-meanwhile",
    )


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        (
            {"name": "A", "conditions": {"all": [{"field": "nothing", "op": "is", "value": 1}]}},
            "conditions.all[0].field",
        ),
        ({"name": "A", "teams": ["018f0000-0000-7000-8000-000000000000"]}, "teams"),
        ({"name": "A", "specialist": "018f0000-0000-7000-8000-000000000000"}, "specialist"),
        ({"name": "A", "specialist_seconds": -1}, "specialist_seconds"),
        ({"name": "A", "skill": "x" * 41}, "skill"),
    ],
)
def test_what_is_wrong_is_named(api: Api, body: dict[str, object], field: str):
    answer = api.post("/queues", body)
    assert problem(answer) == (422, "invalid")
    assert list(answer.json()["fields"]) == [field]


def test_routing_is_off_until_numbers_are_named(api: Api, cast: Cast):
    assert api.get("/routing").json() == {
        "inboxes": [],
        "returns_to_previous": True,
        "priority_after": 2,
        "reply_claims": True,
        "capacity": 10,
        "away_after_minutes": 5,
    }
    body = {"inboxes": [str(cast.inbox.id)], "priority_after": 3, "capacity": 4, "reply_claims": False}
    told = api.patch("/routing", body).json()
    assert {name: told[name] for name in body} == body
    assert problem(api.patch("/routing", {"inboxes": [str(cast.stranger.inbox.id)]})) == (422, "invalid")
    assert problem(api.patch("/routing", {"priority_after": 101})) == (422, "invalid")
    assert problem(api.patch("/routing", {"capacity": 501})) == (422, "invalid")


def test_an_answer_claims_unless_the_workspace_says_otherwise(api: Api, cast: Cast, desk: Desk):
    one, other = desk.hear(*phones(2))
    desk.answer(one, cast.agent)
    api.patch("/routing", {"reply_claims": False})
    desk.answer(other, cast.agent)
    assert desk.whose([one, other]) == [cast.agent.id, None]


def test_it_is_told_why_a_conversation_waits_and_why_it_went_to_whom(api: Api, cast: Cast, desk: Desk):
    desk.on(capacity=1)
    desk.queue("Rest")
    desk.come(cast.agent)
    first, second = desk.hear(*phones(2))
    desk.go()
    (told,) = api.get(f"/conversations/{first.id}/routing").json()["decisions"]
    assert (told["rule"], told["outcome"], told["member"]["name"]) == ("least_loaded", "given", "Ann Agent")
    assert told["considered"][0] == {
        "id": str(cast.agent.id),
        "name": "Ann Agent",
        "verdict": "chosen",
        "load": 0,
        "capacity": 1,
    }
    waiting = api.get(f"/conversations/{second.id}/routing").json()["waiting"]
    assert (waiting["queue"]["name"], waiting["place"], waiting["cause_kind"]) == (
        "Rest",
        0,
        "MessageReceived",
    )
    assert {each["name"]: each["verdict"] for each in waiting["considered"]} == {
        "Ann Agent": "full",
        "Leo Lead": "away",
        "Max Mate": "away",
        "Olga Owner": "away",
        "Adele Admin": "away",
    }


def test_what_burns_now_and_the_very_conversations(api: Api, cast: Cast, desk: Desk):
    desk.on(capacity=1)
    queue = desk.queue("Rest")
    desk.come(cast.agent)
    told = desk.hear(*phones(3))
    desk.go()
    now = api.get("/routing/now").json()
    assert (now["waiting"]["count"], now["unassigned"]["count"], now["priority"]["count"]) == (3, 2, 0)
    assert now["queues"] == [
        {
            "queue": {"id": str(queue.id), "name": "Rest"},
            "waiting": {"count": 2, "since": now["queues"][0]["waiting"]["since"]},
        }
    ]
    agent = next(each for each in now["members"] if each["member"]["name"] == "Ann Agent")
    assert (agent["availability"], agent["load"], agent["capacity"]) == ("online", 1, 1)
    left = {str(each.id) for each, whose in zip(told, desk.whose(told), strict=True) if whose is None}
    listed = api.get(f"/routing/waiting?queue={queue.id}&limit=1").json()
    more = api.get(f"/routing/waiting?queue={queue.id}&cursor={listed['next_cursor']}").json()
    assert {each["id"] for each in [*listed["items"], *more["items"]]} == left
    (mine,) = api.get(f"/routing/waiting?assignee={cast.agent.id}").json()["items"]
    assert mine["assignee"]["id"] == str(cast.agent.id)


def test_a_lead_sees_what_their_teams_reach(as_role: Callable[[str], Api], cast: Cast, desk: Desk):
    assert as_role("lead").get("/routing/now").status_code == 200
    assert problem(as_role("agent").get("/routing/now")) == (403, "not-allowed")


def test_the_last_conversations_as_routing_would_have_given_them(api: Api, cast: Cast, desk: Desk):
    desk.queue("Rest")
    moment = clock.now() - timedelta(hours=2)
    early = cast.hears(ALICE, "hi", at=moment)
    order = {"inboxes": [str(cast.inbox.id)]}
    (told,) = api.post("/routing/preview", order).json()["conversations"]
    assert (told["outcome"], told["would_go_to"], told["went_to"]) == ("unknown", None, None)
    house = cast.actor().doer
    for member, state in ((cast.agent, "online"), (cast.lead, "away"), (cast.mate, "off_duty")):
        change = Change(cast.workspace.id, member.id, "availability", state, by=house, why="chosen")
        keep_at(MemberHistory, change, moment - timedelta(hours=1))
    assign_conversation(early, to=cast.mate, by=cast.actor())
    (told,) = api.post("/routing/preview", order).json()["conversations"]
    assert (told["queue"], told["outcome"], told["rule"]) == ("Rest", "given", "least_loaded")
    assert (told["would_go_to"]["name"], told["went_to"]["name"]) == ("Ann Agent", "Max Mate")
    assert told["went_after_seconds"] > 0
    resolve_conversation(Conversation.objects.get(id=early.id), by=cast.actor())
    assert problem(api.post("/routing/preview", {"inboxes": []})) == (422, "invalid")


def test_the_maker_of_a_token_goes_off_duty_and_hands_over(api: Api, cast: Cast, desk: Desk):
    assert problem(api.get("/me/availability")) == (404, "not-found")  # made by nobody
    _row, plain = create_api_token(cast.workspace, "Shift plan", "agent", by=cast.admin)
    mine = Api(plain)
    told = desk.hear(*phones(2))
    for each in told:
        assign_conversation(each, to=cast.admin, by=cast.actor())
    assert mine.get("/me/availability").json()["open_conversations"] == 2
    over = {"to": "team", "id": str(cast.team.id)}
    left = mine.patch("/me/availability", {"availability": "off_duty", "hand_over": over}).json()
    assert (left["availability"], left["open_conversations"]) == ("off_duty", 0)
    rows = Conversation.objects.filter(id__in=[each.id for each in told])
    assert rows.filter(assignee=None, team=cast.team).count() == 2


def test_a_members_work_is_arranged(api: Api, cast: Cast, desk: Desk):
    path = f"/members/{cast.agent.id}/availability"
    assert api.get(path).json() == {
        "member_id": str(cast.agent.id),
        "availability": "away",
        "chosen": "online",
        "since": None,
        "capacity": 10,
        "own_capacity": None,
        "skills": [],
        "languages": [],
        "open_conversations": 0,
    }
    body = {"availability": "online", "own_capacity": 3, "skills": ["Refunds", " vip "], "languages": ["KO"]}
    told = api.patch(path, body).json()
    assert (told["availability"], told["capacity"], told["skills"], told["languages"]) == (
        "online",
        3,
        ["refunds", "vip"],
        ["ko"],
    )
    (one,) = desk.hear(ALICE)
    assign_conversation(one, to=cast.agent, by=cast.actor())
    over = {"to": "member", "id": str(cast.mate.id)}
    assert api.patch(path, {"availability": "off_duty", "hand_over": over}).json()["open_conversations"] == 0
    assert desk.whose([one]) == [cast.mate.id]
    assert problem(api.patch(path, {"own_capacity": 501})) == (422, "invalid")
    assert problem(api.patch(path, {"hand_over": {"to": "team"}})) == (422, "invalid")


def test_a_lead_arranges_the_work_of_their_team_alone(cast: Cast):
    lead = cast.actor(cast.lead)
    choose_availability(cast.agent, "online", by=lead)
    with pytest.raises(Exception, match="own teams"):
        choose_availability(cast.mate, "online", by=lead)
