"""What a delivery contains: messages, statuses, and every other change."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, get_args

from regulars.inboxes.ports.contents import MessageContent, MessageKind, ProviderError
from regulars.inboxes.ports.people import ContactRef, IdentityChange, Neutral


class InboundMessage(Neutral):
    """One message of a thread, said by the contact or (echo, history) by somebody for the business."""

    address: str
    """the provider's id of our number or account"""
    provider_id: str
    contact: ContactRef
    kind: MessageKind
    sent_at: datetime
    path: str
    text: str = ""
    content: MessageContent = MessageContent()
    target_provider_id: str | None = None
    """the message that a reaction, edit or revoke changes"""
    reply_to_provider_id: str | None = None
    group_id: str | None = None
    """the provider's id of the group in which it was said; ``contact`` is who said it"""
    direction: Literal["in", "out"] = "in"
    """``out``: an echo of what somebody sent from the phone app or another program"""
    source: Literal["live", "phone_app", "history", "standby"] = "live"
    history_status: str = ""


class StatusUpdate(Neutral):
    """What became of one message that left a number of ours."""

    address: str
    provider_id: str
    status: str
    """sent, delivered, read, played, failed, deleted, warning, or a word we do not know yet"""
    at: datetime
    path: str
    contact: ContactRef = ContactRef()
    participant: ContactRef = ContactRef()
    callback_data: str = ""
    """what we gave the provider to echo: our message id"""
    errors: tuple[ProviderError, ...] = ()
    pricing_category: str = ""
    pricing_type: str = ""
    window_origin: str = ""
    """``referral_conversion`` while a free entry point is open"""
    window_expires_at: datetime | None = None
    group_id: str | None = None


class Call(Neutral):
    """A voice call's step. A call of the contact opens the reply window like a message."""

    address: str
    provider_id: str
    event: str
    direction: str
    contact: ContactRef
    at: datetime
    path: str
    dedup_key: str = ""
    """equal for the same step however often it comes, with an id and a time or without"""
    duration_seconds: int | None = None
    status: str = ""


class PreferenceChange(Neutral):
    """A contact told the platform to stop or resume a category of messages."""

    address: str
    contact: ContactRef
    category: str
    value: Literal["stop", "resume"]
    at: datetime
    path: str
    dedup_key: str = ""
    details: str = ""


class AddressBookChange(Neutral):
    """The owner's phone address book (coexistence): one entry added, edited or removed."""

    address: str
    contact: ContactRef
    action: Literal["add", "remove"]
    at: datetime | None
    path: str


class TemplateChange(Neutral):
    """A message template's status, quality, category or wording changed at the provider."""

    change: Literal["status", "quality", "category", "category_notice", "components"]
    provider_template_id: str
    name: str
    language: str
    path: str
    dedup_key: str
    account: str = ""
    at: datetime | None = None
    new_value: str = ""
    previous_value: str = ""
    reason: str = ""
    details: str = ""


class GroupNews(Neutral):
    """What a notice tells about a group."""

    group_id: str
    """the provider's id of the group"""
    subject: str


class Notice(Neutral):
    """Any other change, typed by ``kind`` and kept whole by reference to its raw form.

    ``kind`` is one of NOTICE_KINDS; ``unknown`` holds what the platform may invent.
    """

    kind: str
    field: str
    path: str
    dedup_key: str
    address: str = ""
    account: str = ""
    event: str = ""
    title: str = ""
    details: str = ""
    at: datetime | None = None
    contact: ContactRef = ContactRef()
    identity_changes: tuple[IdentityChange, ...] = ()
    """for ``contact_identity``: each as in a ``SystemNotice``"""
    group_news: GroupNews | None = None
    """for ``group``: what it is called, where the notice says so"""
    errors: tuple[ProviderError, ...] = ()


NoticeKind = Literal[
    "account",
    "account_alert",
    "account_review",
    "account_settings",
    "automatic_event",
    "business_username",
    "capability",
    "channel_error",
    "contact_identity",
    "flow",
    "group",
    "handover",
    "history_declined",
    "history_progress",
    "link_click",
    "number_name",
    "number_quality",
    "partner",
    "payment",
    "payment_configuration",
    "security",
    "template_misuse",
    "unknown",
]
NOTICE_KINDS: tuple[NoticeKind, ...] = get_args(NoticeKind)


class Rejected(Neutral):
    """An update that cannot be read. Its raw form stays; ``reason`` is counted in the ledger.

    ``erased``: it was somebody's who has been removed, and must not be read again.
    """

    reason: Literal["foreign_object", "not_an_envelope", "empty", "malformed", "too_deep", "erased"]
    path: str
    address: str = ""
    details: str = ""


Update = (
    InboundMessage
    | StatusUpdate
    | Call
    | PreferenceChange
    | AddressBookChange
    | TemplateChange
    | Notice
    | Rejected
)
