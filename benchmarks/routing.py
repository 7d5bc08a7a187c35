"""Routing: what a thousand messages cost it, how soon somebody free is given something, how long a thousand take to go.

    python -m benchmarks.routing 1000 5          so many messages and who wait, so many rounds; prints JSON

It measures inside one process, through the product's own verbs and its reaction, on the product's database, in a
transaction that is rolled back. The floor of the drain is the same as plain SQL: assignees, history, lines, facts and
events of a thousand conversations, given out in turn, without anybody being considered.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

from benchmarks.accepting import Effort
from benchmarks.children import run_child
from benchmarks.figures import Figure, median
from benchmarks.product import Product
from benchmarks.seeding import environment_with_database

if TYPE_CHECKING:
    from uuid import UUID

MANY = 1_000
"""messages, and conversations that wait"""
BATCH = 100
"""messages that the reaction finds at once"""
EACH_TAKES = 20
"""conversations of the drain"""
MOST_CORE_MS = 400.0
"""of a thousand messages, which take some 500 to be stored"""
MOST_MS_TO_ASSIGN = 100.0
MOST_TIMES_PLAIN_SQL = 10.0


def measure_routing(product: Product, effort: Effort) -> Iterator[Figure]:
    """A number with four queues, fifty members, and a thousand who wait."""
    many = MANY if effort.seconds >= 1 else MANY // 10
    told: dict[str, float] = run_child(
        [product.checkout.python, "-m", "benchmarks.routing", str(many), str(effort.rounds)],
        environment=environment_with_database(product),
        folder=product.checkout.root,
    )
    yield Figure(
        f"routing of {many:,} new messages, Python and PostgreSQL",
        told["core"],
        "core-ms",
        at_most=MOST_CORE_MS,
    )
    yield Figure(
        "from somebody being free until they are given something (p95)",
        told["assigned"],
        "ms",
        at_most=MOST_MS_TO_ASSIGN,
    )
    yield Figure(
        f"{many:,} waiting conversations given to {many // EACH_TAKES} who come online",
        told["drained"],
        "ms",
        floor=told["plain"],
        floor_name="plain SQL",
        at_most=MOST_TIMES_PLAIN_SQL,
    )


_PLAIN = """
WITH given AS (
  SELECT w.conversation_id, m.id AS member_id FROM
    (SELECT conversation_id, row_number() OVER (ORDER BY since) AS place FROM routing_waiting WHERE workspace_id = %s) w
    JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM unnest(%s::uuid[]) AS t(id)) m
    ON w.place %% %s + 1 = m.place
), moved AS (
  UPDATE conversations_conversation c SET assignee_id = given.member_id, updated_at = now() FROM given
  WHERE c.id = given.conversation_id AND c.assignee_id IS NULL RETURNING c.id, c.workspace_id, c.inbox_id, c.assignee_id
), ended AS (
  UPDATE conversations_conversationhistory h SET until_at = clock_timestamp() FROM moved
  WHERE h.conversation_id = moved.id AND h.fact = 'assignee' AND h.until_at IS NULL
  RETURNING h.conversation_id, h.until_at
), history AS (
  INSERT INTO conversations_conversationhistory (conversation_id, workspace_id, fact, value, from_at, by_kind)
  SELECT moved.id, moved.workspace_id, 'assignee', moved.assignee_id::text, ended.until_at, 'rule'
  FROM moved JOIN ended ON ended.conversation_id = moved.id
), lines AS (
  INSERT INTO conversations_activity (id, workspace_id, conversation_id, kind, actor_name, facts, at)
  SELECT gen_random_uuid(), workspace_id, id, 'routed', 'plain', '{}', now() FROM moved
), facts AS (
  INSERT INTO conversations_fact (id, workspace_id, conversation_id, inbox_id, channel, kind, at, by_kind, member_id)
  SELECT gen_random_uuid(), workspace_id, id, inbox_id, 'whatsapp', 'assigned', now(), 'machine', assignee_id FROM moved
), decided AS (
  INSERT INTO routing_decision
    (id, workspace_id, conversation_id, cause, cause_kind, rule, member_id, member_name, since)
  SELECT gen_random_uuid(), workspace_id, id, 'plain', 'plain', 'round_robin', assignee_id, 'plain', now() FROM moved
), gone AS (
  DELETE FROM routing_waiting w USING given WHERE w.conversation_id = given.conversation_id
)
INSERT INTO kernel_event (workspace_id, kind, body)
SELECT workspace_id, 'ConversationAssigned', jsonb_build_object('conversation_id', id) FROM moved
"""


def measure(many: int, rounds: int) -> dict[str, float]:
    from django.db import transaction

    with transaction.atomic():
        told = _Desk(many).measure(rounds)
        transaction.set_rollback(True)
    return told


class _Desk:
    """A workspace's first number, routed, with members to give to; everything is taken back after a round."""

    def __init__(self, many: int) -> None:
        from regulars.inboxes.models import Inbox
        from regulars.routing.operations import Wanted, change_routing, create_queue
        from regulars.workspaces.access import system_actor
        from regulars.workspaces.models import Member, Workspace
        from regulars.workspaces.operations import add_member

        self.inbox = Inbox.objects.order_by("created_at", "address")[0]
        self.workspace_id: UUID = self.inbox.workspace_id
        self.by = system_actor(self.workspace_id, "benchmark")
        Member.objects.filter(workspace_id=self.workspace_id).update(is_active=False)
        workspace = Workspace.objects.get(id=self.workspace_id)
        self.members = [
            add_member(
                workspace, f"{number}@bench.example", "quiet-lighthouse-soup", name=f"{number}", role="agent"
            )
            for number in range(many // EACH_TAKES)
        ]
        self.inbox.teams.clear()
        tier = {"field": "contact.tier", "op": "is", "value": "A"}
        for name, condition in (
            ("VIP", tier),
            ("Tagged", {"field": "conversation.tags", "op": "has_any", "value": ["late"]}),
            ("Refunds", {"field": "message.text", "op": "contains", "value": "money back"}),
            ("Rest", {"all": []}),
        ):
            create_queue(self.workspace_id, Wanted(name, condition), by=self.by)
        change_routing(self.workspace_id, inbox_ids=[self.inbox.id], by=self.by)
        self._serial, self.many = 0, many

    def measure(self, rounds: int) -> dict[str, float]:
        core, drained, plain, assigned = [], [], [], []
        for _round in range(rounds + 1):
            self._capacity(0)
            core.append(self._in_savepoint(self._messages))
            self._hear(self.many)
            self._route()
            drained.append(self._in_savepoint(self._drain))
            ids = [member.id for member in self.members]
            plain.append(self._in_savepoint(partial(_timed, [self.workspace_id, ids, len(ids)])))
            assigned += [self._in_savepoint(self._assign_one) for _each in range(10)]
            self._take_back()
        assigned = sorted(assigned[10:])
        return {
            "core": median(core[1:]),
            "drained": median(drained[1:]),
            "plain": median(plain[1:]),
            "assigned": assigned[int(0.95 * len(assigned))],
        }

    def _in_savepoint(self, deed: Callable[[], float]) -> float:
        from django.db import transaction

        with transaction.atomic():
            figure = deed()
            transaction.set_rollback(True)
        return figure

    def _messages(self) -> float:
        """Core-milliseconds; PostgreSQL's processor time of this session, which has one process, included."""
        before = self._end_of_log()
        for _batch in range(self.many // BATCH):
            self._hear(BATCH)
        rows = self._since(before)
        began = _core_seconds()
        for start in range(0, len(rows), BATCH):
            _react(rows[start : start + BATCH])
        return (_core_seconds() - began) * 1000

    def _drain(self) -> float:
        before = self._end_of_log()
        self._capacity(EACH_TAKES)
        rows = self._since(before)
        began = perf_counter()
        _react(rows)
        return (perf_counter() - began) * 1000

    def _assign_one(self) -> float:
        """From the event of one member being free, while a thousand wait."""
        before = self._end_of_log()
        began = perf_counter()
        self._capacity(1, self.members[:1])
        _react(self._since(before))
        return (perf_counter() - began) * 1000

    def _capacity(self, capacity: int, members: Sequence[Any] | None = None) -> None:
        from regulars.workspaces.availability import note_here
        from regulars.workspaces.serving import set_capacity

        note_here([member.id for member in self.members])
        for member in members or self.members:
            set_capacity(member, capacity, by=self.by)

    def _hear(self, count: int) -> None:
        from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
        from regulars.conversations.operations.receiving import receive_messages
        from regulars.conversations.operations.starting import Incoming
        from regulars.inboxes.ports import ContactRef, Identity, InboundMessage
        from regulars.kernel import clock

        now = clock.now()
        numbers = range(self._serial, self._serial + count)
        self._serial += count
        phones = [f"+1999{number:08}" for number in numbers]
        ids = identify_contacts(
            self.workspace_id, "whatsapp", [PersonSeen((("phone", each),)) for each in phones]
        )
        batch = [
            Incoming(
                InboundMessage(
                    address=self.inbox.address,
                    provider_id=f"bench.{phone}",
                    contact=ContactRef(identities=(Identity("phone", phone),)),
                    kind="text",
                    sent_at=now.replace(microsecond=0),
                    path="",
                    text="hello",
                ),
                self.inbox.id,
                contact_id,
                "",
                None,
                self.inbox.connection_id,
                None,
            )
            for phone, contact_id in zip(phones, ids, strict=True)
            if contact_id
        ]
        receive_messages(self.workspace_id, batch, reply_window=timedelta(hours=24))

    def _route(self) -> None:
        _react(self._since(0))

    def _take_back(self) -> None:
        from regulars.conversations.models import Conversation
        from regulars.routing.models import Waiting

        Waiting.objects.filter(workspace_id=self.workspace_id).delete()
        Conversation.objects.filter(workspace_id=self.workspace_id).update(waiting_since=None)

    def _end_of_log(self) -> int:
        from regulars.kernel.models import Event

        return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0

    def _since(self, event_id: int) -> list[Any]:
        from regulars.kernel.events import Position, recorded_at
        from regulars.kernel.models import Event
        from regulars.routing.reactions import ROUTED_ON

        rows = Event.objects.filter(
            id__gt=event_id, workspace_id=self.workspace_id, kind__in=[each.__name__ for each in ROUTED_ON]
        )
        return [
            recorded_at(
                Position(row.generation, 0, row.id), row.happened_at, row.workspace_id, row.kind, row.body
            )
            for row in rows.order_by("id")
        ]


def _react(rows: Sequence[Any]) -> None:
    from regulars.routing.reactions import route

    route(rows)


def _timed(values: list[Any]) -> float:
    from django.db import connection

    began = perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN, values)
    return (perf_counter() - began) * 1000


def _core_seconds() -> float:
    """Of this process, and of the one that serves its session."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        served = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    except OSError:
        served = 0.0
    return process_time() + served


def _main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    print(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))))


if __name__ == "__main__":
    _main()
