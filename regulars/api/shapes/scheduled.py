"""What leaves later as JSON: as a resource of its own, and as the message that it will be."""

from __future__ import annotations

from typing import Annotated, Any, Literal, cast

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import PageQuery
from regulars.api.shapes.common import Id, reference_to
from regulars.api.shapes.contents import build_content
from regulars.api.shapes.messages import AuthorShape, ErrorShape, MessageShape, build_error
from regulars.conversations.operations.sending import stored_content
from regulars.inboxes.ports import MessageKind
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.protection.fields import is_hidden, is_protected
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.operations import contents_of

State = Literal["waiting", "sent", "refused", "canceled"]


class ScheduledShape(msgspec.Struct, kw_only=True):
    """A message that leaves later. Once it is `sent`, the message with the same id tells what became of it."""

    id: Id
    conversation: Annotated[str, told("The conversation's id.", EXAMPLE_ID)]
    status: Annotated[
        State,
        told("`refused`: it could not leave when its time had come, and waits for a decision.", "waiting"),
    ]
    send_at: Annotated[Moment, told("When it leaves.")]
    cancel_if_answered: Annotated[bool, told("Canceled if the contact writes before.", False)]
    kind: Annotated[MessageKind, told("As its message will have it.", "text")]
    text: Annotated[str, told("What it says.", "We open at nine.")]
    content: Annotated[
        dict[str, Any],
        msgspec.Meta(
            description="As its message will have it; of several messages the first one's.",
            examples=[{"kind": "text"}],
            extra_json_schema={"$ref": reference_to("Content")},
        ),
    ]
    is_protected: Annotated[
        bool, told("It has a sensitive word in it, and lies sealed (`/protection`).", False)
    ] = False
    is_hidden: Annotated[
        bool,
        told("You may not read protected messages (`conversations:read_protected`): it says nothing.", False),
    ] = False
    author: Annotated[AuthorShape, told("Who wrote it.")]
    error: Annotated[ErrorShape | None, told("Why it was refused, or canceled by itself.")]
    created_at: Annotated[Moment, told("When it was written.")]


class ScheduledQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list shows, the last written first."""

    status: Annotated[State | None, told("Of this status only.", "waiting")] = None
    conversation: Annotated[str | None, told("A conversation's id.", EXAMPLE_ID)] = None


class ScheduledChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change; a field left out stays as it is. A refused one that gets another time waits again."""

    send_at: Annotated[Moment | UnsetType, told("Another time, at most a year from now.")] = UNSET
    text: Annotated[str | UnsetType, told("Other words, of a plain text.", "We open at ten.")] = UNSET
    cancel_if_answered: Annotated[bool | UnsetType, told("Canceled if the contact writes before.", True)] = (
        UNSET
    )


def build_scheduled(row: ScheduledMessage) -> ScheduledShape:
    return ScheduledShape(
        id=str(row.id),
        conversation=str(row.conversation_id),
        status=cast("State", row.state),
        send_at=row.due_at,
        cancel_if_answered=row.stops_on_answer,
        kind=cast("MessageKind", row.kind),
        text="" if is_hidden(row.text) else row.text,
        is_protected=is_protected(row.text),
        is_hidden=is_hidden(row.text),
        content=_content(row),
        author=_author(row),
        error=build_error(row.error) if row.error else None,
        created_at=row.created_at,
    )


def build_as_message(row: ScheduledMessage) -> MessageShape:
    return MessageShape(
        id=str(row.id),
        conversation=str(row.conversation_id),
        direction="out",
        kind=cast("MessageKind", row.kind),
        text=row.text,
        earlier_texts=[],
        media=None,
        content=_content(row),
        author=_author(row),
        status="scheduled",
        statuses=[],
        error=None,
        waiting=None,
        provider_id=None,
        reply_to=str(row.reply_to) if row.reply_to else None,
        changes=None,
        reactions=[],
        is_edited=False,
        is_revoked=False,
        revoked_by=None,
        send_at=row.due_at,
        sent_at=row.created_at,
        created_at=row.created_at,
    )


def _content(row: ScheduledMessage) -> dict[str, Any]:
    if is_hidden(row.contents):
        return {"kind": row.kind}
    return build_content(row.kind, stored_content(contents_of(row)[0]))


def _author(row: ScheduledMessage) -> AuthorShape:
    kind: Literal["member", "api"] = "member" if row.author_kind == "member" else "api"
    return AuthorShape(kind, str(row.author_member_id) if row.author_member_id else None, row.author_name)
