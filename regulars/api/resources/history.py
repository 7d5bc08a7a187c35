"""What was so of conversations, contacts and cases, from when until when, by whom and why."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from regulars.api.paging import Page
from regulars.api.shapes.history import HistoryQuery, HistoryShape, build_history
from regulars.cases.access import access_case
from regulars.cases.models import CaseHistory
from regulars.contacts.models import ContactHistory
from regulars.conversations.access import access_contact, access_conversation
from regulars.conversations.models import ConversationHistory
from regulars.kernel.cursors import read_cursor, unknown_cursor, write_cursor
from regulars.kernel.history import HistoryRow, history_of, standing_at
from regulars.workspaces.access import Actor


def list_conversation_history(actor: Actor, conversation_id: UUID, query: HistoryQuery) -> Page[HistoryShape]:
    """Its status, whose it was and in which team's queue, the newest first; `at` says what was so at a moment."""
    return _page(ConversationHistory, access_conversation(actor, conversation_id).id, query)


def list_case_history(actor: Actor, case_id: UUID, query: HistoryQuery) -> Page[HistoryShape]:
    """Its status, owner, team, category and priority, the newest first; `at` says what was so at a moment."""
    return _page(CaseHistory, access_case(actor, case_id).id, query)


def list_contact_history(actor: Actor, contact_id: UUID, query: HistoryQuery) -> Page[HistoryShape]:
    """What they allowed by purpose and channel, the newest first; `at` says what was so at a moment."""
    return _page(ContactHistory, access_contact(actor, contact_id).id, query)


def _page(model: type[HistoryRow], thing_id: UUID, query: HistoryQuery) -> Page[HistoryShape]:
    rows = history_of(model, thing_id)
    if query.fact is not None:
        rows = rows.filter(fact=query.fact)
    if query.at is not None:
        rows = standing_at(rows, query.at)
    if query.cursor:
        moment, fact = _read(query.cursor)
        rows = rows.filter(Q(from_at__lt=moment) | Q(from_at=moment, fact__gt=fact))
    found = list(rows.order_by("-from_at", "fact")[: query.limit + 1])
    page = found[: query.limit]
    rest = len(found) > query.limit
    return Page(
        build_history(page), write_cursor([page[-1].from_at.isoformat(), page[-1].fact]) if rest else None
    )


def _read(cursor: str) -> tuple[datetime, str]:
    try:
        at, fact = read_cursor(cursor)
        moment = datetime.fromisoformat(at)
    except (ValueError, TypeError) as error:
        raise unknown_cursor() from error
    if moment.tzinfo is None or not isinstance(fact, str) or "\x00" in fact:
        raise unknown_cursor()
    return moment, fact
