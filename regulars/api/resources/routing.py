"""Queues, what waits in them, and why it went to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from msgspec import UNSET, UnsetType

from regulars.api.paging import Page
from regulars.api.parsing import parse_reference
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.conversations import ConversationShape, build_conversations
from regulars.api.shapes.routing import (
    ConversationRouting,
    NewQueue,
    NowShape,
    Preview,
    PreviewOrder,
    QueueChanges,
    QueueShape,
    RoutingChanges,
    RoutingShape,
    WaitingQuery,
    build_decision,
    build_now,
    build_previewed,
    build_queue,
    build_standing,
)
from regulars.conversations.access import access_conversation
from regulars.kernel.errors import NotFound
from regulars.routing import operations
from regulars.routing.access import access_queue
from regulars.routing.operations import Wanted, wanted_of
from regulars.routing.passing import routing_settings
from regulars.routing.previewing import preview_routing
from regulars.routing.queries import (
    NO_QUEUE,
    NOBODY,
    PRIORITY,
    decisions_about,
    list_waiting,
    now_of,
    queue_lines,
    routed_inbox_ids,
    standing_of,
)
from regulars.workspaces.access import Actor
from regulars.workspaces.serving import change_duty_settings, duty_settings

T = TypeVar("T")
MOST_DECISIONS = 50


def list_queues(actor: Actor) -> Page[QueueShape]:
    """Every queue in its order, all on one page."""
    return Page([build_queue(line, place) for place, line in enumerate(queue_lines(actor))], None)


def get_queue(actor: Actor, queue_id: UUID) -> QueueShape:
    """One queue."""
    return _read(actor, access_queue(actor, queue_id).id)


def create_queue(actor: Actor, body: NewQueue) -> QueueShape:
    """A new queue, the last in order; what waits and fits goes into it at once."""
    wanted = Wanted(
        body.name,
        body.conditions,
        _ids(body.teams, "teams"),
        body.skill,
        body.wants_language,
        _id(body.specialist, "specialist"),
        body.specialist_seconds,
        body.method,
    )
    return _read(actor, operations.create_queue(actor.workspace_id, wanted, by=actor).id)


def change_queue(actor: Actor, queue_id: UUID, body: QueueChanges, if_match: IfMatch) -> QueueShape:
    """What waits is looked through anew at once.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.
    """
    queue = access_queue(actor, queue_id)
    before = wanted_of(queue)
    wanted = replace(
        before,
        name=_or(body.name, before.name),
        conditions=_or(body.conditions, before.conditions),
        team_ids=before.team_ids if body.teams is UNSET else _ids(body.teams, "teams"),
        skill=_or(body.skill, before.skill),
        wants_language=_or(body.wants_language, before.wants_language),
        specialist_id=before.specialist_id
        if body.specialist is UNSET
        else _id(body.specialist, "specialist"),
        specialist_seconds=_or(body.specialist_seconds, before.specialist_seconds),
        method=_or(body.method, before.method),
    )
    operations.change_queue(queue, wanted, by=actor, versions=if_match)
    if body.place is not UNSET:
        operations.move_queue(queue, body.place, by=actor)
    return _read(actor, queue.id)


def remove_queue(actor: Actor, queue_id: UUID) -> None:
    """What waits in it goes to the next queue whose conditions hold, else to people."""
    operations.remove_queue(access_queue(actor, queue_id), by=actor)


def get_routing(actor: Actor) -> RoutingShape:
    """Which numbers are routed, and what routing does by itself."""
    settings, duty = routing_settings(actor.workspace_id), duty_settings(actor.workspace_id)
    return RoutingShape(
        inboxes=sorted(map(str, routed_inbox_ids(actor.workspace_id))),
        returns_to_previous=settings.returns_to_previous,
        priority_after=settings.priority_after,
        reply_claims=duty.reply_claims,
        capacity=duty.capacity,
        away_after_minutes=duty.away_after_minutes,
    )


def change_routing(actor: Actor, body: RoutingChanges) -> RoutingShape:
    """Numbers that are added are routed at once, what waits there included."""
    operations.change_routing(
        actor.workspace_id,
        inbox_ids=None if body.inboxes is UNSET else _ids(body.inboxes, "inboxes"),
        returns_to_previous=None if body.returns_to_previous is UNSET else body.returns_to_previous,
        priority_after=None if body.priority_after is UNSET else body.priority_after,
        by=actor,
    )
    change_duty_settings(
        actor.workspace_id,
        capacity=None if body.capacity is UNSET else body.capacity,
        away_after_minutes=None if body.away_after_minutes is UNSET else body.away_after_minutes,
        reply_claims=None if body.reply_claims is UNSET else body.reply_claims,
        by=actor,
    )
    return get_routing(actor)


def get_now(actor: Actor) -> NowShape:
    """Who waits, how long, whose, per queue and team, and who has room."""
    return build_now(now_of(actor))


def list_waiting_conversations(actor: Actor, query: WaitingQuery) -> Page[ConversationShape]:
    """Those that wait for an answer, the longest wait first."""
    queue = query.queue if query.queue in {None, PRIORITY, NO_QUEUE} else str(_id(query.queue, "queue"))
    assignee = query.assignee if query.assignee in {None, NOBODY} else str(_id(query.assignee, "assignee"))
    page = list_waiting(
        actor,
        queue=queue or "",
        team=_id(query.team, "team"),
        assignee=assignee or "",
        limit=query.limit,
        cursor=query.cursor,
    )
    return Page(build_conversations(page.items, to=actor), page.next_cursor)


def preview_assignments(actor: Actor, body: PreviewOrder) -> Preview:
    """The last conversations of some numbers as the queues would have given them, whether they are routed or not."""
    rows = preview_routing(actor, _ids(body.inboxes, "inboxes"), body.limit)
    return Preview(conversations=[build_previewed(row) for row in rows])


def get_conversation_routing(actor: Actor, conversation_id: UUID) -> ConversationRouting:
    """Where it waits and why nobody has it, and why it went to whom before."""
    conversation = access_conversation(actor, conversation_id)
    standing = standing_of(conversation)
    decisions = decisions_about(conversation).order_by("-at", "-id")[:MOST_DECISIONS]
    return ConversationRouting(
        waiting=build_standing(standing) if standing else None,
        decisions=[build_decision(row) for row in decisions],
    )


def _read(actor: Actor, queue_id: UUID) -> QueueShape:
    for place, line in enumerate(queue_lines(actor)):
        if line.queue.id == queue_id:
            return build_queue(line, place)
    raise NotFound


def _ids(written: Iterable[str], field: str) -> tuple[UUID, ...]:
    return tuple(parse_reference(each, field) for each in written)


def _id(written: str | None, field: str) -> UUID | None:
    return None if written is None else parse_reference(written, field)


def _or(told: T | UnsetType, before: T) -> T:
    return before if isinstance(told, UnsetType) else told
