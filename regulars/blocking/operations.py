"""Asking for a block and for its end. The platform is told by a job (``carrying``)."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.blocking.access import PERMISSION
from regulars.blocking.carrying import CARRY_OUT, CarryOut
from regulars.blocking.events import ContactBlockAsked, ContactUnblockAsked
from regulars.blocking.models import IN_FORCE, Block
from regulars.blocking.ports import block_list_of
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import resolve_conversation
from regulars.conversations.operations.telling import Line, add_lines
from regulars.inboxes.channels import facts_of
from regulars.kernel import clock
from regulars.kernel.errors import Conflict
from regulars.kernel.events import record
from regulars.kernel.jobs.asking import start_job
from regulars.workspaces.access import Actor
from regulars.workspaces.operations import audit

Reason = Literal["spam", "other"]


class CannotBlock(Conflict):
    """A group, a channel without a block list, or somebody who has not written lately."""

    code = "cannot-block"
    title = gettext_lazy("This contact cannot be blocked now")


@transaction.atomic
def block_contact(conversation: Conversation, reason: Reason, *, by: Actor) -> Block:
    """The contact of a conversation, on its number; the conversation is resolved. Repeating it changes nothing."""
    by.require(PERMISSION)
    locked = Conversation.objects.select_for_update().get(workspace_id=by.workspace_id, id=conversation.id)
    known = Block.objects.filter(conversation=locked, state__in=IN_FORCE).first()
    if known is not None and known.state != "unblocking":
        return known
    _check(conversation, locked)
    if known is not None:
        known.state, known.reason, known.by_name, known.error = "blocking", reason, by.name, None
        known.save(update_fields=["state", "reason", "by_name", "error"])
        block = known
    else:
        block = Block.objects.create(
            workspace_id=by.workspace_id, conversation=locked, reason=reason, by_name=by.name
        )
    if by.can("conversations:resolve"):
        resolve_conversation(conversation, by=by)
    record(ContactBlockAsked(by.workspace_id, locked.id, block.id, reason, by.doer))
    kind = "blocked_as_spam" if reason == "spam" else "blocked"
    add_lines(by.workspace_id, [(locked.id, Line(kind, by.name))])
    audit(by, "contacts:block", "contact", str(locked.contact_id), reason=reason)
    start_job(CARRY_OUT, CarryOut(block=block.id, wanted="blocked"), by=by)
    return block


def _check(conversation: Conversation, locked: Conversation) -> None:
    channel = conversation.inbox.connection.channel
    if locked.contact_id is None:
        raise CannotBlock(_("Nobody can be blocked in a group; remove them from the group instead"))
    if block_list_of(channel) is None:
        raise CannotBlock(_("This channel has no list of blocked people"))
    window = facts_of(channel).reply_window or timedelta.max
    if locked.last_inbound_at is None or clock.now() - locked.last_inbound_at >= window:
        raise CannotBlock(
            _("Only somebody who wrote in the last 24 hours can be blocked; wait until they write again")
        )


@transaction.atomic
def unblock_contact(block: Block, *, by: Actor) -> Block:
    """Repeating it changes nothing; one that failed is put away."""
    by.require(PERMISSION)
    locked = Block.objects.select_for_update().get(workspace_id=by.workspace_id, id=block.id)
    if locked.state in {"unblocking", "ended"}:
        return locked
    was_failed = locked.state == "failed"
    locked.state = "ended" if was_failed else "unblocking"
    locked.settled_at = clock.now() if was_failed else locked.settled_at
    locked.save(update_fields=["state", "settled_at"])
    record(ContactUnblockAsked(by.workspace_id, locked.conversation_id, locked.id, by.doer))
    audit(by, "contacts:unblock", "contact", str(block.conversation.contact_id))
    if not was_failed:
        add_lines(by.workspace_id, [(locked.conversation_id, Line("unblocked", by.name))])
        start_job(CARRY_OUT, CarryOut(block=locked.id, wanted="unblocked"), by=by)
    return locked
