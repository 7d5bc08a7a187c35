"""Writing what leaves later, changing it, and letting it leave when its time has come."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from regulars.conversations.guardrails import PAUSED, GuardrailRefused, check_limits
from regulars.conversations.models import SILENT_KINDS, Conversation, Message
from regulars.conversations.operations.composing import Composition, compose, draft_all
from regulars.conversations.operations.seeing import Seen, count_unseen
from regulars.conversations.operations.sending import find_refusal, kind_of, text_of
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import ChannelFacts, OutgoingContent, OutgoingText
from regulars.kernel import clock
from regulars.kernel.database import is_away
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, ProductError
from regulars.kernel.events import Doer, record
from regulars.kernel.ids import new_id
from regulars.kernel.intents import IntentUsed
from regulars.protection.fields import is_hidden, opened
from regulars.protection.protecting import protected
from regulars.protection.queries import watch_of
from regulars.scheduling.events import (
    MessageScheduled,
    ScheduledMessageCanceled,
    ScheduledMessageChanged,
    ScheduledMessageLeft,
    ScheduledMessageRefused,
)
from regulars.scheduling.models import ScheduledMessage
from regulars.scheduling.queries import newest_said
from regulars.workspaces.access import Actor, actor_of_member, actor_of_token
from regulars.workspaces.sight import PROTECTED

logger = logging.getLogger(__name__)

CHANNEL = "regulars_scheduled"
"""NOTIFY channel: something waits for another time than before"""
FARTHEST = timedelta(days=365)
CONTACT_WROTE = "contact-wrote"
AUTHOR_GONE = "author-gone"
FAULT = "fault"
RESTORED = "restored"
THE_HOUSE = Doer("system", None, "")
REASONS = {
    CONTACT_WROTE: gettext_noop("The contact wrote before"),
    AUTHOR_GONE: gettext_noop("Its writer may not send any more"),
    FAULT: gettext_noop("Something went wrong here"),
    RESTORED: gettext_noop("The database was restored: it may have left before"),
}
"""titles of our own, by code; those of the guardrails stand with them"""


@transaction.atomic
def schedule_message(
    composition: Composition, at: datetime, *, stops_on_answer: bool, by: Actor, channel: ChannelFacts
) -> ScheduledMessage:
    """Asked for again with the same intent, it is there once.

    Raises what ``compose`` raises, looked at as of its time: a text whose reply window will be closed is refused now.
    """
    by.require("messages:send")
    conversation = composition.conversation
    _check_time(at)
    scheduled_id = composition.intent or new_id()
    drafts = draft_all(replace(composition, intent=scheduled_id), by, channel)
    contents = [draft.content for draft in drafts]
    made = _found_again(scheduled_id, conversation, contents)
    if made is not None:
        return made
    for draft in drafts:
        refusal = find_refusal(draft, by=by, channel=channel, at=at)
        if refusal is not None and refusal.code != PAUSED:  # who knows until when
            raise GuardrailRefused(refusal)
    seen = composition.seen or Seen(newest_said(conversation))
    said = "\n".join(filter(None, map(text_of, contents)))
    stored: list[Any] = msgspec.to_builtins(contents)
    text, kept = protected(said, stored, watch_of(conversation.workspace_id))
    scheduled = ScheduledMessage.objects.create(
        id=scheduled_id,
        workspace_id=conversation.workspace_id,
        conversation=conversation,
        due_at=at,
        contents=kept,
        text=text,
        kind=kind_of(contents[0]),
        reply_to=composition.reply_to,
        seen_id=seen.id,
        quick_replies=[str(each) for each in composition.quick_replies],
        stops_on_answer=stops_on_answer,
        author_kind="member" if by.kind == "member" else "api",
        author_member_id=by.member_id,
        author_token_id=by.id if by.kind == "token" else None,
        author_name=by.name,
    )
    record(MessageScheduled(scheduled.workspace_id, conversation.id, scheduled.id, at, by.doer))
    _wake()
    return scheduled


def _check_time(at: datetime) -> None:
    now = clock.now()
    if not now < at <= now + FARTHEST:
        raise Invalid(
            _("Choose a time in the future, at most a year from now"),
            fields={"send_at": "a time with zone, at most a year from now"},
        )


def _found_again(
    scheduled_id: UUID, conversation: Conversation, contents: Sequence[OutgoingContent]
) -> ScheduledMessage | None:
    with opened():  # whoever repeats it knows what it says
        known = ScheduledMessage.objects.filter(
            id=scheduled_id
        ).first()  # unscoped: an id is taken, whoever has it
    if known is None:
        return None
    if known.conversation_id != conversation.id or contents_of(known) != list(contents):
        raise IntentUsed
    known.conversation = conversation
    return known


def contents_of(scheduled: ScheduledMessage) -> list[OutgoingContent]:
    """Raises ``NotAllowed`` for whoever may not read it."""
    if is_hidden(scheduled.contents):
        raise NotAllowed(_("You may not read what this message says"), permission=PROTECTED)
    return msgspec.convert(scheduled.contents, list[OutgoingContent])


@transaction.atomic
def change_scheduled(
    scheduled: ScheduledMessage,
    *,
    at: datetime | None = None,
    text: str | None = None,
    stops_on_answer: bool | None = None,
    by: Actor,
) -> None:
    """None leaves it as it is. A refused one waits again when it gets another time."""
    by.require("messages:send")
    _lock(scheduled)
    before = (scheduled.due_at, scheduled.text, scheduled.stops_on_answer, scheduled.state)
    channel = facts_of(scheduled.conversation.inbox.connection.channel)
    if at is not None and at != scheduled.due_at:
        _check_time(at)
        scheduled.due_at, scheduled.state, scheduled.error = at, "waiting", None
    if text is not None and text != scheduled.text:
        _put_text(scheduled, text, channel)
    if stops_on_answer is not None:
        scheduled.stops_on_answer = stops_on_answer
    names = ("due_at", "text", "stops_on_answer", "state")
    changed = tuple(name for name, was in zip(names, before, strict=True) if was != getattr(scheduled, name))
    if not changed:
        return
    _expect_open(before[-1])
    if scheduled.state == "waiting":
        _check_then(scheduled, by, channel)
    words = () if text is None else ("text", "contents")
    scheduled.save(update_fields=["due_at", "stops_on_answer", "state", "error", *words])
    record(ScheduledMessageChanged(*_where(scheduled), changed, scheduled.due_at, by.doer))
    _wake()


def _put_text(scheduled: ScheduledMessage, text: str, channel: ChannelFacts) -> None:
    contents = contents_of(scheduled)
    if len(contents) != 1 or not isinstance(contents[0], OutgoingText):
        raise Invalid(
            _("Only a plain text can be written anew"), fields={"text": "of a message of kind text"}
        )
    text = text.strip()
    if not text:
        raise Invalid(_("Write something first"), fields={"text": "something to send"})
    fresh = msgspec.structs.replace(contents[0], body=text)
    if refusal := check_limits(fresh, channel):
        raise GuardrailRefused(refusal)
    stored: list[Any] = msgspec.to_builtins([fresh])
    scheduled.text, scheduled.contents = protected(text, stored, watch_of(scheduled.workspace_id))


def _check_then(scheduled: ScheduledMessage, by: Actor, channel: ChannelFacts) -> None:
    for draft in draft_all(_composition(scheduled), by, channel):
        refusal = find_refusal(draft, by=by, channel=channel, at=scheduled.due_at)
        if refusal is not None and refusal.code != PAUSED:
            raise GuardrailRefused(refusal)


@transaction.atomic
def cancel_scheduled(scheduled: ScheduledMessage, *, by: Actor) -> None:
    """Repeating it changes nothing."""
    by.require("messages:send")
    _lock(scheduled)
    if scheduled.state == "canceled":
        return
    _expect_open(scheduled.state)
    _settle(scheduled, "canceled")
    record(ScheduledMessageCanceled(*_where(scheduled), "", by.doer))


@transaction.atomic
def send_scheduled_now(scheduled: ScheduledMessage, *, by: Actor) -> list[Message]:
    """As its writer said it, also when somebody else would not wait. Raises what ``compose`` raises."""
    by.require("messages:send")
    _lock(scheduled)
    _expect_open(scheduled.state)
    return _let_leave(scheduled, by)


def _lock(scheduled: ScheduledMessage) -> None:
    fresh = ScheduledMessage.objects.select_for_update(of=("self",)).get(  # unscoped: it was accessed
        id=scheduled.id
    )
    for field in ("due_at", "contents", "text", "stops_on_answer", "state", "error"):
        setattr(scheduled, field, getattr(fresh, field))


def _expect_open(state: str) -> None:
    if state == "sent":
        raise Conflict(_("This message has left already"))
    if state == "canceled":
        raise Conflict(_("This message was canceled in the meantime"))


def _where(scheduled: ScheduledMessage) -> tuple[UUID, UUID, UUID]:
    return scheduled.workspace_id, scheduled.conversation_id, scheduled.id


def _settle(scheduled: ScheduledMessage, state: str, error: dict[str, str] | None = None) -> None:
    scheduled.state, scheduled.error, scheduled.settled_at = state, error, clock.now()
    scheduled.save(update_fields=["state", "error", "settled_at"])


def _composition(scheduled: ScheduledMessage) -> Composition:
    return Composition(
        scheduled.conversation,
        contents_of(scheduled),
        reply_to=scheduled.reply_to,
        seen=Seen(scheduled.seen_id),
        intent=scheduled.id,
        quick_replies=[UUID(each) for each in scheduled.quick_replies],
    )


def _let_leave(scheduled: ScheduledMessage, by: Actor) -> list[Message]:
    channel = facts_of(scheduled.conversation.inbox.connection.channel)
    sent = compose(_composition(scheduled), by=by, channel=channel)
    _settle(scheduled, "sent")
    record(ScheduledMessageLeft(*_where(scheduled)))
    return sent


# --- when the time has come ------------------------------------------------------------------------


def send_due() -> bool:
    """The next one whose time has come, of any workspace; true when there was one, for there may be more.

    Taken and queued in one transaction, so whatever dies in between, it is queued once; workers pass over what another
    has in hand.
    """
    with transaction.atomic(), opened():
        scheduled = (
            ScheduledMessage.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(state="waiting", due_at__lte=clock.now())  # unscoped: whoever is next
            .select_related("conversation__inbox__connection", "author_member__user", "author_member__role")
            .order_by("due_at", "id")
            .first()
        )
        if scheduled is None:
            return False
        if scheduled.stops_on_answer and count_unseen(scheduled.conversation, Seen(scheduled.seen_id)):
            _stop(scheduled)
        else:
            _try_to_leave(scheduled)
    return True


def _try_to_leave(scheduled: ScheduledMessage) -> None:
    try:
        with transaction.atomic():
            _let_leave(scheduled, _author_of(scheduled))
    except GuardrailRefused as refused:
        _refuse(scheduled, refused.code, str(refused.title), str(refused.detail))
    except NotAllowed:
        _refuse(scheduled, AUTHOR_GONE, REASONS[AUTHOR_GONE], "")
    except ProductError as problem:
        _refuse(scheduled, problem.code, str(problem.title), str(problem.detail))
    except Exception as fault:
        if is_away(fault):
            raise
        logger.exception("a scheduled message could not leave", extra={"scheduled_id": str(scheduled.id)})
        _refuse(scheduled, FAULT, REASONS[FAULT], "")


def _author_of(scheduled: ScheduledMessage) -> Actor:
    """With the rights that they have now; who is gone may send nothing."""
    if scheduled.author_member is not None:
        return actor_of_member(scheduled.author_member)
    token = scheduled.author_token
    if token is not None and token.revoked_at is None:
        return actor_of_token(token)
    raise NotAllowed(REASONS[AUTHOR_GONE], permission="messages:send")


def _refuse(scheduled: ScheduledMessage, code: str, title: str, details: str) -> None:
    _settle(scheduled, "refused", {"code": code, "title": title, "details": details})
    record(ScheduledMessageRefused(*_where(scheduled), scheduled.author_member_id, code))


def _stop(scheduled: ScheduledMessage) -> None:
    _settle(scheduled, "canceled", {"code": CONTACT_WROTE, "title": REASONS[CONTACT_WROTE], "details": ""})
    record(ScheduledMessageCanceled(*_where(scheduled), CONTACT_WROTE, THE_HOUSE))


@transaction.atomic
def stop_answered(message_ids: Sequence[UUID]) -> int:
    """What was to leave only if the contact stays silent, and these messages broke the silence; returns how many."""
    said = Message.objects.filter(id__in=message_ids, direction="in").exclude(kind__in=SILENT_KINDS)
    spoke: dict[UUID, UUID] = {}
    # unscoped: of the conversations that the messages are in
    for conversation_id, message_id in said.exclude(source="history").values_list("conversation_id", "id"):
        spoke[conversation_id] = max(message_id, spoke.get(conversation_id, message_id))
    waiting = ScheduledMessage.objects.select_for_update().filter(  # unscoped: as above
        conversation_id__in=spoke, state="waiting", stops_on_answer=True
    )
    stopped = [each for each in waiting if each.seen_id is None or spoke[each.conversation_id] > each.seen_id]
    for each in stopped:
        _stop(each)
    return len(stopped)


def hold_what_was_scheduled() -> int:
    """In a restored database: nobody here knows what has left since it was copied. Their writers decide.

    Of all workspaces; needs a transaction. Returns how many there were.
    """
    waiting = ScheduledMessage.objects.select_for_update().filter(state="waiting")  # unscoped: of everybody
    held = list(waiting)
    for each in held:
        _refuse(each, RESTORED, REASONS[RESTORED], "")
    return len(held)


def _wake() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
