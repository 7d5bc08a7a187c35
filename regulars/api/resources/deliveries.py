"""What came by webhook, what could not be digested, what the platform told; and reading it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

import msgspec

from regulars.api.paging import Page, PageQuery, latest_first, newest_first
from regulars.api.parsing import parse_reference
from regulars.api.raw_updates import load_raw
from regulars.api.shapes.common import Ref
from regulars.api.shapes.jobs import JobShape, build_job
from regulars.contacts.numbers import shown_words
from regulars.inboxes import replaying
from regulars.inboxes.access import access_delivery
from regulars.inboxes.models import ChannelNotice, Connection, Delivery
from regulars.inboxes.ports import NoticeKind
from regulars.inboxes.replaying import WhichDeliveries
from regulars.kernel.models import ParkedEvent
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.workspaces import parked_events
from regulars.workspaces.access import Actor, access_parked_event, parked_events_of
from regulars.workspaces.sight import NUMBERS, PROTECTED

DeliveryState = Literal["pending", "processed", "failed"]


class DeliveryShape(msgspec.Struct, kw_only=True):
    """One webhook body as it came, kept for 30 days."""

    id: Annotated[str, told("Opaque; it stays the same for good.", "48213")]
    connection: Annotated[Ref, told("The account that it came for.")]
    state: Annotated[DeliveryState, told("Whether it was read.", "processed")]
    received_at: Annotated[Moment, told("When it came.")]
    processed_at: Annotated[Moment | None, told("When it was read.")]
    update_count: Annotated[int, told("Messages, statuses and other changes in it.", 2)]
    updates: Annotated[
        dict[str, int],
        told(
            "How many of them for each of our addresses; the empty one is the account itself.",
            {"106540352242922": 2},
        ),
    ]
    attempts: Annotated[int, told("How often it was tried.", 1)]
    retry_at: Annotated[Moment | None, told("When it is read again by itself.")]
    error: Annotated[str | None, told("What went wrong the last time.", "OperationalError")]


class DeliveryWithRaw(DeliveryShape, kw_only=True):
    """A delivery with what it holds."""

    raw: Annotated[
        Any,
        told(
            "The body, decoded; null when it cannot be, and for who may not see numbers (`contacts:see_numbers`)"
            " or protected messages (`conversations:read_protected`).",
            {"object": "whatsapp_business_account"},
        ),
    ]


class DeliveryQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list of deliveries shows; every parameter narrows."""

    state: Annotated[DeliveryState | None, told("In this state only.", "failed")] = None
    connection: Annotated[str | None, told("A connection's id.", EXAMPLE_ID)] = None
    since: Annotated[Moment | None, told("Received then or later.", "2026-11-29T08:00:00Z")] = None


class Replay(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which deliveries to read again; every field narrows."""

    state: Annotated[
        Literal["failed", "processed", "all"],
        told("In this state only; those that failed by default.", "failed"),
    ] = "failed"
    connection: Annotated[str | None, told("A connection's id.", EXAMPLE_ID)] = None
    since: Annotated[Moment | None, told("Received then or later.")] = None


class Replayed(msgspec.Struct):
    """How many will be read again."""

    replayed: Annotated[int, told("How many.", 4)]


class ParkedEventShape(msgspec.Struct, kw_only=True):
    """An event that a reaction could not digest."""

    id: Annotated[str, told("Opaque; it stays the same for good.", "17")]
    reaction: Annotated[str, told("Which reaction.", "sync-templates")]
    event: Annotated[str, told("What happened.", "MessageReceived")]
    happened_at: Annotated[Moment, told("When it happened.")]
    error: Annotated[str | None, told("What went wrong the last time.", "KeyError: 'name'")]
    parked_at: Annotated[Moment, told("Since when it lies here.")]
    retry_asked_at: Annotated[
        Moment | None, told("When somebody asked to try it again, and no worker has yet.")
    ]


class NoticeShape(msgspec.Struct, kw_only=True):
    """Something the platform told about an account or a number."""

    id: Annotated[str, told("Opaque; it stays the same for good.", EXAMPLE_ID)]
    connection: Annotated[Ref, told("The account that it is about.")]
    inbox: Annotated[Ref | None, told("The number that it is about.")]
    kind: Annotated[NoticeKind, told("What it is about.", "number_quality")]
    field: Annotated[str, told("The platform's word for its sort.", "phone_number_quality_update")]
    event: Annotated[str | None, told("The platform's word for what happened.", "FLAGGED")]
    title: Annotated[str | None, told("In the platform's words.", "Quality is low")]
    details: Annotated[str | None, told("More of the platform's words.", "TIER_1K")]
    at: Annotated[Moment, told("When it happened, else when it came.")]
    delivery: Annotated[str | None, told("The delivery that brought it, while it is kept.", "48213")]


def list_deliveries(actor: Actor, query: DeliveryQuery) -> Page[DeliveryShape]:
    """What came by webhook, the latest first."""
    which = _which(query.state or "", query.connection, query.since)
    rows, next_cursor = latest_first(replaying.find_deliveries(actor, which), query)
    return Page([DeliveryShape(**_facts(row)) for row in rows], next_cursor)


def get_delivery(actor: Actor, delivery_id: int) -> DeliveryWithRaw:
    """One delivery with what it holds.

    It holds what people said: the audit trail notes who looked.
    """
    row = replaying.open_delivery(delivery_id, by=actor)
    sees_all = actor.can(NUMBERS) and actor.can(PROTECTED)
    return DeliveryWithRaw(**_facts(row), raw=load_raw(bytes(row.body)) if sees_all else None)


def replay_delivery(actor: Actor, delivery_id: int) -> DeliveryShape:
    """Read one delivery again.

    It is counted anew as received; what is known already comes out as duplicate.
    """
    access_delivery(actor, delivery_id)
    replaying.replay_deliveries(WhichDeliveries(ids=[delivery_id]), by=actor)
    return DeliveryShape(**_facts(access_delivery(actor, delivery_id)))


def replay_deliveries(actor: Actor, body: Replay) -> JobShape:
    """Read several deliveries again, such as all that failed: a job, which gives them to the readers bit by bit."""
    which = _which("" if body.state == "all" else body.state, body.connection, body.since)
    return build_job(replaying.start_replay(which, by=actor))


def list_parked_events(actor: Actor, query: PageQuery) -> Page[ParkedEventShape]:
    """Events that a reaction could not digest, the latest first."""
    rows, next_cursor = latest_first(parked_events_of(actor), query)
    return Page([_build_parked(row) for row in rows], next_cursor)


def retry_parked_event(actor: Actor, event_id: int) -> ParkedEventShape:
    """Give one event to its reaction again, soon; it is gone from the list once it went through."""
    access_parked_event(actor, event_id)
    parked_events.retry_parked_events(by=actor, ids=[event_id])
    return _build_parked(access_parked_event(actor, event_id))


def retry_parked_events(actor: Actor) -> Replayed:
    """Give all parked events to their reactions again, soon."""
    return Replayed(parked_events.retry_parked_events(by=actor))


def list_notices(actor: Actor, query: PageQuery) -> Page[NoticeShape]:
    """What the platforms told about accounts and numbers, the newest first."""
    rows, next_cursor = newest_first(replaying.notices_of(actor), "at", query)
    return Page([_build_notice(row) for row in rows], next_cursor)


def _which(state: str, connection: str | None, since: datetime | None) -> WhichDeliveries:
    connection_id: UUID | None = parse_reference(connection, "connection") if connection else None
    return WhichDeliveries(connection_id=connection_id, state=state, since=since)


def _facts(row: Delivery) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "connection": _refer(row.connection),
        "state": row.state,
        "received_at": row.received_at,
        "processed_at": row.processed_at,
        "update_count": sum(row.update_counts.values()),
        "updates": row.update_counts,
        "attempts": row.attempts,
        "retry_at": row.retry_at,
        "error": row.error or None,
    }


def _refer(connection: Connection) -> Ref:
    return Ref(str(connection.id), connection.name)


def _build_parked(row: ParkedEvent) -> ParkedEventShape:
    return ParkedEventShape(
        id=str(row.id),
        reaction=row.reaction,
        event=row.kind,
        happened_at=row.happened_at,
        error=row.error or None,
        parked_at=row.parked_at,
        retry_asked_at=row.retry_asked_at,
    )


def _build_notice(row: ChannelNotice) -> NoticeShape:
    is_kept: bool = row.is_kept  # type: ignore[attr-defined]  # annotated by ``notices_of``
    return NoticeShape(
        id=str(row.id),
        connection=_refer(row.connection),
        inbox=Ref(str(row.inbox.id), row.inbox.name) if row.inbox else None,
        kind=cast("NoticeKind", row.kind),
        field=row.field,
        event=row.event or None,
        title=shown_words(row.title) or None,
        details=shown_words(row.details) or None,
        at=row.at,
        delivery=str(row.delivery_id) if is_kept else None,
    )
