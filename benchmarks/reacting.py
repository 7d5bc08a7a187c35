"""How far reactions are behind what happened, while much does; and how quick what a burst left undone is done.

    python -m benchmarks.reacting < plan.json      posts and works as the plan says; prints the lag of each event

A reaction's lag runs from the beginning of the transaction that recorded an event to the moment at which the
reaction's cursor is seen behind it, which is looked for every 20 ms from outside.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import timedelta
from itertools import cycle
from typing import Any
from uuid import UUID

from benchmarks.accepting import Effort, spec_of, wait_until_drained
from benchmarks.bodies import CONTACTS, Target, person_phone
from benchmarks.children import run_child
from benchmarks.figures import Figure
from benchmarks.load import percentile, post
from benchmarks.passing import EVERYTHING, passing_worker
from benchmarks.product import Product
from benchmarks.screens import Plan, watch
from benchmarks.seeding import BURST_PHONES, environment_with_database, seed
from benchmarks.sending import open_windows
from benchmarks.showing import SCREENS, conversations_of
from benchmarks.waiting import wait_for

MESSAGES_A_SECOND = 100.0
MOST_LAG = 1_000.0
"""milliseconds"""
LEAST_DRAINED = 500.0
CONNECTIONS = 64
SECONDS_FACTOR = 5.0
LOOK_EVERY = 0.02
DONE_PATIENCE = 120.0
Position = tuple[int, int, int]
Lags = Mapping[str, Sequence[float]]
"""of each reaction, of each event that it takes: milliseconds"""


def measure_reacting(product: Product, effort: Effort) -> Iterator[Figure]:
    product.start_worker()
    conversations = conversations_of(product)
    product.cookies = product.cookies or seed(product, "sign-in", SCREENS)["cookies"]
    open_windows(product)
    product.stop_worker()
    with passing_worker(product):
        count = min(CONTACTS, int(effort.seconds * SECONDS_FACTOR * MESSAGES_A_SECOND))
        people = [conversations[person_phone(index)] for index in range(count)]
        run = secrets.token_hex(6).upper()
        lags: Lags = run_child(
            [product.checkout.python, "-m", "benchmarks.reacting"],
            said=json.dumps(asdict(Plan(product.target, product.cookies, people, 0, MESSAGES_A_SECOND, run))),
            environment=environment_with_database(product),
            folder=product.checkout.root,
        )
        for reaction, each in sorted(lags.items()):
            name = f"{reaction}, lag at {MESSAGES_A_SECOND:.0f} messages/s, p95 of {len(each):,}"
            yield Figure(name, percentile(each, 95), "ms", at_most=MOST_LAG)
        yield from _drain(product, effort)
    product.start_worker()


_UNDONE = """
SELECT (SELECT count(*) FROM inboxes_delivery WHERE state = 'pending') + (
  SELECT count(*) FROM kernel_event e JOIN kernel_reactioncursor c ON c.name = %s
  WHERE (e.generation, e.transaction_id, e.id) > (c.generation, c.transaction_id, c.event_id)
    AND e.kind = 'MessageReceived')
"""


def _drain(product: Product, effort: Effort) -> Iterator[Figure]:
    """What is not stored yet counts as undone, too."""
    seconds = effort.seconds * SECONDS_FACTOR
    wait_until_drained(product)
    outcome = post(spec_of(product.target, CONNECTIONS, seconds))
    ended = time.monotonic()
    undone = _undone(product)
    wait_for(lambda: _undone(product) == 0, DONE_PATIENCE, "everything done", pause=0.02)
    draining = time.monotonic() - ended
    name = f"burst of {seconds:.0f} s at {CONNECTIONS} connections"
    yield Figure(f"{name}: accepted", outcome.rate, "/s")
    yield Figure(f"{name}: left undone by reactions at its end", undone, "messages")
    rate = undone / draining if undone else outcome.rate
    yield Figure(f"{name}: done after it", rate, "messages/s", at_least=LEAST_DRAINED)
    yield Figure(f"{name}: all done after", draining, "s")


def _undone(product: Product) -> int:
    return int(product.ask(_UNDONE, [EVERYTHING]))


def lags_while(plan: Plan) -> Lags:
    """In a process that has Django: ``plan`` is carried out while members work, and everything is seen."""
    from config.wiring import REACTIONS
    from regulars.kernel.events import Event, end_of_log
    from regulars.kernel.reactions import Reaction

    everything = Reaction(EVERYTHING, tuple(Event.kinds.values()), lambda _happened: None)
    began = end_of_log()
    with ExitStack() as stack:
        looks = stack.enter_context(_looking())
        with ExitStack() as work:
            for each in (_members(plan.conversations), _rarities()):
                work.enter_context(_repeating(*each))
            seen = watch(plan)
        if seen.missing:
            raise RuntimeError(f"{seen.missing} changes never reached a screen")
        events = _events_after((began.generation, began.transaction_id, began.event_id))
        _wait_until_passed(looks, [each.name for each in (*REACTIONS, everything)], events)
    return {
        each.name: [1_000 * lag for lag in _lags(looks, each.name, set(each.kinds), events)]
        for each in (*REACTIONS, everything)
    }


class Looks:
    """Where each cursor was, look by look; seconds by the database's clock."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.places: dict[str, list[Position]] = {}

    def add(self, rows: Sequence[tuple[Any, ...]]) -> None:
        for name, generation, transaction_id, event_id, _now in rows:
            known = self.places.setdefault(name, [])
            known += [(0, 0, 0)] * (len(self.times) - len(known))
            known.append((generation, transaction_id, event_id))
        self.times.append(float(rows[0][4]))


_CURSORS = """
SELECT name, generation, transaction_id::text::bigint, event_id, extract(epoch FROM clock_timestamp())
FROM kernel_reactioncursor
"""


@contextmanager
def _looking() -> Iterator[Looks]:
    import psycopg

    looks, over = Looks(), threading.Event()

    def look() -> None:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            while not over.wait(LOOK_EVERY):
                looks.add(connection.execute(_CURSORS).fetchall())

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield looks
    finally:
        over.set()
        thread.join()


Happened = tuple[Position, str, float]
"""where, which kind, when its transaction began"""


def _events_after(began: Position) -> list[Happened]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generation, transaction_id::text::bigint, id, kind, extract(epoch FROM happened_at)"
            " FROM kernel_event WHERE (generation, transaction_id, id) > (%s, %s::xid8, %s)",
            [began[0], str(began[1]), began[2]],
        )
        return [((row[0], row[1], row[2]), row[3], float(row[4])) for row in cursor.fetchall()]


def _wait_until_passed(looks: Looks, names: Sequence[str], events: Sequence[Happened]) -> None:
    """A cursor whose kinds did not happen is written down every few seconds."""
    last = max(position for position, _kind, _at in events)
    wait_for(lambda: all(looks.places[name][-1] >= last for name in names), DONE_PATIENCE, "every reaction")


def _lags(looks: Looks, name: str, kinds: set[str], events: Sequence[Happened]) -> Iterator[float]:
    """Raises RuntimeError when there was none: then nothing was measured."""
    wanted = [(position, at) for position, kind, at in events if kind in kinds]
    if not wanted:
        raise RuntimeError(f"nothing happened that {name} takes")
    for position, at in wanted:
        yield max(0.0, looks.times[bisect_left(looks.places[name], position)] - at)


@contextmanager
def _repeating(deed: Callable[[], object], every: float) -> Iterator[None]:
    """In a thread of its own, until the block ends; raises what it raised."""
    from django.db import connection

    over, failures = threading.Event(), []

    def repeat() -> None:
        try:
            while not over.wait(every):
                deed()
        except Exception as error:  # noqa: BLE001 (told by the other thread)
            failures.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    if failures:
        raise failures[0]


def _members(conversations: Sequence[str]) -> tuple[Callable[[], object], float]:
    """Ten times a second a member does something: reads, types, takes over, resolves, answers."""
    from regulars.channels.whatsapp.facts import FACTS
    from regulars.conversations.models import Conversation
    from regulars.conversations.operations import handling
    from regulars.conversations.operations.sending import OutgoingDraft, queue_messages
    from regulars.inboxes.ports import OutgoingText
    from regulars.kernel.errors import Conflict
    from regulars.workspaces.access import actor_of_member
    from regulars.workspaces.models import Member

    member = Member.objects.select_related("role", "user").order_by("id")[0]
    by = actor_of_member(member)
    ids = cycle(map(UUID, conversations))
    with_window = cycle(
        Conversation.objects.filter(contact__phone__startswith=BURST_PHONES).select_related(
            "inbox__connection"
        )[:200]
    )
    turn = cycle(range(10))

    def work() -> None:
        conversation = Conversation.objects.select_related("inbox").get(id=next(ids))
        match next(turn):
            case 0 | 5:
                queue_messages(
                    [OutgoingDraft(next(with_window), OutgoingText(body="Soon."))], by=by, channel=FACTS
                )
            case 1 | 6:
                handling.show_typing(conversation, by=by)
            case 2:
                handling.assign_conversation(conversation, to=member, by=by)
            case 3:
                handling.resolve_conversation(conversation, by=by)
            case _:
                handling.mark_as_read(conversation, by=by)

    def work_or_give_way() -> None:
        try:
            work()
        except Conflict:
            pass

    return work_or_give_way, 0.1


def _rarities() -> tuple[Callable[[], object], float]:
    """Each second what seldom happens: an account recovers, a number is added, a password changes, somebody has
    a second factor more, a team goes; and a job.
    """
    from django.db import transaction

    from regulars.inboxes.events import ConnectionRecovered, InboxAdded
    from regulars.inboxes.models import Inbox
    from regulars.inboxes.replaying import REPLAY, ReplayArguments
    from regulars.kernel import clock
    from regulars.kernel.events import record
    from regulars.kernel.ids import new_id
    from regulars.kernel.jobs.asking import start_job
    from regulars.workspaces.access import system_actor
    from regulars.workspaces.events import PasswordChanged, SecondFactorAdded, TeamRemoved
    from regulars.workspaces.models import Member

    inbox = Inbox.objects.order_by("created_at", "address")[0]
    member_id = Member.objects.order_by("id").values_list("id", flat=True)[0]
    by = system_actor(inbox.workspace_id, "benchmark")

    @transaction.atomic
    def happen() -> None:
        record(
            ConnectionRecovered(inbox.workspace_id, inbox.connection_id),
            InboxAdded(inbox.workspace_id, inbox.id),
            PasswordChanged(inbox.workspace_id, member_id),
            SecondFactorAdded(inbox.workspace_id, member_id, kind="app", name="Phone"),
            TeamRemoved(inbox.workspace_id, new_id(), "Gone", by=by.doer),
        )
        start_job(REPLAY, ReplayArguments(since=clock.now() - timedelta(seconds=1)), by=by)

    return happen, 1.0


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    fields: dict[str, Any] = json.loads(sys.stdin.read())
    print(json.dumps(lags_while(Plan(**{**fields, "target": Target(**fields["target"])}))))


if __name__ == "__main__":
    _main()
