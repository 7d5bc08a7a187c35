"""One pass over a workspace's queues: what waits is given to who is free, many at once, in one transaction.

Passes of one workspace come one after the other (an advisory lock), so nobody is given more than fits and no cause has
two effects; what people do meanwhile stands (``give_conversations`` states what it expects).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction

from regulars.conversations.operations.giving import Gift, give_conversations
from regulars.kernel import clock
from regulars.kernel.database import binary_cursor
from regulars.kernel.events import Doer
from regulars.kernel.ids import new_id
from regulars.kernel.locks import hold
from regulars.routing.deciding import NEVER, Choice, Desk, Server, Service, Wait, plain_language
from regulars.routing.filing import Arrival, file_arrivals, queues_in_order
from regulars.routing.models import Queue, RoutingSettings
from regulars.routing.ports import ask_urgency
from regulars.routing.urgency import USUAL
from regulars.workspaces.models import DutySettings
from regulars.workspaces.queries import active_members_of
from regulars.workspaces.serving import serving_of


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass came to."""

    filed: int = 0
    given: int = 0
    kept: int = 0


def routing_settings(workspace_id: UUID) -> RoutingSettings:
    """Unsaved defaults where nobody has changed them."""
    found = RoutingSettings.objects.filter(workspace_id=workspace_id).first()
    return found or RoutingSettings(workspace_id=workspace_id)


def hold_routing(workspace_id: UUID) -> None:
    """Nobody else routes here until the transaction ends. Comes before any row's lock."""
    hold(f"routing:{workspace_id}")


@transaction.atomic
def run_pass(
    workspace_id: UUID,
    arrivals: Mapping[UUID, Arrival],
    trigger: str,
    touched: Collection[UUID] | None = None,
) -> Passed:
    """Files what arrived and gives what waits, as far as somebody is free. Repeating it changes nothing.

    ``trigger``: the kind of event that it answers, to be told later. ``touched``: the conversations that something
    happened to; None: any may have been.
    """
    hold_routing(workspace_id)
    now, settings = clock.now(), routing_settings(workspace_id)
    filed = file_arrivals(workspace_id, arrivals, settings, now) if arrivals else 0
    forget_served(workspace_id, touched)
    done = _carry_out(workspace_id, _choose(workspace_id, now), trigger)
    return replace(done, filed=filed)


_FORGET = """
DELETE FROM routing_waiting w WHERE w.workspace_id = %s
  AND (%s::uuid[] IS NULL OR w.conversation_id = ANY(%s::uuid[])) AND NOT EXISTS (
  SELECT FROM conversations_conversation c JOIN routing_routedinbox r ON r.inbox_id = c.inbox_id
  WHERE c.id = w.conversation_id AND c.status = 'open' AND c.waiting_since IS NOT NULL
    AND c.assignee_id IS NOT DISTINCT FROM w.held_by_id)
"""


def forget_served(workspace_id: UUID, touched: Collection[UUID] | None) -> None:
    """Those that were answered, put away, or taken by somebody wait no longer."""
    ids = None if touched is None else list(touched)
    if ids == []:
        return
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [workspace_id, ids, ids])


def _choose(workspace_id: UUID, at: datetime) -> list[Choice]:
    if not could_give(workspace_id):
        return []
    return list(Desk(read_servers(workspace_id), at).serve(read_waits(workspace_id)))


_COULD_GIVE = """
SELECT EXISTS (SELECT FROM routing_waiting WHERE workspace_id = %s) AND EXISTS (
  SELECT FROM workspaces_memberavailability a JOIN workspaces_member m ON m.id = a.member_id AND m.is_active
    LEFT JOIN workspaces_dutysettings d ON d.workspace_id = a.workspace_id
  WHERE a.workspace_id = %s AND a.state = 'online' AND COALESCE(a.capacity, d.capacity, %s) > 0
    AND COALESCE(a.capacity, d.capacity, %s) > (
      SELECT count(*) FROM conversations_conversation c
      WHERE c.assignee_id = a.member_id AND c.status = 'open' AND c.waiting_since IS NOT NULL
        AND NOT EXISTS (SELECT FROM routing_waiting w WHERE w.conversation_id = c.id)))
"""


def could_give(workspace_id: UUID) -> bool:
    """Whether somebody waits and somebody has room: else a pass ends here, and most do."""
    usual = DutySettings._meta.get_field("capacity").default  # noqa: SLF001 - Django's documented door to it
    with connection.cursor() as cursor:
        cursor.execute(_COULD_GIVE, [workspace_id, workspace_id, usual, usual])
        (found,) = cursor.fetchone()
    return bool(found)


_LOADS = """
SELECT m.id, (
    SELECT count(*) FROM conversations_conversation c
    WHERE c.assignee_id = m.id AND c.status = 'open' AND c.waiting_since IS NOT NULL
      AND NOT EXISTS (SELECT FROM routing_waiting w WHERE w.conversation_id = c.id)),
  t.given_at, t.busy_until
FROM unnest(%b::uuid[]) AS m(id) LEFT JOIN routing_turn t ON t.member_id = m.id
"""


def read_servers(workspace_id: UUID) -> list[Server]:
    """Every active member who may answer. Seven queries."""
    people = active_members_of(workspace_id).prefetch_related("teams")
    members = [each for each in people if "messages:send" in each.role.rights.permissions]
    serving = serving_of(workspace_id, [each.id for each in members])
    with binary_cursor() as cursor:
        cursor.execute(_LOADS, [[each.id for each in members]])
        loads = {row[0]: row[1:] for row in cursor.fetchall()}
    return [
        Server(
            each.id,
            str(each),
            serving[each.id].state,
            loads[each.id][0],
            serving[each.id].capacity,
            frozenset(team.id for team in each.teams.all()),
            serving[each.id].skills,
            frozenset(map(plain_language, serving[each.id].languages)),
            loads[each.id][1] or NEVER,
            max(loads[each.id][2] or NEVER, serving[each.id].since or NEVER),
        )
        for each in members
    ]


class _Entry(NamedTuple):
    """A row of ``_CASES``."""

    conversation_id: UUID
    queue_id: UUID | None
    since: datetime
    is_priority: bool
    held_by: UUID | None
    previous_id: UUID | None
    put_back_by: UUID | None
    others_from: datetime | None
    team_id: UUID | None
    inbox_id: UUID
    language: str | None
    owner_id: UUID | None


_CASES = """
SELECT w.conversation_id, w.queue_id, w.since, w.is_priority, w.held_by_id, w.previous_id, w.put_back_by_id,
  w.others_from, c.team_id, c.inbox_id, p.language, p.owner_id
FROM routing_waiting w JOIN conversations_conversation c ON c.id = w.conversation_id
  LEFT JOIN routing_queue q ON q.id = w.queue_id LEFT JOIN contacts_contact p ON p.id = c.contact_id
WHERE w.workspace_id = %s AND (%s::uuid[] IS NULL OR w.conversation_id = ANY(%s::uuid[]))
  AND c.status = 'open' AND c.waiting_since IS NOT NULL AND c.assignee_id IS NOT DISTINCT FROM w.held_by_id
ORDER BY w.is_priority DESC, q.position NULLS LAST, w.since, w.conversation_id
"""


def read_waits(workspace_id: UUID, only: Collection[UUID] | None = None) -> Iterator[Wait]:
    """In the order in which they are served: priority, urgency, queue, wait."""
    wanted = None if only is None else list(only)
    with connection.cursor() as cursor:
        cursor.execute(_CASES, [workspace_id, wanted, wanted])
        entries = [_Entry(*row) for row in cursor.fetchall()]
    services = {queue.id: service for queue, service in services_of(workspace_id)}
    staff = staff_of({each.inbox_id for each in entries})
    settings = routing_settings(workspace_id)
    urgency = ask_urgency()(workspace_id, [each.conversation_id for each in entries])

    def place(each: _Entry) -> tuple[object, ...]:
        found = urgency.get(each.conversation_id, USUAL)
        return not each.is_priority, found.rank, found.due_at is None, found.due_at or each.since

    entries.sort(key=place)  # the rest of the order stays as it was read
    return (_case(each, services, staff, settings) for each in entries)


def _case(
    each: _Entry,
    services: Mapping[UUID, Service],
    staff: Mapping[UUID, frozenset[UUID]],
    settings: RoutingSettings,
) -> Wait:
    return Wait(
        each.conversation_id,
        services.get(each.queue_id) if each.queue_id else None,
        staff.get(each.inbox_id, frozenset()),
        each.team_id,
        plain_language(each.language or ""),
        each.held_by,
        each.previous_id,
        each.owner_id if settings.returns_to_previous else None,
        each.put_back_by,
        each.others_from,
    )


def services_of(workspace_id: UUID) -> list[tuple[Queue, Service]]:
    """The queues in their order. Two queries."""
    queues = queues_in_order(workspace_id)
    through = Queue.teams.through.objects.filter(queue__workspace_id=workspace_id)
    teams: dict[UUID, set[UUID]] = {}
    for queue_id, team_id in through.values_list("queue_id", "team_id"):
        teams.setdefault(queue_id, set()).add(team_id)
    return [(queue, service_of(queue, teams.get(queue.id, ()))) for queue in queues]


def service_of(queue: Queue, team_ids: Iterable[UUID]) -> Service:
    return Service(
        queue.id,
        queue.name,
        queue.position,
        frozenset(team_ids),
        queue.skill,
        queue.wants_language,
        queue.specialist_id,
        queue.method,  # type: ignore[arg-type]  # the database holds that it is one of them
    )


def staff_of(inbox_ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    with binary_cursor() as cursor:
        cursor.execute(
            "SELECT inbox_id, array_agg(team_id) FROM inboxes_inbox_teams WHERE inbox_id = ANY(%b::uuid[])"
            " GROUP BY inbox_id",
            [list(inbox_ids)],
        )
        return {inbox_id: frozenset(teams) for inbox_id, teams in cursor.fetchall()}


_DECIDE = """
INSERT INTO routing_decision (id, workspace_id, conversation_id, cause, cause_kind, trigger, queue_id, queue_name, rule,
  outcome, is_priority, member_id, member_name, since, considered, at)
SELECT new.id, w.workspace_id, w.conversation_id, w.cause, w.cause_kind, %s, w.queue_id, new.queue_name, new.rule,
  CASE WHEN w.held_by_id = new.member_id THEN 'kept' ELSE 'given' END, w.is_priority, new.member_id, new.member_name,
  w.since, new.considered, clock_timestamp()
FROM unnest(%b::uuid[], %b::uuid[], %b::text[], %b::text[], %b::uuid[], %b::text[], %b::jsonb[])
    AS new(id, conversation_id, queue_name, rule, member_id, member_name, considered)
  JOIN routing_waiting w ON w.conversation_id = new.conversation_id
ON CONFLICT (conversation_id, cause) DO NOTHING RETURNING id
"""
_DONE = """
WITH gone AS (
  DELETE FROM routing_waiting WHERE conversation_id = ANY(%b::uuid[])
), overtaken AS (
  UPDATE routing_decision SET outcome = 'overtaken' WHERE id = ANY(%b::uuid[])
)
INSERT INTO routing_turn AS t (member_id, workspace_id, given_at)
SELECT id, %s, at FROM unnest(%b::uuid[], %b::timestamptz[]) AS given(id, at) ORDER BY id
ON CONFLICT (member_id) DO UPDATE SET given_at = EXCLUDED.given_at
"""


def _carry_out(workspace_id: UUID, choices: Sequence[Choice], trigger: str) -> Passed:
    """Five statements, and those that tell of it, whatever the number."""
    if not choices:
        return Passed()
    by_id = {new_id(): choice for choice in choices}
    with connection.cursor() as cursor:
        rows = [_decision_row(decision_id, choice) for decision_id, choice in by_id.items()]
        cursor.execute(_DECIDE, [trigger, *(list(column) for column in zip(*rows, strict=True))])
        new = {row[0] for row in cursor.fetchall()}
    moves = {each: by_id[each] for each in by_id if each in new and not _stays(by_id[each])}
    given = give_conversations(workspace_id, [_gift(each, choice) for each, choice in moves.items()])
    overtaken = [each for each, choice in moves.items() if choice.wait.conversation_id not in given]
    last = {choice.server.id: clock.now() for each, choice in by_id.items() if each not in overtaken}
    with connection.cursor() as cursor:
        cursor.execute(
            _DONE,
            [
                [choice.wait.conversation_id for choice in choices],
                overtaken,
                workspace_id,
                list(last),
                list(last.values()),
            ],
        )
    return Passed(given=len(given), kept=len(new) - len(moves))


def _stays(choice: Choice) -> bool:
    return choice.wait.held_by == choice.server.id


def _decision_row(decision_id: UUID, choice: Choice) -> tuple[object, ...]:
    service = choice.wait.service
    return (
        decision_id,
        choice.wait.conversation_id,
        service.name if service else "",
        choice.rule,
        choice.server.id,
        choice.server.name,
        msgspec.json.encode([told(each) for each in choice.considered]).decode(),
    )


def told(considered: Any) -> dict[str, Any]:
    return {
        "id": str(considered.server.id),
        "name": considered.server.name,
        "verdict": considered.verdict,
        "load": considered.load,
        "capacity": considered.server.capacity,
    }


def _gift(decision_id: UUID, choice: Choice) -> Gift:
    service = choice.wait.service
    by = Doer("rule", service.id if service else None, service.name if service else "")
    return Gift(
        choice.wait.conversation_id,
        choice.wait.held_by,
        choice.server.id,
        choice.server.name,
        decision_id,
        by,
    )
