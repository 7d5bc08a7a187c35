"""Composing: what somebody wants to say becomes messages, all of them or none. The one door for everybody who sends.

Screen, REST and later rules, journeys and broadcasts come here: files, quote and template are looked at, then
everything is queued (``operations.sending``) in one transaction. An intent that comes again (a double click, a lost
answer, two tabs) finds what it made the first time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from psycopg.errors import UniqueViolation

from regulars.conversations.access import media_visible_to
from regulars.conversations.guardrails import GuardrailRefused, Refusal, limits_broken, values_refused
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.seeing import Seen
from regulars.conversations.operations.sending import (
    OutgoingDraft,
    kind_of,
    queue_message,
    queue_messages,
    stored_draft,
)
from regulars.conversations.queries.changing import emoji_of
from regulars.inboxes.ports import (
    ChannelFacts,
    FilledTemplate,
    FilledValue,
    OutgoingContent,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    files_in,
)
from regulars.kernel import clock
from regulars.kernel.encoding import encode
from regulars.kernel.errors import Conflict, Invalid
from regulars.kernel.ids import following_id, new_id, parse_id
from regulars.kernel.intents import IntentUsed
from regulars.media.models import MediaFile
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.queries import find_template
from regulars.protection.fields import opened
from regulars.quick_replies.operations import count_uses
from regulars.workspaces.access import Actor

AGAIN = 1 << 32
"""how far the message of "send again" stands behind the one that failed: nobody else's place"""


class MediaNotReady(Conflict):
    """The file has not been fetched, or could not be; ``state`` says which."""

    code = "media-not-ready"
    title = gettext_lazy("The file is not here")


class TemplateNotUsable(Conflict):
    """The template is not approved (``template_status``), ``is_gone``, or has parts ``unsupported`` here."""

    code = "template-not-usable"
    title = gettext_lazy("This message template cannot be sent")


class NoReaction(Conflict):
    """A reaction of ours is to be taken back, and there is none."""

    code = "no-reaction"
    title = gettext_lazy("There is no reaction to take back")


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A message template of the conversation's account, with values by the keys of its variables."""

    template: MessageTemplate
    values: Mapping[str, FilledValue]


@dataclass(frozen=True, slots=True)
class Composition:
    """What is said at once in one conversation; several contents leave in their order."""

    conversation: Conversation
    contents: Sequence[OutgoingContent | TemplateChoice]
    reply_to: UUID | None = None
    """the message of this conversation that the first content quotes"""
    seen: Seen | None = None
    """the contact's newest message that whoever writes knows of; None answers whatever has come"""
    intent: UUID | None = None
    """chosen by a caller that may repeat itself; the first message has it as its id, the others follow it"""
    leaves_after: timedelta = timedelta(0)
    """how long its writer may take it back (``operations.undoing``)"""
    quick_replies: Sequence[UUID] = ()
    """those that whoever writes inserted; each counts as sent once"""
    is_forward: bool = False
    """it was said in another conversation before"""


def compose(composition: Composition, *, by: Actor, channel: ChannelFacts) -> list[Message]:
    """Queue all of a composition, or nothing of it.

    Raises :class:`GuardrailRefused` (window, pause, consent, limits), ``Invalid`` (no such file or message),
    :class:`MediaNotReady`, :class:`TemplateNotUsable`, and ``IntentUsed`` for an intent that said something else.
    """
    try:
        with transaction.atomic():
            return _compose(composition, by, channel)
    except IntegrityError as refused:
        if not _is_taken(refused):
            raise
        # queued by another request meanwhile: then that is the answer
        with transaction.atomic():
            if (known := _find_queued(draft_all(composition, by, channel))) is not None:
                return known
        raise IntentUsed from None  # by another workspace, of which nothing may be told


def _compose(composition: Composition, by: Actor, channel: ChannelFacts) -> list[Message]:
    drafts = draft_all(composition, by, channel)
    if composition.intent is not None and (known := _find_queued(drafts)) is not None:
        return known
    outcomes = queue_messages(drafts, by=by, channel=channel)
    if refusal := next((each for each in outcomes if isinstance(each, Refusal)), None):
        raise GuardrailRefused(refusal)
    count_uses(frozenset(composition.quick_replies), by=by)
    return [each for each in outcomes if isinstance(each, Message)]


def _find_queued(drafts: Sequence[OutgoingDraft]) -> list[Message] | None:
    """The messages that these drafts became before; ``IntentUsed`` when their ids said something else.

    What another workspace has is not looked at: of its ids, too, nothing but ``IntentUsed`` is ever heard.
    """
    own = Message.objects.filter(workspace_id=drafts[0].conversation.workspace_id)
    with opened():  # whoever repeats it knows what it says
        found = own.filter(id__in=[draft.id for draft in drafts]).select_related("media").in_bulk()
    if not found:
        return None
    known = [found[draft.id] for draft in drafts if draft.id in found]
    if len(known) < len(drafts) or not all(map(_says, known, drafts)):
        raise IntentUsed
    for message, draft in zip(known, drafts, strict=True):
        message.conversation = draft.conversation
    return known


def _is_taken(refused: IntegrityError) -> bool:
    """Whether a message has the id already; the database names the part of the table that it lies in."""
    cause = refused.__cause__
    constraint = cause.diag.constraint_name or "" if isinstance(cause, UniqueViolation) else ""
    return constraint.startswith("conversations_message_") and constraint.endswith("_pkey")


def _says(message: Message, draft: OutgoingDraft) -> bool:
    as_stored = msgspec.json.decode(encode(stored_draft(draft)))
    return (
        message.conversation_id == draft.conversation.id
        and message.direction == "out"
        and message.reply_to_provider_id == draft.reply_to_provider_id
        and (message.kind, message.content) == (kind_of(draft.content), as_stored)
    )


# --- drafts ----------------------------------------------------------------------------------------


def draft_all(composition: Composition, by: Actor, channel: ChannelFacts) -> list[OutgoingDraft]:
    """What a composition comes to: files, quote and templates looked at, nothing queued."""
    by.require("messages:send")
    conversation = composition.conversation
    filled = [_fill(each, conversation, channel) for each in composition.contents]
    if not filled:
        raise Invalid(_("Write something first"), fields={"text": "something to send"})
    _check_files([content for content, _category in filled], by, channel)
    quoted = _quoted(conversation, composition.reply_to)
    first = composition.intent or new_id()
    return [
        OutgoingDraft(
            conversation,
            content,
            reply_to_provider_id=quoted if place == 0 else None,
            template_category=category,
            seen=composition.seen,
            leaves_after=composition.leaves_after,
            is_forward=composition.is_forward,
            id=following_id(first, place),
        )
        for place, (content, category) in enumerate(filled)
    ]


def _fill(
    each: OutgoingContent | TemplateChoice, conversation: Conversation, channel: ChannelFacts
) -> tuple[OutgoingContent, str]:
    if not isinstance(each, TemplateChoice):
        return each, _category_of(each, conversation, channel)
    row = each.template
    if row.connection_id != conversation.inbox.connection_id:
        raise Invalid(
            _("This template belongs to another account"), fields={"template": "a template of this account"}
        )
    filled = _usable(row, each.values, channel)
    if filled.content is None:
        raise GuardrailRefused(values_refused(filled.problems))
    return filled.content, filled.category


def _usable(row: MessageTemplate, values: Mapping[str, FilledValue], channel: ChannelFacts) -> FilledTemplate:
    filled = channel.fill_template(row.listed, values, clock.now())
    if row.is_gone or not filled.is_usable:
        raise _not_usable(
            is_gone=row.is_gone, template_status=filled.status, unsupported=list(filled.unsupported)
        )
    return filled


def _not_usable(**facts: object) -> TemplateNotUsable:
    return TemplateNotUsable(_("Only approved templates can be sent"), **facts)


def _quoted(conversation: Conversation, reply_to: UUID | None) -> str | None:
    """Only ever one of this conversation."""
    if reply_to is None:
        return None
    return known_to_provider(named_message(conversation, reply_to, "reply_to"))


def named_message(conversation: Conversation, message_id: UUID | None, field: str) -> Message:
    found = Message.objects.filter(id=message_id, conversation=conversation).first() if message_id else None
    if found is None:
        raise Invalid(
            _("There is no such message here"), fields={field: "the id of a message of this conversation"}
        )
    return found


def known_to_provider(message: Message) -> str:
    if not message.provider_id:
        raise Conflict(_("This message has not reached the platform yet"), message_id=str(message.id))
    return message.provider_id


def _check_files(contents: Sequence[OutgoingContent], by: Actor, channel: ChannelFacts) -> None:
    """Every file named must be one that the actor may see, here, and what the channel takes as its kind."""
    wanted = [each for content in contents for each in files_in(content) if each.media_id and not each.link]
    if not wanted:
        return
    ids = [own_id for each in wanted if (own_id := parse_id(each.media_id))]
    found = media_visible_to(by).in_bulk(ids)
    for each in wanted:
        _check_file(each, found.get(parse_id(each.media_id) or new_id()), channel)


def _check_file(media: OutgoingMedia, file: MediaFile | None, channel: ChannelFacts) -> None:
    if file is None:
        raise Invalid(
            _("There is no such file; attach it again"), fields={"media_id": "the id of an upload of yours"}
        )
    if file.state != "ready":
        raise MediaNotReady(
            _("Wait until the file is here, or upload it"), media=str(file.id), state=file.state
        )
    problems = channel.check_file(
        media.kind,
        file.mime_type,
        file.byte_count or 0,
        is_animated=file.is_animated,
        traits=file.traits,
        is_voice=media.is_voice,
    )
    if problems:
        raise GuardrailRefused(limits_broken(problems))


# --- on messages that are there --------------------------------------------------------------------


@transaction.atomic
def react(
    target: Message, emoji: str, *, conversation: Conversation, by: Actor, channel: ChannelFacts
) -> Message:
    """An empty ``emoji`` takes our reaction back; repeating it sends nothing.

    Raises :class:`NoReaction` when there never was one, and what :func:`compose` raises.
    """
    Message.objects.select_for_update().filter(id=target.id).first()  # one after the other
    ours = Message.objects.filter(
        inbox_id=target.inbox_id,
        target_provider_id=known_to_provider(target),
        kind="reaction",
        direction="out",
    ).exclude(status="failed")
    latest = ours.order_by("-sent_at", "-created_at").first()
    if latest is not None and emoji_of(latest) == emoji:
        return latest
    if latest is None and not emoji:
        raise NoReaction(_("We have not reacted to this message"), message_id=str(target.id))
    content = OutgoingReaction(target_provider_id=known_to_provider(target), emoji=emoji)
    (message,) = compose(Composition(conversation, [content]), by=by, channel=channel)
    return message


@transaction.atomic
def say_again(
    failed: Message,
    content: OutgoingContent,
    *,
    conversation: Conversation,
    by: Actor,
    channel: ChannelFacts,
    seen: Seen | None = None,
) -> Message:
    """Send what failed once more, as a new message; from two screens, or pressed twice, it is one.

    What failed again in turn is followed to its end. ``seen`` as in :class:`Composition`.
    """
    if Message.objects.select_for_update().get(id=failed.id).status != "failed":
        raise Conflict(_("Only a message that failed can be sent again"), message_id=str(failed.id))
    intent = following_id(failed.id, AGAIN)
    messages = Message.objects.select_related("media")  # unscoped: an id is taken, whoever has it
    while (known := messages.filter(id=intent).first()) is not None:
        if known.conversation_id == conversation.id and known.status != "failed":
            known.conversation = conversation
            return known
        intent = following_id(intent, AGAIN)
    draft = OutgoingDraft(
        conversation,
        content,
        reply_to_provider_id=failed.reply_to_provider_id,
        template_category=_category_of(content, conversation, channel),
        seen=seen,
        id=intent,
    )
    _check_files([content], by, channel)
    return queue_message(draft, by=by, channel=channel)


def _category_of(content: OutgoingContent, conversation: Conversation, channel: ChannelFacts) -> str:
    if not isinstance(content, OutgoingTemplate):
        return ""
    row = find_template(conversation.inbox.connection_id, content.name, content.language)
    if row is None:
        raise _not_usable(is_gone=True)
    return _usable(row, {}, channel).category
