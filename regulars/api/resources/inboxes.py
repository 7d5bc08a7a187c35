"""Inboxes: the numbers that people staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.shapes.common import Ref
from regulars.api.whatsapp import explain_error
from regulars.inboxes.access import access_inbox, inboxes_of
from regulars.inboxes.models import Inbox
from regulars.inboxes.queries import staffing_teams
from regulars.workspaces.access import Actor


class ProblemShape(msgspec.Struct):
    """Why nothing leaves now. What is queued waits; it goes on by itself when the provider does.

    ``reach``: this number alone, or all numbers of its connection.
    """

    reach: Literal["number", "connection"]
    code: int
    title: str
    explanation: str
    since: datetime | None
    next_probe_at: datetime | None
    """when we ask the provider next whether it works again"""


class InboxShape(msgspec.Struct, kw_only=True):
    """One number or account that people staff; ``teams`` empty means everybody."""

    id: str
    name: str
    channel: str
    connection: Ref
    address: str
    """the provider's id of the number (WhatsApp: phone_number_id)"""
    display_address: str
    teams: list[Ref]
    messages_per_second: int
    quality: str | None
    paused_reason: str | None
    """why sending is paused; null when it works"""
    problem: ProblemShape | None
    created_at: datetime


def list_inboxes(actor: Actor, query: PageQuery) -> Page[InboxShape]:
    """The inboxes that the token's role staffs, the newest first."""
    rows, next_cursor = newest_first(inboxes_of(actor), "created_at", query)
    return Page(_build(rows), next_cursor)


def get_inbox(actor: Actor, inbox_id: UUID) -> InboxShape:
    """One inbox."""
    return _build([access_inbox(actor, inbox_id)])[0]


def _build(inboxes: Sequence[Inbox]) -> list[InboxShape]:
    teams = _read_teams([inbox.id for inbox in inboxes])
    return [
        InboxShape(
            id=str(inbox.id),
            name=inbox.name,
            channel=inbox.connection.channel,
            connection=Ref(str(inbox.connection_id), inbox.connection.name),
            address=inbox.address,
            display_address=inbox.display_address,
            teams=teams.get(inbox.id, []),
            messages_per_second=inbox.messages_per_second,
            quality=inbox.quality or None,
            paused_reason=inbox.paused_reason or inbox.connection.problem or inbox.problem or None,
            problem=_problem(inbox),
            created_at=inbox.created_at,
        )
        for inbox in inboxes
    ]


def _problem(inbox: Inbox) -> ProblemShape | None:
    source = inbox.connection if inbox.connection.problem else inbox
    if not source.problem:
        return None
    title, explanation = explain_error(source.problem_code or "unknown", source.problem, "")
    return ProblemShape(
        "number" if source is inbox else "connection",
        source.problem_code or 0,
        title,
        explanation,
        source.problem_since,
        source.probe_at,
    )


def _read_teams(inbox_ids: Sequence[UUID]) -> dict[UUID, list[Ref]]:
    found: dict[UUID, list[Ref]] = defaultdict(list)
    for inbox_id, team_id, name in staffing_teams(inbox_ids):
        found[inbox_id].append(Ref(str(team_id), name))
    return found
