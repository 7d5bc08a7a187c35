"""Inboxes: the numbers that people staff."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from regulars.api.explaining import explain_error
from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.shapes.common import Id, Ref
from regulars.inboxes.access import access_inbox, inboxes_of
from regulars.inboxes.models import Inbox
from regulars.inboxes.queries import staffing_teams
from regulars.kernel.telling import Moment, told
from regulars.workspaces.access import Actor


class InboxProblem(msgspec.Struct):
    """Why nothing leaves now. What is queued waits; it goes on by itself when the provider does."""

    reach: Annotated[
        Literal["number", "connection"],
        told("This number alone, or all numbers of its connection.", "number"),
    ]
    code: Annotated[int, told("The provider's number, 0 when there is none.", 131031)]
    title: Annotated[str, told("In a few words.", "The account is locked")]
    explanation: Annotated[str, told("What it means and what helps.", "Look into the account's settings.")]
    since: Annotated[Moment | None, told("Since when.")]
    next_probe_at: Annotated[Moment | None, told("When we ask the provider next whether it works again.")]


class InboxShape(msgspec.Struct, kw_only=True):
    """One number or account that people staff."""

    id: Id
    name: Annotated[str, told("What our people call it.", "Shop")]
    channel: Annotated[str, told("The channel's kind; installations may have others.", "whatsapp")]
    connection: Annotated[Ref, told("The account that it belongs to.")]
    address: Annotated[
        str, told("The provider's id of the number (WhatsApp: phone_number_id).", "106540352242922")
    ]
    display_address: Annotated[str, told("As people write it.", "+1 202-555-0199")]
    teams: Annotated[list[Ref], told("Who staffs it; empty means everybody.")]
    messages_per_second: Annotated[int, told("What it sends at most.", 80)]
    quality: Annotated[str | None, told("The platform's word for how well it is liked.", "GREEN")]
    paused_reason: Annotated[
        str | None, told("Why sending is paused; null when it works.", "paused by Adele Admin")
    ]
    problem: Annotated[InboxProblem | None, told("What the provider holds against it.")]
    created_at: Annotated[Moment, told("When it was added here.")]


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


def _problem(inbox: Inbox) -> InboxProblem | None:
    source = inbox.connection if inbox.connection.problem else inbox
    if not source.problem:
        return None
    title, explanation = explain_error(source.problem_code or "unknown", source.problem, "")
    return InboxProblem(
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
