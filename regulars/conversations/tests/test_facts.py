"""Facts: each written down once, when it happened; an answer that failed is none."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from regulars.conversations.models import Conversation, Episode, Fact, Message
from regulars.conversations.operations.claiming import Claimed, claim_batch
from regulars.conversations.operations.handling import (
    assign_conversation,
    hand_to_team,
    resolve_conversation,
)
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.operations.settling import mark_as_sent, record_results, send_again, stop_message
from regulars.conversations.tests.saying import (
    AnyContent,
    at,
    claim,
    event_kinds,
    forget_events,
    fresh,
    queue,
    receive,
    said,
    status,
    tell,
)
from regulars.inboxes.ports import Accepted, OutgoingReaction, OutgoingText, ProviderError, Refused, Uncertain
from regulars.kernel import clock
from regulars.workspaces.business_hours import HoursOfWork, change_hours_of_work, parse_week
from tests.cast import BORIS, Cast

pytestmark = pytest.mark.django_db
FAILED = (ProviderError(code=131026),)


def the_thread() -> Conversation:
    return fresh(Conversation.objects.get())


def ask(cast: Cast, seconds: float = 0, name: str = "") -> Conversation:
    receive(cast, said(name or f"q{seconds}", seconds))
    Conversation.objects.update(window_closes_at=clock.now() + timedelta(days=1))
    return the_thread()


def answer(cast: Cast, seconds: float, *, by: Any = None) -> Message:
    """Written then; it has not left."""
    with clock.frozen_at(at(seconds)):
        return queue(cast, the_thread(), by=by or cast.agent)


def go_out(message: Message) -> None:
    (claimed,) = claim_all(message)
    record_results([(claimed, Accepted(provider_id=f"w.{message.id}"))])


def claim_all(message: Message) -> list[Claimed]:
    return [each for each in claim_batch(message.inbox_id, 50) if each.to_send.message_id == str(message.id)]


def fail(cast: Cast, message: Message) -> None:
    tell(cast, status(message, "failed", errors=FAILED))


def answers() -> list[tuple[str, Any, int | None, bool]]:
    """Those that stand: who, since when, how long, whether the first."""
    rows = Fact.objects.filter(kind="answered", withdrawn_at=None).order_by("at", "message_id")
    return [(each.by_kind, each.since, each.wait_seconds, each.is_first) for each in rows]


def test_an_answer_counts_when_the_platform_took_it_and_waits_until_it_was_written(cast: Cast):
    thread = ask(cast)
    message = answer(cast, 90)
    assert answers() == []
    go_out(message)
    assert answers() == [("person", at(0), 90, True)]
    fact = Fact.objects.get(kind="answered")
    assert (fact.at, fact.message_id, fact.episode_id) == (at(90), message.id, thread.episode_id)
    assert (fact.by_id, fact.member_id, fact.by_name) == (cast.agent.id, cast.agent.id, str(cast.agent))
    assert (fact.inbox_id, fact.channel, fact.tier, fact.team_id) == (cast.inbox.id, "whatsapp", "", None)
    assert fact.business_seconds == 90
    assert Episode.objects.get().first_answer_at == at(90)


def test_first_and_later_ones_are_told_apart_and_what_ends_no_wait_is_none(cast: Cast):
    ask(cast)
    for seconds in (60, 65):  # the second one adds something
        go_out(answer(cast, seconds))
    ask(cast, 100)
    go_out(answer(cast, 400))
    assert answers() == [("person", at(0), 60, True), ("person", at(100), 300, False)]
    assert event_kinds().count("EpisodeAnswered") == 1


def test_a_new_episode_has_a_first_answer_of_its_own(cast: Cast):
    thread = ask(cast)
    go_out(answer(cast, 60))
    with clock.frozen_at(at(100)):
        resolve_conversation(fresh(thread), by=cast.actor(cast.agent))
    ask(cast, 200_000)
    go_out(answer(cast, 200_060))
    assert [each[3] for each in answers()] == [True, True]
    assert [each.first_answer_at for each in Episode.objects.order_by("number")] == [at(60), at(200_060)]


@pytest.mark.parametrize(("by", "kind"), [("token", "machine"), ("house", "machine"), ("member", "person")])
def test_who_answered(cast: Cast, by: str, kind: str):
    thread = ask(cast)
    actors = {
        "token": cast.token_actor("admin"),
        "house": cast.actor(),
        "member": cast.actor(cast.agent),
    }
    with clock.frozen_at(at(10)):
        draft = OutgoingDraft(thread, OutgoingText(body="hi"))
        go_out(queue_message(draft, by=actors[by], channel=AnyContent()))
    assert [each[0] for each in answers()] == [kind]


def test_a_reaction_is_no_answer(cast: Cast):
    ask(cast, name="q")
    queue(cast, the_thread(), OutgoingReaction(target_provider_id="q", emoji="👍"))
    for claimed in claim(cast):
        record_results([(claimed, Accepted(provider_id="w.reaction"))])
    assert answers() == []


def test_business_time_is_that_of_the_hours_then(cast: Cast):
    hours = HoursOfWork("Europe/Stockholm", parse_week({"friday": [("09:00", "13:10")]}, ()), 24)
    change_hours_of_work(cast.workspace.id, hours, by=cast.actor())
    ask(cast)  # Friday noon in UTC is 13:00 in Stockholm
    go_out(answer(cast, 3_600))
    change_hours_of_work(cast.workspace.id, HoursOfWork("UTC", None, 24), by=cast.actor())
    fact = Fact.objects.get(kind="answered")
    assert (fact.wait_seconds, fact.business_seconds) == (3_600, 600)


def test_what_was_uncertain_counts_when_it_is_proved(cast: Cast):
    ask(cast)
    first = answer(cast, 10)
    record_results([(claim_all(first)[0], Uncertain(reason="timed out"))])
    assert answers() == []
    mark_as_sent(Message.objects.get(id=first.id), by=cast.actor(cast.agent))
    assert answers() == [("person", at(0), 10, True)]
    ask(cast, 100)
    second = answer(cast, 130)
    record_results([(claim_all(second)[0], Uncertain(reason="timed out"))])
    send_again(Message.objects.get(id=second.id), by=cast.actor(cast.agent))
    go_out(second)
    tell(cast, status(second, "delivered"))
    assert answers() == [("person", at(0), 10, True), ("person", at(100), 30, False)]


# --- what fails ------------------------------------------------------------------------------------------


def test_what_was_never_sent_is_no_answer(cast: Cast):
    ask(cast)
    refused = answer(cast, 10)
    record_results([(claim_all(refused)[0], Refused(error=FAILED[0]))])
    stopped = answer(cast, 20)
    stop_message(stopped, by=cast.actor(cast.agent))
    assert Fact.objects.filter(kind="answered").count() == 0
    go_out(answer(cast, 50))
    assert answers() == [("person", at(0), 50, True)]


def test_one_that_fails_afterwards_is_withdrawn_and_the_next_one_answered_the_whole_wait(cast: Cast):
    ask(cast)
    first = answer(cast, 10)
    go_out(first)
    fail(cast, first)
    fail(cast, first)
    assert answers() == []
    assert Fact.objects.get(kind="answered").withdrawn_at is not None
    assert Episode.objects.get().first_answer_at is None
    go_out(answer(cast, 500))
    assert answers() == [("person", at(0), 500, True)]
    assert Episode.objects.get().first_answer_at == at(500)


@pytest.mark.parametrize("order", ["in turn", "failed first"])
def test_when_one_fails_behind_which_another_stands_that_one_was_the_answer(cast: Cast, order: str):
    ask(cast)
    first = answer(cast, 10)
    second = answer(cast, 30)
    go_out(first)
    if order == "failed first":
        fail(cast, first)
        assert answers() == []
    go_out(second)
    fail(cast, first)
    assert answers() == [("person", at(0), 30, True)]
    fail(cast, second)
    assert answers() == []
    assert the_thread().waiting_since == at(0)


def test_the_next_ones_wait_begins_where_the_failed_ones_did(cast: Cast):
    ask(cast)
    first = answer(cast, 10)
    go_out(first)
    ask(cast, 20)
    second = answer(cast, 30)
    go_out(second)
    assert [each[2:] for each in answers()] == [(10, True), (10, False)]
    fail(cast, first)
    assert answers() == [("person", at(0), 30, True)]


def test_one_that_failed_and_arrived_after_all_counts_again(cast: Cast):
    ask(cast)
    first = answer(cast, 10)
    go_out(first)
    fail(cast, first)
    tell(cast, status(first, "delivered", 1))
    assert answers() == [("person", at(0), 10, True)]
    assert Fact.objects.filter(kind="answered").count() == 1


def test_one_that_arrived_after_all_when_somebody_else_had_answered_stays_withdrawn(cast: Cast):
    ask(cast)
    first = answer(cast, 10)
    go_out(first)
    fail(cast, first)
    go_out(answer(cast, 60))
    tell(cast, status(first, "delivered", 1))
    assert answers() == [("person", at(0), 60, True)]


def test_each_wait_has_one_answer_whatever_fails_and_in_whatever_order_it_is_told(cast: Cast):
    for serial, order in enumerate(permutations(range(3))):
        for outcomes in (
            ("failed", "read", "read"),
            ("failed", "failed", "read"),
            ("read", "failed", "read"),
        ):
            Conversation.objects.all().delete()
            Fact.objects.all().delete()
            receive(cast, said(f"{serial}{outcomes}", 0))
            Conversation.objects.update(window_closes_at=clock.now() + timedelta(days=1))
            sent = [answer(cast, 10 * (place + 1)) for place in range(3)]
            for place in order:
                tell(cast, status(sent[place], outcomes[place]))
            first = 10 * (outcomes.index("read") + 1)
            assert answers() == [("person", at(0), first, True)], (order, outcomes)


# --- on the phone ----------------------------------------------------------------------------------------


def test_what_was_said_on_the_phone_is_read_off_in_any_order_and_parts(cast: Cast):
    def on_phone(name: str, seconds: float, phone: str) -> Any:
        return said(name, seconds, phone=phone, direction="out", source="phone_app")

    expected = [("phone_app", at(0), 10, True), ("phone_app", at(20), 40, False)]
    for serial, order in enumerate(permutations(range(6))):
        if serial % 41:
            continue
        phone = f"+12025559{serial:03}"
        batch = [
            said(f"{serial}a", 0, phone=phone),
            said(f"{serial}b", 5, phone=phone),
            on_phone(f"{serial}c", 10, phone),
            said(f"{serial}d", 20, phone=phone),
            on_phone(f"{serial}e", 60, phone),
            on_phone(f"{serial}f", 70, phone),
        ]
        Fact.objects.all().delete()
        cut = serial % 7
        for part in ([batch[place] for place in order[:cut]], [batch[place] for place in order[cut:]]):
            receive(cast, *part)
            receive(cast, *part)
        assert answers() == expected, order
        episode = Episode.objects.get(conversation__contact__identities__value=phone)
        assert (episode.opened_at, episode.first_answer_at) == (at(0), at(10))


def test_the_phone_answers_what_failed_here(cast: Cast):
    ask(cast)
    first = answer(cast, 10)
    go_out(first)
    receive(cast, said("e1", 30, direction="out", source="phone_app"))
    assert answers() == [("person", at(0), 10, True)]
    fail(cast, first)
    assert answers() == [("phone_app", at(0), 30, True)]


def test_an_echo_that_comes_late_takes_nothing_from_who_answered_here(cast: Cast):
    ask(cast)
    message = answer(cast, 60)
    receive(cast, said("e1", 30, direction="out", source="phone_app"))
    go_out(message)
    assert answers() == [("person", at(0), 60, True)]


# --- what else is counted --------------------------------------------------------------------------------


def test_assignments_and_resolutions_are_facts(cast: Cast):
    thread = ask(cast)
    by = cast.actor(cast.lead)
    assign_conversation(thread, to=cast.agent, by=by)
    assign_conversation(fresh(thread), to=cast.agent, by=by)
    hand_to_team(fresh(thread), team=cast.team, by=by)
    assign_conversation(fresh(thread), to=None, by=by)
    resolve_conversation(fresh(thread), by=by)
    rows = Fact.objects.order_by("created_at", "id")
    assert [(each.kind, each.by_kind, each.by_id, each.member_id, each.team_id) for each in rows] == [
        ("assigned", "person", cast.lead.id, cast.agent.id, None),
        ("handed_to_team", "person", cast.lead.id, cast.agent.id, cast.team.id),
        ("assigned", "person", cast.lead.id, None, cast.team.id),
        ("resolved", "person", cast.lead.id, None, cast.team.id),
    ]
    assert {each.episode_id for each in rows} == {thread.episode_id}


def test_who_answers_what_is_nobodys_is_assigned_by_themselves(cast: Cast):
    ask(cast)
    answer(cast, 10)
    fact = Fact.objects.get()
    assert (fact.kind, fact.by_id, fact.member_id) == ("assigned", cast.agent.id, cast.agent.id)


# --- what it costs ---------------------------------------------------------------------------------------


def test_a_message_in_an_open_conversation_costs_no_statement_more(cast: Cast, django_assert_num_queries):
    receive(cast, said("m1", 0), said("n1", 0, phone=BORIS))
    messages = [said(f"m{place}", place) for place in range(2, 60)]
    with django_assert_num_queries(11) as few:
        receive(cast, *messages[:5])
    with django_assert_num_queries(len(few)):
        receive(cast, *messages[5:])


def test_going_out_costs_a_fixed_number_of_statements(cast: Cast, django_assert_max_num_queries):
    costs = []
    for count in (1, 8):
        forget_events()
        for place in range(count):
            conversation = cast.hears(f"+1202556{count}{place:03}", "hello")
            queue(cast, fresh(conversation), by=cast.agent)
        pairs = [(each, Accepted(provider_id=f"w.{each.to_send.message_id}")) for each in claim(cast, 50)]
        with django_assert_max_num_queries(40) as captured:
            record_results(pairs)
        costs.append(len(captured))
        assert Fact.objects.filter(kind="answered").count() == (1 if count == 1 else 9)
    assert costs[0] == costs[1]
