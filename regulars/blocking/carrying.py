"""The job that tells the platform: puts somebody on a number's block list, or takes them off."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils.translation import gettext_lazy

from regulars.blocking.access import PERMISSION
from regulars.blocking.events import ContactBlocked, ContactBlockFailed, ContactUnblocked
from regulars.blocking.models import ASKED, Block
from regulars.blocking.ports import NoAnswer, block_list_of
from regulars.conversations.operations.claiming import recipients_of
from regulars.conversations.operations.telling import Line, add_lines
from regulars.inboxes.ports import ProviderError
from regulars.kernel import clock
from regulars.kernel.events import Doer, record
from regulars.kernel.jobs.context import JobContext
from regulars.kernel.jobs.kinds import JobKind
from regulars.kernel.locks import held_by_session

MOST_TURNS = 5
NOBODY = ProviderError(code=0, title="The contact has no address that the platform knows")
NO_LIST = ProviderError(code=0, title="The channel has no block list")


class BeingToldError(Exception):
    """Another job tells the platform of this block; afterwards there may be nothing left to tell."""


class CarryOut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which block, and what somebody wanted of it; what is wanted by now is what is done."""

    block: UUID
    wanted: Literal["blocked", "unblocked"]


def _carry_out(context: JobContext[CarryOut]) -> None:
    """Until the platform was told what stands in the row: somebody may change their mind while it is being told.

    One at a time tells of a block: of two answers that cross, nobody knows which the platform heard last.
    """
    with held_by_session(f"blocking:{context.arguments.block}") as mine:
        if not mine:
            raise BeingToldError
        _tell_what_stands(context)


def _tell_what_stands(context: JobContext[CarryOut]) -> None:
    for _turn in range(MOST_TURNS):
        block = _find(context)
        if block is None or block.state not in ASKED:
            return
        context.check_canceled()
        _settle(block, _tell_platform(block, context), context.by)


def _find(context: JobContext[CarryOut]) -> Block | None:
    rows = Block.objects.filter(workspace_id=context.workspace_id, id=context.arguments.block)
    return rows.select_related("conversation__inbox__connection").first()


def _tell_platform(block: Block, context: JobContext[CarryOut]) -> ProviderError | None:
    inbox = block.conversation.inbox
    platform = block_list_of(inbox.connection.channel)
    if platform is None or block.conversation.contact_id is None:
        return NO_LIST
    contact_id = block.conversation.contact_id
    person = recipients_of([contact_id], inbox.connection_id).get(contact_id)
    if person is None:
        return NOBODY
    try:
        return (platform.block if block.state == "blocking" else platform.unblock)(inbox, person)
    except NoAnswer as silence:
        if context.attempt < CARRY_OUT.attempts:
            raise
        return silence.error


@transaction.atomic
def _settle(block: Block, refused: ProviderError | None, by: Doer) -> None:
    """Only where what was asked still is: else the next turn tells the platform otherwise."""
    stands = Block.objects.select_for_update().filter(
        workspace_id=block.workspace_id, id=block.id, state=block.state
    )
    row = stands.first()
    if row is None:
        return
    is_blocking = row.state == "blocking"
    facts = (row.workspace_id, row.conversation_id, row.id)
    if refused is not None:
        row.state = "failed" if is_blocking else "blocked"
        row.error = {"code": refused.code, "title": refused.title, "details": refused.details}
        record(ContactBlockFailed(*facts, refused.code, by))
        kind = "block_failed" if is_blocking else "unblock_failed"
        add_lines(row.workspace_id, [(row.conversation_id, Line(kind))])
    else:
        row.state, row.error = ("blocked" if is_blocking else "ended"), None
        record((ContactBlocked if is_blocking else ContactUnblocked)(*facts, by))
    row.settled_at = clock.now()
    row.save(update_fields=["state", "error", "settled_at"])


CARRY_OUT = JobKind(
    key="blocking.carry_out",
    label=gettext_lazy("Tell the platform whom to block"),
    arguments=CarryOut,
    run=_carry_out,
    permission=PERMISSION,
)
