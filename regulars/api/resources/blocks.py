"""Blocks: contacts that one of our numbers does not hear any more."""

from __future__ import annotations

from typing import Annotated, Literal, cast
from uuid import UUID

import msgspec

from regulars.api.paging import Page, PageQuery, last_made_first
from regulars.api.shapes.common import Id
from regulars.blocking.access import access_block, blocks_visible_to
from regulars.blocking.models import Block
from regulars.blocking.operations import Reason, block_contact, unblock_contact
from regulars.conversations.access import access_conversation
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.workspaces.access import Actor

State = Literal["blocking", "blocked", "failed", "unblocking", "ended"]


class BlockErrorShape(msgspec.Struct):
    """What the platform said against it."""

    code: Annotated[int, told("The platform's number for it.", 139100)]
    title: Annotated[str, told("In the platform's words.", "Failed to block/unblock users")]
    details: Annotated[str, told("More of it.", "Only users who wrote in the last 24 hours.")]


class BlockShape(msgspec.Struct, kw_only=True):
    """A contact that is not to reach one of our numbers."""

    id: Id
    conversation: Annotated[str, told("Whom, and on which number.", EXAMPLE_ID)]
    contact: Annotated[str | None, told("Whom.", EXAMPLE_ID)]
    inbox: Annotated[str, told("On which number.", EXAMPLE_ID)]
    state: Annotated[
        State,
        told("`blocking` and `unblocking`: the platform is being told; `failed`: it refused.", "blocked"),
    ]
    reason: Annotated[Reason, told("Why.", "spam")]
    by: Annotated[str, told("Who asked for it.", "Mina Park")]
    error: Annotated[BlockErrorShape | None, told("What the platform said against it last.")]
    created_at: Annotated[Moment, told("When it was asked for.")]
    settled_at: Annotated[Moment | None, told("Since when it is as it is; null until the platform answered.")]


class NewBlock(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Why somebody is to be blocked."""

    reason: Annotated[Reason, told("`spam`, or `other`.", "spam")] = "other"


class BlockQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """What the list shows, the last asked for first."""

    state: Annotated[State | None, told("In this state only.", "blocked")] = None


def block(actor: Actor, conversation_id: UUID, body: NewBlock) -> BlockShape:
    """Block the contact of a conversation on its number; the conversation is resolved.

    The platform is told by a job; ``GET /blocks/{block}`` says what became of it. 409 for a group, and for somebody
    who has not written in the last 24 hours: the platform takes nobody else. Blocked already, it is that block.
    """
    conversation = access_conversation(actor, conversation_id)
    return _shape(access_block(actor, block_contact(conversation, body.reason, by=actor).id))


def list_blocks(actor: Actor, query: BlockQuery) -> Page[BlockShape]:
    """Blocks in the conversations that the token's role sees, ended ones included."""
    rows = blocks_visible_to(actor)
    if query.state is not None:
        rows = rows.filter(state=query.state)
    found, next_cursor = last_made_first(rows, query)
    return Page([_shape(row) for row in found], next_cursor)


def get_block(actor: Actor, block_id: UUID) -> BlockShape:
    """One block."""
    return _shape(access_block(actor, block_id))


def lift(actor: Actor, block_id: UUID) -> BlockShape:
    """Let the contact through again; one that failed is put away. Lifting it again changes nothing."""
    row = access_block(actor, block_id)
    unblock_contact(row, by=actor)
    return _shape(access_block(actor, row.id))


def _shape(row: Block) -> BlockShape:
    error = row.error
    return BlockShape(
        id=str(row.id),
        conversation=str(row.conversation_id),
        contact=str(row.conversation.contact_id) if row.conversation.contact_id else None,
        inbox=str(row.conversation.inbox_id),
        state=cast("State", row.state),
        reason=cast("Reason", row.reason),
        by=row.by_name,
        error=BlockErrorShape(error["code"], error["title"], error["details"]) if error else None,
        created_at=row.created_at,
        settled_at=row.settled_at,
    )
