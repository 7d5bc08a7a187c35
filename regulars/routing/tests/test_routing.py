"""Who gets what, through the events that really happen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from regulars.conversations.models import Activity, Conversation
from regulars.conversations.operations.handing_over import Successor, hand_over_open
from regulars.conversations.operations.handling import (
    assign_conversation,
    hand_to_team,
    resolve_conversation,
)
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.kernel import clock
from regulars.routing.models import Decision, Waiting
from regulars.routing.operations import change_queue, change_routing, remove_queue, wanted_of
from regulars.routing.tasks import end_specialist_waits, look_over
from regulars.routing.tests.desk import Desk, phones
from regulars.workspaces.serving import set_capacity, set_skills
from tests.cast import ALICE, BORIS, CHAI, Cast

A, B, C, D = phones(4)


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)


def test_nothing_is_given_where_no_number_is_routed(cast: Cast, desk: Desk):
    desk.queue()
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [None]
    assert Waiting.objects.count() == 0


def test_what_comes_is_given_to_the_least_loaded_who_is_online(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent, cast.mate)
    desk.come(cast.lead, state="away")
    told = desk.hear(A, B, C, D)
    desk.go()
    assert sorted(map(str, desk.whose(told))) == sorted(
        map(str, [cast.agent.id, cast.mate.id, cast.agent.id, cast.mate.id])
    )
    decision = Decision.objects.get(conversation=told[0])
    assert (decision.rule, decision.outcome, decision.cause_kind) == (
        "least_loaded",
        "given",
        "MessageReceived",
    )
    verdicts = {each["name"]: each["verdict"] for each in decision.considered}
    assert verdicts["Leo Lead"] == "away"
    assert verdicts["Adele Admin"] == "away"
    line = Activity.objects.get(conversation=told[0], kind="routed")
    assert line.facts["decision_id"] == str(decision.id)
    assert line.actor_name == "All"


def test_nobody_gets_more_than_fits_and_the_rest_is_drained_in_order_when_somebody_is_free(
    cast: Cast, desk: Desk
):
    desk.on(capacity=1)
    desk.queue()
    desk.come(cast.agent)
    moment = clock.now() - timedelta(minutes=10)
    told = [
        cast.hears(phone, "hello", at=moment + timedelta(minutes=place))
        for place, phone in enumerate((A, B, C))
    ]
    desk.go()
    assert desk.whose(told) == [cast.agent.id, None, None]
    desk.answer(told[0], cast.agent)
    desk.go()
    assert desk.whose(told) == [cast.agent.id, cast.agent.id, None]
    resolve_conversation(Conversation.objects.get(id=told[1].id), by=cast.actor(cast.agent))
    desk.go()
    assert desk.whose(told)[2] == cast.agent.id
    assert Waiting.objects.count() == 0


@pytest.mark.parametrize("how", ["online", "capacity", "skill"])
def test_what_waits_is_given_the_moment_somebody_can_take_it(cast: Cast, desk: Desk, how: str):
    desk.on(capacity=1)
    desk.queue(skill="Refunds" if how == "skill" else "")
    if how != "online":
        desk.come(cast.agent)
    if how == "capacity":
        set_capacity(cast.agent, 0, by=cast.actor())
    (one,) = desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [None]
    match how:
        case "online":
            desk.come(cast.agent)
        case "capacity":
            set_capacity(cast.agent, 1, by=cast.actor())
        case _:
            set_skills(cast.agent, skills=["refunds"], by=cast.actor())
    desk.go()
    assert desk.whose([one]) == [cast.agent.id]


def test_the_first_queue_whose_conditions_hold_takes_it(cast: Cast, desk: Desk):
    desk.on()
    desk.queue("VIP", conditions={"field": "contact.tier", "op": "is", "value": "A"}, skill="vip")
    desk.queue("Refunds", conditions={"field": "message.text", "op": "contains", "value": "money back"})
    desk.queue("Rest")
    cast.alice.tier = "A"
    cast.alice.save()
    told = [cast.hears(ALICE, "hi"), cast.hears(BORIS, "I want my Money back"), cast.hears(CHAI, "hi")]
    desk.go()
    rows = Waiting.objects.select_related("queue")
    assert {each.conversation_id: each.queue and each.queue.name for each in rows} == dict(
        zip([each.id for each in told], ["VIP", "Refunds", "Rest"], strict=True)
    )


def test_what_no_queue_takes_stays_for_people(cast: Cast, desk: Desk):
    desk.on()
    desk.queue("VIP", conditions={"field": "contact.tier", "op": "is", "value": "A"})
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [None]
    assert Waiting.objects.get().queue is None


def test_a_new_tag_while_it_waits_may_bring_it_into_another_queue(cast: Cast, desk: Desk):
    desk.on()
    desk.queue("Late", conditions={"field": "conversation.tags", "op": "has_any", "value": ["late"]})
    (one,) = desk.hear(A)
    desk.go()
    cause = Waiting.objects.get().cause
    set_conversation_tags(one, ["late"], by=cast.actor())
    desk.go()
    row = Waiting.objects.select_related("queue").get()
    assert (row.queue and row.queue.name, row.cause) == ("Late", cause)


def test_the_specialist_is_asked_first_and_others_after_a_while(cast: Cast, desk: Desk):
    desk.on(capacity=1)
    desk.queue("VIP", specialist_id=cast.lead.id, specialist_seconds=30)
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [None]
    end_specialist_waits()
    desk.go()
    assert desk.whose([one]) == [None]
    Waiting.objects.update(others_from=clock.now() - timedelta(seconds=1))
    assert end_specialist_waits() == 1
    desk.go()
    assert desk.whose([one]) == [cast.agent.id]
    desk.come(cast.lead)
    (other,) = desk.hear(B)
    desk.go()
    assert desk.whose([other]) == [cast.lead.id]
    assert Decision.objects.get(conversation=other).rule == "specialist"


def test_whoever_comes_back_stays_with_who_had_them_if_they_are_there(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent, cast.mate)
    (one,) = desk.hear(A)
    assign_conversation(one, to=cast.mate, by=cast.actor())
    resolve_conversation(Conversation.objects.get(id=one.id), by=cast.actor())
    desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [cast.mate.id]
    assert Decision.objects.get(conversation=one).outcome == "kept"
    assert Waiting.objects.count() == 0


def test_whoever_comes_back_goes_to_others_if_they_are_not_there_in_one_change(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent)
    desk.come(cast.mate, state="off_duty")
    (one,) = desk.hear(A)
    assign_conversation(one, to=cast.mate, by=cast.actor())
    resolve_conversation(Conversation.objects.get(id=one.id), by=cast.actor())
    desk.go()
    desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [cast.agent.id]
    decision = Decision.objects.get(conversation=one)
    assert (decision.outcome, decision.cause_kind) == ("given", "ConversationReopenedByMessage")


def test_what_somebody_assigns_after_the_contact_came_back_stands(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    assign_conversation(one, to=cast.lead, by=cast.actor())
    resolve_conversation(Conversation.objects.get(id=one.id), by=cast.actor())
    desk.hear(A)
    assign_conversation(Conversation.objects.get(id=one.id), to=cast.mate, by=cast.actor())
    desk.go()
    assert desk.whose([one]) == [cast.mate.id]
    assert Decision.objects.count() == 0


def test_the_contacts_owner_goes_before_the_others(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent, cast.lead, cast.mate)
    cast.alice.owner = cast.lead
    cast.alice.save()
    (one,) = desk.hear(ALICE)
    desk.go()
    assert desk.whose([one]) == [cast.lead.id]
    assert Decision.objects.get().rule == "owner"


def test_more_than_two_messages_without_an_answer_go_before_everybody(cast: Cast, desk: Desk):
    desk.on(capacity=1)
    desk.queue()
    moment = clock.now() - timedelta(minutes=9)
    patient = [cast.hears(phone, "hello", at=moment) for phone in (A, B)]
    urgent = patient[0]
    for minute in range(3):
        urgent = cast.hears(C, "hello?", at=moment + timedelta(minutes=minute + 1))
        desk.go()
        assert Waiting.objects.get(conversation=urgent).is_priority is (minute == 2)
    desk.come(cast.agent)
    desk.go()
    assert desk.whose([*patient, urgent]) == [None, None, cast.agent.id]


def test_who_is_not_answered_by_who_was_chosen_goes_to_others(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    desk.go()
    desk.come(cast.agent, state="away")
    desk.come(cast.mate)
    desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [cast.agent.id]
    desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [cast.mate.id]


def test_a_persons_word_is_never_overwritten(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    assign_conversation(one, to=cast.mate, by=cast.actor())
    for _ in range(4):
        desk.hear(A)
    desk.go()
    assert desk.whose([one]) == [cast.mate.id]
    assert Decision.objects.count() == 0


def test_who_puts_it_back_does_not_get_it_again(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    desk.go()
    assign_conversation(Conversation.objects.get(id=one.id), to=None, by=cast.actor(cast.agent))
    desk.go()
    assert desk.whose([one]) == [None]
    desk.come(cast.mate)
    desk.go()
    assert desk.whose([one]) == [cast.mate.id]
    assert Decision.objects.filter(conversation=one).count() == 2


def test_whoever_goes_off_duty_says_what_becomes_of_their_conversations(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    desk.come(cast.agent)
    told = desk.hear(A, B)
    desk.go()
    assert hand_over_open(cast.agent, Successor("queue"), by=cast.actor(cast.agent)) == 2
    desk.come(cast.agent, state="off_duty")
    desk.come(cast.mate)
    desk.go()
    assert desk.whose(told) == [cast.mate.id, cast.mate.id]


def test_a_conversation_handed_to_a_team_is_given_to_somebody_in_it(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    (one,) = desk.hear(A)
    hand_to_team(one, team=cast.team, by=cast.actor())
    desk.come(cast.mate)
    desk.go()
    assert desk.whose([one]) == [None]
    desk.come(cast.agent)
    desk.go()
    assert desk.whose([one]) == [cast.agent.id]


def test_the_contacts_language_counts_where_somebody_speaks_it(cast: Cast, desk: Desk):
    desk.on()
    desk.queue(wants_language=True)
    cast.chai.language = "th"
    cast.chai.save()
    desk.come(cast.agent)
    set_skills(cast.mate, languages=["th-TH"], by=cast.actor())
    told = desk.hear(CHAI, BORIS)
    desk.go()
    assert desk.whose(told) == [None, cast.agent.id]
    desk.come(cast.mate)
    desk.go()
    assert desk.whose(told) == [cast.mate.id, cast.agent.id]


def test_switching_on_takes_up_what_waits_and_switching_off_lets_go(cast: Cast, desk: Desk):
    desk.queue()
    desk.come(cast.agent)
    (one,) = desk.hear(A)
    desk.go()
    desk.on()
    assert desk.whose([one]) == [cast.agent.id]
    desk.come(cast.agent, state="away")
    desk.hear(B)
    desk.go()
    assert Waiting.objects.count() == 1
    change_routing(cast.workspace.id, inbox_ids=[], by=cast.actor())
    desk.go()
    assert Waiting.objects.count() == 0


def test_what_waits_follows_the_queues(cast: Cast, desk: Desk):
    desk.on()
    first, second = desk.queue("One"), desk.queue("Two")
    desk.hear(A)
    desk.go()
    assert Waiting.objects.get().queue_id == first.id
    nobody = {"field": "message.text", "op": "is", "value": "never"}
    wanted = wanted_of(first)
    change_queue(first, type(wanted)("One", nobody), by=cast.actor())
    desk.go()
    assert Waiting.objects.get().queue_id == second.id
    remove_queue(second, by=cast.actor())
    desk.go()
    assert Waiting.objects.get().queue_id is None


def test_the_net_counts_what_no_event_told_of(cast: Cast, desk: Desk):
    desk.on()
    desk.queue()
    cast.hears(A, at=clock.now() - timedelta(minutes=5))
    desk.go()
    Waiting.objects.all().delete()
    desk.come(cast.agent)
    desk.go()
    assert look_over() == 1
    desk.go()
    assert Decision.objects.get().cause_kind == "RoutingLookedOver"
    assert look_over() == 0
