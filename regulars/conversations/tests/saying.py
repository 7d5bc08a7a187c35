"""Short forms for messages in and out, shared by the tests of this room."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Literal

from regulars.contacts.operations.grouping import identify_groups
from regulars.contacts.operations.identifying import PersonSeen, identify_contacts
from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.claiming import Claimed, claim_batch
from regulars.conversations.operations.receiving import Outcome, receive_messages
from regulars.conversations.operations.sending import OutgoingDraft, queue_message
from regulars.conversations.operations.starting import Incoming
from regulars.conversations.operations.statuses import IncomingStatus, receive_statuses
from regulars.inboxes.ports import (
    ContactRef,
    FilledTemplate,
    FilledValue,
    Identity,
    InboundMessage,
    LimitProblem,
    MessageContent,
    MessageKind,
    Offer,
    OutgoingContent,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    Reaction,
    StatusUpdate,
)
from regulars.kernel.models import Event
from regulars.workspaces.models import Member
from tests.cast import ALICE, REPLY_WINDOW, Cast

THUMB, NO_REACTION = (MessageContent(reaction=Reaction(emoji=emoji)) for emoji in ("👍", ""))
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So many seconds after noon of the tests' day."""
    return NOON + timedelta(seconds=seconds)


def said(
    provider_id: str,
    seconds: float,
    *,
    phone: str = ALICE,
    kind: MessageKind = "text",
    direction: Literal["in", "out"] = "in",
    source: Literal["live", "phone_app", "history", "standby"] = "live",
    address: str = "100000000000201",
    content: MessageContent | None = None,
    target: str | None = None,
    reply_to: str | None = None,
    group: str | None = None,
    history_status: str = "",
) -> InboundMessage:
    return InboundMessage(
        address=address,
        provider_id=provider_id,
        contact=ContactRef(identities=(Identity("phone", phone),)),
        kind=kind,
        sent_at=at(seconds),
        path="0/0/messages/0",
        text="" if kind == "reaction" else provider_id,
        content=content or (THUMB if kind == "reaction" else MessageContent()),
        target_provider_id=target,
        reply_to_provider_id=reply_to,
        group_id=group,
        direction=direction,
        source=source,
        history_status=history_status,
    )


def receive(cast: Cast, *messages: InboundMessage) -> list[Outcome]:
    people = [
        PersonSeen(tuple((each.kind, each.value) for each in message.contact.identities))
        for message in messages
    ]
    contact_ids = identify_contacts(cast.workspace.id, "whatsapp", people)
    named = {message.group_id for message in messages if message.group_id}
    groups = identify_groups(cast.workspace.id, "whatsapp", named)
    incoming = [
        Incoming(
            message,
            cast.inbox.id,
            contact_id,
            "",
            None,
            cast.connection.id,
            groups.get(message.group_id or ""),
        )
        for message, contact_id in zip(messages, contact_ids, strict=True)
        if contact_id
    ]
    return receive_messages(cast.workspace.id, incoming, reply_window=REPLY_WINDOW)


def status(
    message: Message | str, word: str, seconds: float = 0, *, own: bool = True, **facts: Any
) -> IncomingStatus:
    """A status of a message of ours, by our own id, or (``own=False`` or a text) by the provider's."""
    known = message if isinstance(message, Message) else None
    provider_id = message if isinstance(message, str) else message.provider_id or f"wamid.out.{message.id}"
    update = StatusUpdate(
        address="100000000000201",
        provider_id=provider_id,
        status=word,
        at=at(seconds),
        path="0/0/statuses/0",
        callback_data=str(known.id) if known and own else "",
        **facts,
    )
    return IncomingStatus(update, facts.pop("inbox_id", None) or _inbox_id(known))


def _inbox_id(message: Message | None) -> Any:
    from regulars.inboxes.models import Inbox

    return message.inbox_id if message else Inbox.objects.get(address="100000000000201").id


def tell(cast: Cast, *statuses: IncomingStatus) -> list[str]:
    return list(receive_statuses(cast.workspace.id, statuses))


class AnyContent:
    """A channel without limits; ``problem`` makes it find one in everything."""

    kind: ClassVar[str] = "whatsapp"
    name: ClassVar[str] = "WhatsApp"
    reply_window: ClassVar[timedelta | None] = timedelta(hours=24)
    longest_text: ClassVar[int] = 4096

    def __init__(self, problem: LimitProblem | None = None) -> None:
        self._problems = [problem] if problem else []

    def check(self, content: OutgoingContent) -> Sequence[LimitProblem]:
        return self._problems

    def fits_groups(self, content: OutgoingContent, template_category: str) -> bool:
        return not isinstance(content, OutgoingReaction)

    def check_file(
        self,
        kind: str,
        mime_type: str,
        byte_count: int,
        *,
        is_animated: bool,
        traits: Collection[str],
        is_voice: bool,
    ) -> Sequence[LimitProblem]:
        return self._problems

    def fill_template(
        self, listed: Mapping[str, Any], values: Mapping[str, FilledValue], at: datetime
    ) -> FilledTemplate:
        """A template without variables."""
        return FilledTemplate(
            content=OutgoingTemplate(name=listed["name"], language=listed["language"]),
            category=listed.get("category", ""),
            status="APPROVED",
            is_usable=True,
        )

    def explain(self, code: int) -> dict[str, str]:
        return {"title": str(code), "explanation": "", "advice": ""}

    def offer_after(self, code: int) -> Offer:
        return "again"


def open_conversation(cast: Cast, phone: str = ALICE) -> Conversation:
    return fresh(cast.hears(phone, "hello"))


def fresh(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_related("inbox__connection", "contact", "group").get(
        id=conversation.id
    )


def queue(
    cast: Cast, conversation: Conversation, content: OutgoingContent | str = "hi", *, by: Member | None = None
) -> Message:
    said_content = OutgoingText(body=content) if isinstance(content, str) else content
    draft = OutgoingDraft(conversation, said_content)
    return queue_message(draft, by=cast.actor(by), channel=AnyContent())


def claim(cast: Cast, limit: int = 10) -> list[Claimed]:
    return claim_batch(cast.inbox.id, limit)


def job(message: Message) -> OutgoingMessage:
    return OutgoingMessage.objects.get(message_id=message.id)


def event_kinds() -> list[str]:
    return list(Event.objects.order_by("id").values_list("kind", flat=True))


def forget_events() -> None:
    Event.objects.all().delete()
