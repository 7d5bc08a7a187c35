"""Whatever people and workers do at once: one change for a cause, nobody has too much, nobody waits for who is free."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from regulars.conversations.models import Conversation, ConversationHistory
from regulars.conversations.operations.handling import assign_conversation, resolve_conversation
from regulars.kernel.errors import ProductError
from regulars.kernel.models import Event
from regulars.routing.models import Decision, Waiting
from regulars.routing.reactions import ROUTED_ON, route
from regulars.routing.tests.desk import Desk, phones, recorded
from regulars.workspaces.availability import choose_availability
from tests.cast import make_cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cast import Cast

CAPACITY = 3
ROUNDS = 60
WORKERS = 3
KINDS = [each.__name__ for each in ROUTED_ON]


@pytest.mark.django_db(transaction=True)
def test_any_interleaving_keeps_what_routing_promises():
    seed, cast = 1, make_cast()
    desk = Desk(cast)
    desk.on(capacity=CAPACITY)
    desk.queue()
    people = [cast.lead, cast.agent, cast.mate]
    with ThreadPoolExecutor(WORKERS + 2) as pool:
        deeds = [pool.submit(_in_thread, _live, cast, people, seed * 10 + each) for each in range(2)]
        reading = [pool.submit(_in_thread, _work, cast, seed * 100 + each) for each in range(WORKERS)]
        manual = [deed.result() for deed in deeds]
        for each in reading:
            each.result()
    _read_all_again(cast)
    _check_one_change_for_a_cause()
    _check_capacity()
    _check_manual(dict(pair for each in manual for pair in each.items()))
    _check_nobody_waits_beside_somebody_free(people)


@pytest.mark.django_db(transaction=True)
def test_workers_that_drain_the_same_queue_give_nobody_more_than_fits():
    cast = make_cast()
    desk = Desk(cast)
    desk.on(capacity=CAPACITY)
    desk.queue()
    people = [cast.lead, cast.agent, cast.mate]
    desk.hear(*phones(14))
    desk.come(*people)
    with ThreadPoolExecutor(WORKERS) as pool:
        for each in [pool.submit(_in_thread, _work, cast, each) for each in range(WORKERS)]:
            each.result()
    assigned = Counter(Conversation.objects.exclude(assignee=None).values_list("assignee_id", flat=True))
    assert assigned == Counter(dict.fromkeys([each.id for each in people], CAPACITY))
    assert Waiting.objects.count() == 14 - CAPACITY * len(people)
    assert Decision.objects.count() == CAPACITY * len(people)


def _in_thread(do: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return do(*arguments)
    finally:
        connection.close()


def _live(cast: Cast, people: list[Any], seed: int) -> dict[Any, Any]:
    """Customers write, members come, go, answer, resolve; returns the last word of people on a conversation."""
    draw = random.Random(seed)
    desk, numbers, manual = Desk(cast), phones(12), dict[Any, Any]()
    for _ in range(ROUNDS):
        member = draw.choice(people)
        theirs = list(Conversation.objects.filter(assignee=member, status="open")[:5])
        try:
            match draw.randrange(8):
                case 0 | 1 | 2:
                    desk.hear(draw.choice(numbers))
                case 3:
                    state = draw.choice(["online", "online", "away", "off_duty"])
                    choose_availability(member, state, by=cast.actor())
                case 4 | 5 if theirs:
                    desk.answer(draw.choice(theirs), member)
                case 6 if theirs:
                    resolve_conversation(draw.choice(theirs), by=cast.actor())
                case 7 if free := list(Conversation.objects.filter(assignee=None)[:3]):
                    taken = draw.choice(free)
                    assign_conversation(taken, to=member, by=cast.actor(member))
                    manual[taken.id] = member.id
        except ProductError:
            pass  # somebody was faster, and was told
    for member in people:
        choose_availability(member, "online", by=cast.actor())
    return manual


def _work(cast: Cast, seed: int) -> None:
    """Reads stretches of the log as workers would, and others again that were read before."""
    draw = random.Random(seed)
    for _ in range(ROUNDS // 3):
        rows = list(Event.objects.filter(kind__in=KINDS).order_by("-id")[: draw.randrange(1, 40)])
        with transaction.atomic():
            route([recorded(each) for each in reversed(rows)])


def _read_all_again(cast: Cast) -> None:
    with transaction.atomic():
        Desk(cast).go()


def _check_one_change_for_a_cause() -> None:
    given = Counter(Decision.objects.filter(outcome="given").values_list("conversation_id", flat=True))
    told = Counter(
        str(each.body["conversation_id"])
        for each in Event.objects.filter(kind="ConversationAssigned")
        if each.body["decision_id"]
    )
    assert told == Counter({str(key): count for key, count in given.items()})
    causes = Counter(Decision.objects.values_list("conversation_id", "cause"))
    assert set(causes.values()) <= {1}


def _check_capacity() -> None:
    """As it was when each was decided: whoever was chosen had room."""
    for decision in Decision.objects.all():
        chosen = next(each for each in decision.considered if each["verdict"] == "chosen")
        assert chosen["load"] < chosen["capacity"] == CAPACITY


def _check_manual(manual: dict[Any, Any]) -> None:
    """After a person took something, routing gave it to nobody until it was over."""
    rows = ConversationHistory.objects.filter(conversation_id__in=manual, fact="assignee").order_by("from_at")
    for conversation_id in manual:
        before = None
        for row in rows.filter(conversation_id=conversation_id):
            if row.by_kind == "rule" and before is not None and before.by_kind == "member" and before.value:
                reopened = ConversationHistory.objects.filter(
                    conversation_id=conversation_id,
                    fact="status",
                    value="open",
                    from_at__gt=before.from_at,
                    from_at__lte=row.from_at,
                )
                assert reopened.exists()
            before = row


def _check_nobody_waits_beside_somebody_free(people: list[Any]) -> None:
    if Waiting.objects.exists():
        from regulars.routing.passing import read_servers

        workspace_id = people[0].workspace_id
        free = [
            each
            for each in read_servers(workspace_id)
            if each.state == "online" and each.load < each.capacity
        ]
        for row in Waiting.objects.all():
            assert {each.id for each in free} <= {row.put_back_by_id}
    left = Conversation.objects.filter(status="open", waiting_since__isnull=False, assignee=None)
    assert set(left.values_list("id", flat=True)) <= set(
        Waiting.objects.values_list("conversation_id", flat=True)
    )
