"""Notifications as lines: whom, what, when. One page at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.functional import Promise

from regulars.conversations.notifying import notifications_of
from regulars.conversations.queries.touched import read_conversations
from regulars.kernel.cursors import read_cursor, write_cursor
from regulars.kernel.errors import Invalid
from regulars.notifications.letters import SENTENCES
from regulars.notifications.models import Notification
from regulars.notifications.queries import muted_among
from regulars.web.inbox.building import conversation_row
from regulars.web.inbox.view_models import ConversationRow
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Line:
    notification: Notification
    row: ConversationRow
    sentence: str | Promise
    is_muted: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    shown: list[Line]
    next: str
    """the place where the next page begins; empty on the last one"""


def lines_of(actor: Actor, member: Member, *, unread_only: bool, before: str) -> Lines:
    """The newest first. A place that cannot be read is the beginning."""
    rows = notifications_of(actor, member.id)
    if unread_only:
        rows = rows.filter(read_at=None)
    if place := _place(before):
        at, last_id = place
        rows = rows.filter(Q(at__lt=at) | Q(at=at, id__lt=last_id))
    found = list(rows.order_by("-at", "-id")[: PAGE_SIZE + 1])
    page = found[:PAGE_SIZE]
    more = write_cursor([page[-1].at.isoformat(), page[-1].id]) if len(found) > PAGE_SIZE else ""
    return Lines(draw(page, member), more)


def draw(notifications: Iterable[Notification], member: Member | None = None) -> list[Line]:
    """Without those whose conversation is gone."""
    notifications = list(notifications)
    workspaces = {each.workspace_id for each in notifications}
    ids = {each.conversation_id for each in notifications}
    rows = {each.id: conversation_row(each) for each in read_conversations(workspaces, ids)} if ids else {}
    muted = muted_among(member, ids) if member and ids else frozenset()
    return [
        Line(
            each,
            rows[each.conversation_id],
            SENTENCES.get(each.kind, ""),
            each.conversation_id in muted,
        )
        for each in notifications
        if each.conversation_id in rows
    ]


def _place(before: str) -> tuple[datetime, UUID] | None:
    try:
        at, last_id = read_cursor(before)
        return datetime.fromisoformat(at), UUID(last_id)
    except (ValueError, TypeError, AttributeError, Invalid):
        return None
