"""The newest conversations in pages that neither skip nor repeat what moves up while they are read.

The cursor carries the moment of the first page. What something was written in since stands in the pages where it stood
then: its place is read from its messages. Whatever began later is left to the next reading.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from regulars.conversations.models import UNCOUNTED_KINDS, Conversation, Message
from regulars.conversations.queries.lists import (
    ConversationFilter,
    Page,
    attach_shown,
    filtered,
    first_of,
    newest_after,
)
from regulars.kernel import clock
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.ids import parse_id
from regulars.workspaces.access import Actor

COMMITTED_WITHIN = timedelta(seconds=5)
"""how long a transaction may take that began before the first page and was not seen there"""
TOLD_WITHIN = timedelta(hours=36)
"""how late a platform may tell of a message and still move a conversation up"""
_NEVER = datetime.min.replace(tzinfo=UTC)


class _Place(NamedTuple):
    """Where a page ended: after the conversation of that id, last written in at that time."""

    at: datetime | None
    id: UUID

    @property
    def key(self) -> tuple[datetime, UUID]:
        return (self.at or _NEVER, self.id)


def list_steadily(
    actor: Actor, wanted: ConversationFilter, *, limit: int = 50, cursor: str | None = None
) -> Page:
    """The newest first; one query more than ``list_conversations``."""
    place, as_of = _read(cursor) if cursor else (None, clock.now())
    touched = Q(updated_at__gt=as_of - COMMITTED_WITHIN, last_message_at__gt=as_of - TOLD_WITHIN)

    def still(rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
        there = rows.filter(created_at__lte=as_of).exclude(touched).annotate(stood_at=F("last_message_at"))
        return newest_after(there, place, "last_message_at")

    moved = filtered(actor, wanted).filter(touched, created_at__lte=as_of)
    found = [
        *first_of(actor, wanted, still, limit + 1),
        *newest_after(moved.annotate(stood_at=_last_said(as_of)), place, "stood_at")[: limit + 1],
    ]
    found.sort(key=lambda each: _place_of(each).key, reverse=True)
    items = found[:limit]
    attach_shown(items)
    return Page(items, _write(_place_of(items[-1]), as_of) if len(found) > limit else None)


def _last_said(as_of: datetime) -> Subquery:
    said = Message.objects.filter(conversation=OuterRef("pk"), created_at__lte=as_of, is_withdrawn=False)
    return Subquery(said.exclude(kind__in=UNCOUNTED_KINDS).order_by("-sent_at").values("sent_at")[:1])


def _place_of(conversation: Conversation) -> _Place:
    return _Place(conversation.stood_at, conversation.id)  # type: ignore[attr-defined]  # annotated above


def _write(place: _Place, as_of: datetime) -> str:
    return write_cursor([place.at.isoformat() if place.at else None, str(place.id), as_of.isoformat()])


def _read(cursor: str) -> tuple[_Place, datetime]:
    match read_cursor(cursor):
        case [str() | None as at, str(last_id), str(as_of)]:
            found, began = parse_id(last_id), _time(as_of)
            stood_at = _time(at) if at is not None else None
            if found is None or began is None or (at is not None and stood_at is None):
                raise unknown_cursor()
            return _Place(stood_at, found), began
        case _:
            raise unknown_cursor()


def _time(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment if moment.tzinfo and clock.is_nameable(moment) else None
