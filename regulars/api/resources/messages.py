"""Messages: read a thread, say something, and decide what to do about an unknown result."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec

from regulars.api.explaining import person_written
from regulars.api.outgoing import queue_body
from regulars.api.paging import Page, cut, read_place
from regulars.api.parsing import parse_reference
from regulars.api.shapes.addressed import AddressedMessage
from regulars.api.shapes.messages import MessageQuery, MessageShape, build_messages
from regulars.api.shapes.outgoing import NewMessage, Recipient
from regulars.api.shapes.scheduled import build_as_message
from regulars.contacts.operations.editing import create_contact
from regulars.contacts.operations.identifying import find_holder
from regulars.conversations.access import access_conversation, access_message
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations import forwarding, settling
from regulars.conversations.operations.forwarding import MOST_TARGETS
from regulars.conversations.operations.handling import start_conversation
from regulars.conversations.queries.threads import messages_of
from regulars.inboxes.access import access_inbox
from regulars.kernel.ids import new_id, parse_id
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.scheduling.models import ScheduledMessage
from regulars.workspaces.access import Actor


def list_messages(actor: Actor, conversation_id: UUID, query: MessageQuery) -> Page[MessageShape]:
    """A page of the thread, oldest to newest; the first page is the newest, ``next_cursor`` leads to older ones."""
    if query.raw:
        actor.require("deliveries:read")
    conversation = access_conversation(actor, conversation_id)
    before = read_place(query.cursor) if query.cursor else None
    joined = messages_of(conversation, before=before).select_related(
        "media", "contact", "author_member__user"
    )
    found = list(joined[: query.limit + 1])
    page, next_cursor = cut(found, query.limit, "sent_at")
    return Page(build_messages(page[::-1], with_raw=query.raw), next_cursor)


def send_message(actor: Actor, conversation_id: UUID, body: NewMessage) -> MessageShape:
    """Queue a message, or have it leave at ``send_at``; 409 with ``allowed`` when a guardrail refuses.

    422 with ``limits`` when it is too much. With ``last_answer`` 409 when a member answered since or is answering:
    whoever asks again without it answers all the same. What is scheduled has the id that its message will have.
    """
    return _send(actor, access_conversation(actor, conversation_id), body)


def send_to_address(actor: Actor, body: AddressedMessage) -> MessageShape:
    """Queue a message to a number or user id; contact and conversation are made when they are new.

    A new contact asks for ``contacts:edit``; reading inbox and conversation for ``inboxes:read`` and
    ``conversations:read``.
    """
    inbox = access_inbox(actor, parse_id(body.inbox))
    to = body.to if isinstance(body.to, Recipient) else Recipient("phone", body.to)
    person = person_written(
        inbox.connection.channel, [(to.kind, to.value, "to.value" if to is body.to else "to")]
    )
    channel, portfolio = inbox.connection.channel, inbox.connection.portfolio
    contact_id = find_holder(actor.workspace_id, channel, person.keys, portfolio)
    if contact_id is None:
        made = create_contact(actor.workspace_id, person, by=actor, channel=channel, portfolio=portfolio)
        contact_id = made.id
    started = start_conversation(actor.workspace_id, inbox.id, contact_id)
    return _send(actor, access_conversation(actor, started.id), body)


def get_message(actor: Actor, message_id: UUID) -> MessageShape:
    """One message, to see what became of it."""
    return _shape(access_message(actor, message_id))


def send_again(actor: Actor, message_id: UUID) -> MessageShape:
    """Send a message with an unknown result once more; 409 when the result is known by now."""
    message = access_message(actor, message_id)
    settling.send_again(message, by=actor)
    return _shape(access_message(actor, message.id))


def mark_sent(actor: Actor, message_id: UUID) -> MessageShape:
    """Note that a message with an unknown result did reach the contact; 409 when the result is known by now."""
    message = access_message(actor, message_id)
    settling.mark_as_sent(message, by=actor)
    return _shape(access_message(actor, message.id))


def stop_message(actor: Actor, message_id: UUID) -> MessageShape:
    """Stop a message that has not left yet; 409 when it is on its way or has an outcome."""
    message = access_message(actor, message_id)
    settling.stop_message(message, by=actor)
    return _shape(access_message(actor, message.id))


class ForwardOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a message is to be said again."""

    conversations: Annotated[list[str], told("One to twenty conversations.", [EXAMPLE_ID])]


class RefusedShape(msgspec.Struct):
    """Why a conversation did not take it."""

    code: Annotated[str, told("Stable, as in the problem of sending there.", "reply-window-closed")]
    title: Annotated[str, told("In words.", "The reply window is closed")]


class ForwardedShape(msgspec.Struct, kw_only=True):
    """What became of it in one conversation: a message, or why there is none."""

    conversation: Annotated[str, told("Which.", EXAMPLE_ID)]
    message: Annotated[MessageShape | None, told("What was queued; null where it was refused.")]
    refused: Annotated[RefusedShape | None, told("Null where it was queued.")]


class ForwardResult(msgspec.Struct):
    """What became of it in each conversation, in their order."""

    forwarded: Annotated[list[ForwardedShape], told("One for each conversation.")]


def forward_message(actor: Actor, message_id: UUID, body: ForwardOrder) -> ForwardResult:
    """Say a text, file, place or contact card again in other conversations, marked as forwarded in our threads.

    A conversation that a guardrail refuses stands there with the reason, and holds up no other. 409 for a message
    that cannot be forwarded: deleted, of another kind, or without its file.
    """
    message = access_message(actor, message_id)
    wanted = [parse_reference(each, "conversations") for each in body.conversations[: MOST_TARGETS + 1]]
    targets = [access_conversation(actor, each) for each in wanted]
    outcomes = forwarding.forward_message(message, targets, intent=new_id(), by=actor)
    return ForwardResult([_forwarded(each) for each in outcomes])


def _forwarded(outcome: forwarding.Forwarded) -> ForwardedShape:
    refused = outcome.refused
    return ForwardedShape(
        conversation=str(outcome.conversation.id),
        message=_shape(outcome.message) if outcome.message else None,
        refused=RefusedShape(refused.code, str(refused.title)) if refused else None,
    )


def _send(actor: Actor, conversation: Conversation, body: NewMessage) -> MessageShape:
    queued = queue_body(body, conversation, by=actor)
    return build_as_message(queued) if isinstance(queued, ScheduledMessage) else _shape(queued)


def _shape(message: Message) -> MessageShape:
    return build_messages([message])[0]
