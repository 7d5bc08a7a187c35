"""The neutral language between channels and the rest of the house.

A channel (``regulars.channels.<name>``) turns a vendor's bytes into the *updates* below and turns the
*outgoing contents* below into a vendor's request. Nothing above ``channels/`` sees a vendor's dictionary.

Pure: no Django, no HTTP, no clock. All texts are already safe to store (no U+0000, no lone surrogates).
Times are aware UTC datetimes. Phones are E.164 with a leading ``+``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Protocol, dataclass_transform

import msgspec

IdentityKind = Literal["phone", "bsuid", "parent_bsuid", "line_user"]

Pauses = Literal["message", "contact", "number", "connection"]
"""how far a refusal or a delay reaches"""

MessageKind = Literal[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "order",
    "reaction",
    "edit",
    "revoke",
    "system",
    "template",
    "unsupported",
    "unknown",
]


@dataclass_transform(frozen_default=True, kw_only_default=True)
class _Neutral(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every neutral value: immutable, keyword only, equality by content."""


# --- who -------------------------------------------------------------------------------------------


class Identity(msgspec.Struct, frozen=True):
    """One address of a person on a channel."""

    kind: IdentityKind
    value: str


class ContactRef(_Neutral):
    """What one update tells about a person; ``identities`` go from the strongest to the weakest.

    Empty ``identities`` means that the update names nobody (value-level errors, some failed statuses).
    """

    identities: tuple[Identity, ...] = ()
    name: str = ""
    username: str = ""
    provider_address: str = ""
    """the phone as the provider wrote it (WhatsApp: wa_id); can differ from the canonical identity"""

    def value_of(self, kind: IdentityKind) -> str | None:
        """The value of the first identity of that kind, if any."""
        return next((identity.value for identity in self.identities if identity.kind == kind), None)


class IdentityChange(_Neutral):
    """A person's address changed; ``previous`` and ``current`` belong to the same person."""

    reason: Literal["number_changed", "user_id_changed", "identity_check"]
    previous: tuple[Identity, ...] = ()
    current: tuple[Identity, ...] = ()


# --- contents --------------------------------------------------------------------------------------


class ProviderError(_Neutral):
    """A provider's error as it came, sync or async. ``code`` is the only thing to decide on."""

    code: int
    title: str = ""
    details: str = ""
    href: str = ""


class MediaRef(_Neutral):
    """A file at the provider. ``provider_media_id`` is absent when the provider could not take the file."""

    provider_media_id: str | None = None
    mime_type: str = ""
    sha256: str = ""
    """hex, lower case; empty when unknown"""
    filename: str = ""
    url: str = ""
    """short-lived (WhatsApp: 5 minutes)"""
    is_voice: bool = False
    is_animated: bool = False


class Location(_Neutral):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


class CardPhone(_Neutral):
    phone: str = ""
    kind: str = ""
    wa_id: str = ""
    user_id: str = ""


class ContactCard(_Neutral):
    """A shared address-book card; ``is_requested_number`` marks the answer to our request for the number."""

    name: str = ""
    phones: tuple[CardPhone, ...] = ()
    emails: tuple[str, ...] = ()
    organization: str = ""
    addresses: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    birthday: str = ""
    vcard: str = ""
    is_requested_number: bool = False


class Choice(_Neutral):
    """A tap on something we sent. ``data`` holds a form's answers (WhatsApp Flow), decoded when possible."""

    kind: Literal["button_reply", "list_reply", "template_button", "form", "call_permission", "other"]
    id: str = ""
    title: str = ""
    description: str = ""
    data: Any = None


class OrderLine(_Neutral):
    product_id: str
    quantity: int
    unit_price: str
    """decimal as text, major units"""
    currency: str


class Order(_Neutral):
    catalog_id: str = ""
    lines: tuple[OrderLine, ...] = ()


class Reaction(_Neutral):
    """``emoji`` is empty when the reaction was taken back."""

    emoji: str = ""


class SystemNotice(_Neutral):
    event: str
    identity_change: IdentityChange | None = None


class Unsupported(_Neutral):
    """A message the provider or we cannot show; ``raw_kind`` is the provider's own word for it."""

    raw_kind: str = ""


class ProductRef(_Neutral):
    catalog_id: str = ""
    product_id: str = ""


class Referral(_Neutral):
    """The advertisement or post that a person came from."""

    source_kind: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    media_kind: str = ""
    media_url: str = ""
    click_id: str = ""
    welcome_text: str = ""


class MessageContent(_Neutral):
    """Everything a message says besides its searchable text; stored as JSON beside the message.

    Exactly the fields that the kind needs are set. ``errors`` tell why a content is missing.
    """

    media: MediaRef | None = None
    location: Location | None = None
    cards: tuple[ContactCard, ...] = ()
    choice: Choice | None = None
    order: Order | None = None
    reaction: Reaction | None = None
    system: SystemNotice | None = None
    unsupported: Unsupported | None = None
    product: ProductRef | None = None
    referral: Referral | None = None
    errors: tuple[ProviderError, ...] = ()
    forwarded: Literal["", "forwarded", "frequently_forwarded"] = ""
    outgoing: Any = None
    """the outgoing content as sent (see ``OutgoingContent``), for messages of ours"""


# --- updates: what a delivery contains --------------------------------------------------------------


class Origin(_Neutral):
    """Where in a stored delivery an update stands, so that its raw form can be shown and replayed."""

    path: str
    """``entry/change/list/index``, e.g. ``0/1/messages/3``"""


class InboundMessage(_Neutral):
    """One message of a thread, said by the contact or (echo, history) by somebody for the business."""

    address: str
    """the provider's id of our number or account (WhatsApp: phone_number_id)"""
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
    direction: Literal["in", "out"] = "in"
    """``out``: an echo of what somebody sent from the phone app or another program"""
    source: Literal["live", "phone_app", "history", "standby"] = "live"
    history_status: str = ""


class StatusUpdate(_Neutral):
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


class Call(_Neutral):
    """A voice call's step. A call of the contact opens the reply window like a message."""

    address: str
    provider_id: str
    event: str
    direction: str
    contact: ContactRef
    at: datetime
    path: str
    duration_seconds: int | None = None
    status: str = ""


class PreferenceChange(_Neutral):
    """A contact told the platform to stop or resume a category of messages."""

    address: str
    contact: ContactRef
    category: str
    value: Literal["stop", "resume"]
    at: datetime
    path: str
    details: str = ""


class AddressBookChange(_Neutral):
    """The owner's phone address book (coexistence): one entry added, edited or removed."""

    address: str
    contact: ContactRef
    action: Literal["add", "remove"]
    at: datetime | None
    path: str


class TemplateChange(_Neutral):
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


class Notice(_Neutral):
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
    identity_change: IdentityChange | None = None
    """for ``contact_identity``: as in a ``SystemNotice``"""
    errors: tuple[ProviderError, ...] = ()


NOTICE_KINDS = (
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
)


class Rejected(_Neutral):
    """An update that cannot be read. Its raw form stays; ``reason`` is counted in the ledger."""

    reason: Literal["foreign_object", "not_an_envelope", "empty", "malformed", "too_deep"]
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


# --- outgoing --------------------------------------------------------------------------------------


class OutgoingText(_Neutral, tag="text"):
    body: str
    preview_url: bool = False


class OutgoingMedia(_Neutral, tag="media"):
    """``media_id`` is ours (``media.MediaFile``); the sender uploads it when the provider has no copy."""

    kind: Literal["image", "video", "audio", "document", "sticker"]
    media_id: str = ""
    link: str = ""
    caption: str = ""
    filename: str = ""
    is_voice: bool = False


class OutgoingLocation(_Neutral, tag="location"):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class OutgoingContacts(_Neutral, tag="contacts"):
    cards: tuple[ContactCard, ...]


class OutgoingReaction(_Neutral, tag="reaction"):
    """``emoji`` empty takes our reaction back."""

    target_provider_id: str
    emoji: str


class ReplyButton(_Neutral):
    id: str
    title: str


class ListRow(_Neutral):
    id: str
    title: str
    description: str = ""


class ListSection(_Neutral):
    rows: tuple[ListRow, ...]
    title: str = ""


class InteractiveHeader(_Neutral):
    text: str = ""
    media: OutgoingMedia | None = None


class OutgoingInteractive(_Neutral, tag="interactive"):
    """A message with something to tap. Only the fields of its ``form`` are read."""

    form: Literal["buttons", "list", "cta_url", "location_request", "request_contact_info"]
    body: str
    header: InteractiveHeader | None = None
    footer: str = ""
    buttons: tuple[ReplyButton, ...] = ()
    list_button: str = ""
    sections: tuple[ListSection, ...] = ()
    url_text: str = ""
    url: str = ""


class TemplateParameter(_Neutral):
    """One value put into a template. ``name`` for named templates, empty for positional ones."""

    kind: Literal["text", "image", "video", "document", "location", "payload", "coupon_code"] = "text"
    text: str = ""
    name: str = ""
    media: OutgoingMedia | None = None
    location: OutgoingLocation | None = None


class TemplateButtonValue(_Neutral):
    index: int
    sub_type: Literal["quick_reply", "url", "copy_code"]
    parameter: TemplateParameter


class OutgoingTemplate(_Neutral, tag="template"):
    name: str
    language: str
    header: tuple[TemplateParameter, ...] = ()
    body: tuple[TemplateParameter, ...] = ()
    buttons: tuple[TemplateButtonValue, ...] = ()
    rendered: Any = None
    """what the customer will see, as the preview showed it (header, body, footer, buttons)"""


OutgoingContent = (
    OutgoingText
    | OutgoingMedia
    | OutgoingLocation
    | OutgoingContacts
    | OutgoingReaction
    | OutgoingInteractive
    | OutgoingTemplate
)


class LimitProblem(_Neutral):
    """Why a content would be refused, found before sending. ``limit`` is the number, when there is one."""

    field: str
    code: str
    """e.g. too_long, too_many, missing, duplicate, not_allowed"""
    limit: int | None = None
    actual: int | None = None


class ToSend(_Neutral):
    """One message ready to leave; ``callback_data`` is our message id, echoed in every status."""

    message_id: str
    address: str
    recipient: Identity
    content: OutgoingContent
    callback_data: str
    reply_to_provider_id: str | None = None
    group_id: str | None = None
    """set when it goes to a group; ``recipient`` is then who wrote first and is not used"""
    attempt: int = 1
    """which try this is; delays grow with it"""


class Accepted(_Neutral):
    """The provider took the message. Not yet sent: statuses tell."""

    provider_id: str
    held: bool = False
    recipient: tuple[Identity, ...] = ()


class Refused(_Neutral):
    """The provider certainly did not send it and will not."""

    error: ProviderError
    pauses: Pauses = "message"
    """what else would be refused for the same reason, until a person has dealt with it"""


class Deferred(_Neutral):
    """The provider certainly did not send it; trying again may help after ``wait``."""

    error: ProviderError
    wait: timedelta
    pauses: Pauses = "message"


class Uncertain(_Neutral):
    """It may have gone out; only a status or a person can tell."""

    reason: str
    error: ProviderError | None = None


SendResult = Accepted | Refused | Deferred | Uncertain


class ChannelFacts(Protocol):
    """Facts about a kind of channel that guardrails and screens need."""

    kind: ClassVar[str]
    reply_window: ClassVar[timedelta | None]

    def check(self, content: OutgoingContent) -> Sequence[LimitProblem]:
        """Every limit the content breaks; empty when it may be sent."""
        ...

    def explain(self, code: int) -> Mapping[str, str]:
        """``title``, ``explanation`` and ``advice`` of a provider's error code in the active language."""
        ...
