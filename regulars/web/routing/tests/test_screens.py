"""The screens of routing, without a browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.routing.models import Decision, Queue, RoutedInbox
from regulars.routing.tests.desk import Desk, phones
from regulars.workspaces.models import Member
from regulars.workspaces.serving import serving_of_member, state_of
from tests.cast import Cast

SignIn = Callable[[Member], Client]
CONDITION = {
    "c.join": "all",
    "c.0.field": "contact.tier",
    "c.0.op": "is",
    "c.0.value": "A",
}
QUEUE = {"name": "VIP", "specialist": "", "specialist_seconds": "30", "method": "round_robin"}


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_a_queue_is_made_with_its_conditions_and_shown_as_a_sentence(cast: Cast, sign_in: SignIn):
    admin = sign_in(cast.admin)
    made = admin.post("/settings/routing/queues/add", {**QUEUE, **CONDITION, "teams": [str(cast.team.id)]})
    assert made.headers["Location"] == "/settings/routing"
    queue = Queue.objects.get()
    assert queue.conditions == {"all": [{"field": "contact.tier", "op": "is", "value": "A"}]}
    shown = admin.get("/settings/routing").content.decode()
    assert "Tier is “A”" in shown
    assert "One after the other" in shown
    assert "contact.tier" in admin.get(f"/settings/routing/queues/{queue.id}").content.decode()


def test_what_is_wrong_is_said_where_it_stands_and_nothing_is_lost(cast: Cast, sign_in: SignIn):
    refused = sign_in(cast.admin).post(
        "/settings/routing/queues/add", {**QUEUE, **CONDITION, "c.0.value": ""}
    )
    text = refused.content.decode()
    assert (refused.status_code, 'value="VIP"' in text) == (422, True)
    assert "A value is missing" in text
    assert Queue.objects.count() == 0


def test_who_saves_over_another_is_told(cast: Cast, sign_in: SignIn, desk: Desk):
    queue, admin = desk.queue("VIP"), sign_in(cast.admin)
    path = f"/settings/routing/queues/{queue.id}/change"
    assert admin.post(path, {**QUEUE, "skill": "one", "version": "1"}).status_code == 302
    late = admin.post(path, {**QUEUE, "skill": "two", "version": "1"})
    assert (late.status_code, Queue.objects.get().skill) == (422, "one")
    assert "Somebody else changed this" in late.content.decode()


def test_queues_are_moved_and_removed(cast: Cast, sign_in: SignIn, desk: Desk):
    first, second = desk.queue("One"), desk.queue("Two")
    admin = sign_in(cast.admin)
    admin.post(f"/settings/routing/queues/{second.id}/move", {"place": "0"})
    assert [queue.name for queue in Queue.objects.order_by("position")] == ["Two", "One"]
    admin.post(f"/settings/routing/queues/{first.id}/removal")
    assert [queue.name for queue in Queue.objects.all()] == ["Two"]


def test_numbers_are_routed_and_what_happens_by_itself_is_changed(cast: Cast, sign_in: SignIn):
    admin = sign_in(cast.admin)
    told = {
        "inboxes": [str(cast.inbox.id)],
        "priority_after": "3",
        "capacity": "7",
        "away_after_minutes": "9",
        "reply_claims": "on",
    }
    assert admin.post("/settings/routing/change", told).status_code == 302
    assert RoutedInbox.objects.get().inbox_id == cast.inbox.id
    shown = admin.get("/settings/routing").content.decode()
    assert "whoever has written more than 3 messages without an answer" in shown
    assert admin.post("/settings/routing/change", {**told, "capacity": "-1"}).status_code == 422


def test_a_member_goes_away_and_off_duty_with_a_press(cast: Cast, sign_in: SignIn, desk: Desk):
    agent = sign_in(cast.agent)
    pressed = agent.post("/availability", {"state": "online"}, headers={"X-Fragment": "1"})
    assert 'id="own-availability"' in pressed.content.decode()
    assert state_of(cast.agent) == "online"
    for each in desk.hear(*phones(2)):
        assign_conversation(each, to=cast.agent, by=cast.actor())
    asked = agent.get("/off-duty").content.decode()
    assert "You have 2 open conversations." in asked
    refused = agent.post("/off-duty/leave", {"to": "member", "member": str(cast.agent.id)})
    assert (refused.status_code, state_of(cast.agent)) == (422, "online")
    assert agent.post("/off-duty/leave", {"to": "member", "member": str(cast.mate.id)}).status_code == 302
    assert state_of(cast.agent) == "off_duty"
    assert Conversation.objects.filter(assignee=cast.mate).count() == 2


def test_now_shows_what_a_lead_reaches_and_gives_several_at_once(cast: Cast, sign_in: SignIn, desk: Desk):
    desk.on(capacity=1)
    queue = desk.queue("Rest")
    told = desk.hear(*phones(3))
    desk.go()
    lead = sign_in(cast.lead)
    page = lead.get("/now").content.decode()
    assert "Leo Lead" in page
    assert "Max Mate" not in page.partition('id="waiting"')[0]
    assert page.count('name="conversation"') == 3
    assert lead.get(f"/now?queue={queue.id}").content.decode().count('name="conversation"') == 3
    assert lead.get("/now?queue=priority").content.decode().count('name="conversation"') == 0
    assign_conversation(told[0], to=cast.agent, by=cast.actor())  # somebody was faster
    chosen = {"conversation": [str(each.id) for each in told], "member": str(cast.agent.id)}
    answer = lead.post("/now/assignment", {**chosen, **{f"seen-{each.id}": "" for each in told}})
    assert answer.headers["Location"] == "/now?given=2&left=1"
    assert (
        "2 conversations assigned. 1 went to somebody else meanwhile."
        in lead.get("/now?given=2&left=1").content.decode()
    )
    assert set(desk.whose(told)) == {cast.agent.id}


def test_an_agent_has_no_screen_of_now(cast: Cast, sign_in: SignIn):
    agent = sign_in(cast.agent)
    assert agent.get("/now").status_code == 403
    assert 'href="/now"' not in agent.get("/inbox/open").content.decode()


def test_the_thread_says_by_what_it_was_given_and_why(cast: Cast, sign_in: SignIn, desk: Desk):
    desk.on()
    desk.queue("Rest")
    desk.come(cast.agent)
    (one,) = desk.hear(*phones(1))
    desk.go()
    decision = Decision.objects.get()
    agent = sign_in(cast.agent)
    thread = agent.get(f"/conversations/{one.id}").content.decode()
    assert "Given to Ann Agent by the queue Rest" in thread
    assert f"/conversations/{one.id}/routing#decision-{decision.id}" in thread
    why = agent.get(f"/conversations/{one.id}/routing").content.decode()
    assert "They had the least to do" in why
    assert "is away" in why


def test_how_a_member_works_is_changed_on_their_page(cast: Cast, sign_in: SignIn):
    lead = sign_in(cast.lead)
    told = {"capacity": "3", "skills": "Refunds, VIP", "languages": "ko"}
    assert lead.post(f"/settings/members/{cast.agent.id}/work", told).status_code == 302
    serving = serving_of_member(cast.agent)
    assert (serving.own_capacity, sorted(serving.skills), sorted(serving.languages)) == (
        3,
        ["refunds", "vip"],
        ["ko"],
    )
    others = lead.post(f"/settings/members/{cast.mate.id}/work", told)
    assert others.status_code == 422
    page = lead.get("/settings/members").content.decode()
    assert f"work-{cast.agent.id}" in page
    assert f"work-{cast.mate.id}" not in page


def test_the_preview_says_what_it_does_not_know(cast: Cast, sign_in: SignIn, desk: Desk):
    desk.queue("Rest")
    desk.hear(*phones(1))
    page = sign_in(cast.admin).get("/settings/routing/preview").content.decode()
    assert "nobody knows who was there" in page


def test_now_follows_what_happens(cast: Cast, sign_in: SignIn):
    assert 'data-follows="now"' in sign_in(cast.lead).get("/now").content.decode()
