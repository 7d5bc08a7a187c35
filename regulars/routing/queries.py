"""Read questions: who waits and where, who has room, and why a conversation went to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from regulars.conversations.access import read_sight, visible_to
from regulars.conversations.models import Conversation
from regulars.conversations.queries.lists import ConversationFilter, Page, list_conversations
from regulars.kernel import clock
from regulars.routing.deciding import Considered, Desk, Server
from regulars.routing.models import Decision, Queue, RoutedInbox, Waiting
from regulars.routing.passing import read_servers, read_waits
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Team

PRIORITY, NO_QUEUE, NO_TEAM, NOBODY = "priority", "none", "none", "none"
"""words that stand for those of no id"""


@dataclass(frozen=True, slots=True)
class Wait:
    """How many wait, and since when the one that waits longest."""

    count: int = 0
    since: datetime | None = None
    longest_id: UUID | None = None
    """that one"""


@dataclass(frozen=True, slots=True)
class QueueLine:
    """A queue and who waits in it."""

    queue: Queue
    teams: Sequence[Team]
    wait: Wait


@dataclass(frozen=True, slots=True)
class Now:
    """What burns right now, as far as somebody sees it."""

    all: Wait
    priority: Wait
    unassigned: Wait
    unqueued: Wait
    """nobody's, on a number that is routed, and no queue takes them"""
    queues: Sequence[tuple[Queue, Wait]]
    teams: Sequence[tuple[Team, Wait]]
    teamless: Wait
    servers: Sequence[tuple[Server, Wait]] = field(default_factory=list)
    """those that they reach, the freest first"""


def queue_lines(actor: Actor) -> list[QueueLine]:
    """In their order. Three queries."""
    actor.require("routing:read")
    queues = Queue.objects.filter(workspace_id=actor.workspace_id)
    queues = queues.select_related("specialist__user").prefetch_related("teams").order_by("position", "id")
    waits = _by(Waiting.objects.filter(workspace_id=actor.workspace_id), "queue_id")
    return [
        QueueLine(
            queue,
            sorted(queue.teams.all(), key=lambda team: team.name.casefold()),
            waits.get(queue.id, Wait()),
        )
        for queue in queues
    ]


def routed_inbox_ids(workspace_id: UUID) -> set[UUID]:
    rows = RoutedInbox.objects.filter(workspace_id=workspace_id)
    return set(rows.values_list("inbox_id", flat=True))


def waiting_in(actor: Actor) -> QuerySet[Conversation]:
    return visible_to(actor, read_sight(actor)).filter(status="open", waiting_since__isnull=False)


def now_of(actor: Actor) -> Now:
    """About twenty queries, whatever the numbers."""
    actor.require("routing:read")
    waiting = waiting_in(actor).order_by()
    queued = Waiting.objects.filter(workspace_id=actor.workspace_id, conversation__in=waiting.values("id"))
    by_queue, by_member = _by(queued, "queue_id"), _by(waiting, "assignee_id", "waiting_since")
    by_team = _by(waiting, "team_id", "waiting_since")
    queues = Queue.objects.filter(workspace_id=actor.workspace_id).order_by("position", "id")
    teams = Team.objects.filter(workspace_id=actor.workspace_id).order_by("name")
    if not actor.sees_all:
        teams = teams.filter(id__in=actor.team_ids)
    servers = reached(actor, read_servers(actor.workspace_id))
    return Now(
        _wait(waiting),
        _wait(queued.filter(is_priority=True), "since"),
        _wait(waiting.filter(assignee__isnull=True)),
        by_queue.get(None, Wait()),
        [(queue, by_queue.get(queue.id, Wait())) for queue in queues],
        [(team, by_team.get(team.id, Wait())) for team in teams],
        by_team.get(None, Wait()),
        [(each, by_member.get(each.id, Wait())) for each in servers],
    )


def reached(actor: Actor, servers: Sequence[Server]) -> list[Server]:
    """Those whose work the actor arranges, and themselves; the freest first."""
    mine = [
        each
        for each in servers
        if actor.sees_all or each.id == actor.member_id or actor.team_ids & each.team_ids
    ]
    order = {"online": 0, "away": 1, "off_duty": 2}
    return sorted(mine, key=lambda each: (order[each.state], each.load - each.capacity, each.name.casefold()))


def list_waiting(
    actor: Actor,
    *,
    queue: str = "",
    team: UUID | None = None,
    assignee: str = "",
    limit: int = 50,
    cursor: str | None = None,
) -> Page:
    """The very conversations, the longest wait first. ``queue``: an id, ``priority`` or ``none``."""
    actor.require("routing:read")
    return list_conversations(
        actor,
        ConversationFilter(
            status="open", assignee=assignee, team_id=team, matching=_waits(actor.workspace_id, queue)
        ),
        order="longest_waiting",
        limit=limit,
        cursor=cursor,
    )


def queue_names_of(conversation_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Of those that wait in one; of conversations that somebody was let in to."""
    rows = Waiting.objects.filter(conversation_id__in=conversation_ids, queue__isnull=False)
    return dict(rows.values_list("conversation_id", "queue__name"))


def _waits(workspace_id: UUID, queue: str) -> Q:
    waits = Q(waiting_since__isnull=False)
    if not queue:
        return waits
    rows = Waiting.objects.filter(workspace_id=workspace_id)
    if queue == PRIORITY:
        rows = rows.filter(is_priority=True)
    elif queue == NO_QUEUE:
        rows = rows.filter(queue=None)
    else:
        rows = rows.filter(queue_id=queue)
    return waits & Q(id__in=rows.values("conversation_id"))


def _by(
    rows: QuerySet[Waiting] | QuerySet[Conversation], name: str, since: str = "since"
) -> dict[UUID | None, Wait]:
    grouped = rows.order_by().values_list(name).annotate(count=Count("pk"), first=Min(since))
    return {key: Wait(count, first) for key, count, first in grouped}


def _wait(rows: QuerySet[Waiting] | QuerySet[Conversation], since: str = "waiting_since") -> Wait:
    first = rows.order_by(since, "pk").values_list(since, "pk").first()
    return Wait(rows.count(), *first) if first else Wait()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a conversation waits, and why nobody has it yet."""

    row: Waiting
    place: int
    """how many are served before it, of those in the same queue"""
    considered: Sequence[Considered]


def decisions_about(conversation: Conversation) -> QuerySet[Decision]:
    """Of one that somebody was let in to."""
    return Decision.objects.filter(conversation_id=conversation.id)


def standing_of(conversation: Conversation) -> Standing | None:
    """None when it waits for nobody."""
    row = Waiting.objects.filter(conversation_id=conversation.id).select_related("queue").first()
    wait = next(read_waits(conversation.workspace_id, [conversation.id]), None) if row else None
    if row is None or wait is None:
        return None
    ahead = Waiting.objects.filter(workspace_id=row.workspace_id, queue=row.queue)
    ahead = ahead.filter(
        Q(is_priority__gt=row.is_priority) | Q(is_priority=row.is_priority, since__lt=row.since)
    )
    desk = Desk(read_servers(conversation.workspace_id), clock.now())
    return Standing(row, ahead.count(), desk.explain(wait))
