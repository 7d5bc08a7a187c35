"""What leaves later: read, changed, canceled, sent at once. It is written by ``POST …/messages`` with ``send_at``."""

from __future__ import annotations

from uuid import UUID

from msgspec import UNSET

from regulars.api.paging import Page, last_made_first
from regulars.api.parsing import parse_reference
from regulars.api.shapes.messages import MessageShape, build_messages
from regulars.api.shapes.scheduled import ScheduledChanges, ScheduledQuery, ScheduledShape, build_scheduled
from regulars.scheduling import operations
from regulars.scheduling.access import access_scheduled, scheduled_visible_to
from regulars.workspaces.access import Actor


def list_scheduled(actor: Actor, query: ScheduledQuery) -> Page[ScheduledShape]:
    """What leaves later, or was to, in the conversations that the token's role sees; the last written first."""
    rows = scheduled_visible_to(actor)
    if query.status is not None:
        rows = rows.filter(state=query.status)
    if query.conversation is not None:
        rows = rows.filter(conversation_id=parse_reference(query.conversation, "conversation"))
    found, next_cursor = last_made_first(rows, query)
    return Page([build_scheduled(row) for row in found], next_cursor)


def get_scheduled(actor: Actor, scheduled_id: UUID) -> ScheduledShape:
    """One of them."""
    return build_scheduled(access_scheduled(actor, scheduled_id))


def change_scheduled(actor: Actor, scheduled_id: UUID, body: ScheduledChanges) -> ScheduledShape:
    """Another time, other words; 409 when it has left or was canceled, or may not leave then."""
    scheduled = access_scheduled(actor, scheduled_id)
    operations.change_scheduled(
        scheduled,
        at=None if body.send_at is UNSET else body.send_at,
        text=None if body.text is UNSET else body.text,
        stops_on_answer=None if body.cancel_if_answered is UNSET else body.cancel_if_answered,
        by=actor,
    )
    return build_scheduled(scheduled)


def cancel_scheduled(actor: Actor, scheduled_id: UUID) -> None:
    """It does not leave; 409 when it has."""
    operations.cancel_scheduled(access_scheduled(actor, scheduled_id), by=actor)


def send_scheduled(actor: Actor, scheduled_id: UUID) -> MessageShape:
    """It leaves at once; 409 with ``allowed`` when a guardrail refuses."""
    (first, *_others) = operations.send_scheduled_now(access_scheduled(actor, scheduled_id), by=actor)
    return build_messages([first])[0]
