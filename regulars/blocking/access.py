"""The only door to a block from outside: it is seen by who sees its conversation."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.blocking.models import IN_FORCE, Block
from regulars.conversations.access import access_conversation, visible_to
from regulars.conversations.models import Conversation
from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor

PERMISSION = "contacts:block"


def access_block(actor: Actor, block_id: UUID | None) -> Block:
    found = blocks_visible_to(actor).filter(id=block_id).first() if block_id else None
    if found is None:
        raise NotFound(_("There is no such block, or you may not see it"))
    found.conversation = access_conversation(actor, found.conversation_id)
    return found


def blocks_visible_to(actor: Actor) -> QuerySet[Block]:
    every = Block.objects.filter(workspace_id=actor.workspace_id)
    every = every.select_related("conversation__contact__person", "conversation__inbox__connection")
    return every.filter(conversation__in=visible_to(actor).values("id"))


def blocked_among(conversation_ids: Collection[UUID]) -> set[UUID]:
    # unscoped: of conversations that somebody is about to write in
    held = Block.objects.filter(conversation_id__in=conversation_ids, state__in=IN_FORCE)
    return set(held.values_list("conversation_id", flat=True))


def block_of(conversation: Conversation) -> Block | None:
    """The one that holds for a conversation that was accessed, or the last that the platform refused."""
    last = Block.objects.filter(conversation=conversation).order_by("-id").first()
    return last if last and last.state in (*IN_FORCE, "failed") else None
