"""The neutral language between channels and the rest of the house.

A channel (``regulars.channels.<name>``) turns a vendor's bytes into the *updates* below and turns the
*outgoing contents* below into a vendor's request. Nothing above ``channels/`` sees a vendor's dictionary.

``people`` → ``contents`` → ``updates`` (in) and ``outgoing`` → ``sending`` (out); import them from here.

Pure: no Django, no HTTP, no clock. All texts are already safe to store (no U+0000, no lone surrogates).
Times are aware UTC datetimes. Phones are E.164 with a leading ``+``.
"""

from __future__ import annotations

from regulars.inboxes.ports.contents import (
    CardPhone,
    Choice,
    ContactCard,
    Location,
    MediaRef,
    MessageContent,
    MessageKind,
    Order,
    OrderLine,
    ProductRef,
    ProviderError,
    Reaction,
    Referral,
    SystemNotice,
    Unsupported,
)
from regulars.inboxes.ports.outgoing import (
    InteractiveHeader,
    ListRow,
    ListSection,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingMedia,
    OutgoingReaction,
    OutgoingTemplate,
    OutgoingText,
    ReplyButton,
    TemplateButtonValue,
    TemplateCard,
    TemplateParameter,
)
from regulars.inboxes.ports.people import (
    ContactRef,
    Identity,
    IdentityChange,
    IdentityKind,
    Neutral,
)
from regulars.inboxes.ports.sending import (
    Accepted,
    ChannelFacts,
    Deferred,
    LimitProblem,
    Pauses,
    Refused,
    SendResult,
    ToSend,
    Uncertain,
)
from regulars.inboxes.ports.updates import (
    NOTICE_KINDS,
    AddressBookChange,
    Call,
    InboundMessage,
    Notice,
    PreferenceChange,
    Rejected,
    StatusUpdate,
    TemplateChange,
    Update,
)

__all__ = [
    "NOTICE_KINDS",
    "Accepted",
    "AddressBookChange",
    "Call",
    "CardPhone",
    "ChannelFacts",
    "Choice",
    "ContactCard",
    "ContactRef",
    "Deferred",
    "Identity",
    "IdentityChange",
    "IdentityKind",
    "InboundMessage",
    "InteractiveHeader",
    "LimitProblem",
    "ListRow",
    "ListSection",
    "Location",
    "MediaRef",
    "MessageContent",
    "MessageKind",
    "Neutral",
    "Notice",
    "Order",
    "OrderLine",
    "OutgoingContacts",
    "OutgoingContent",
    "OutgoingInteractive",
    "OutgoingLocation",
    "OutgoingMedia",
    "OutgoingReaction",
    "OutgoingTemplate",
    "OutgoingText",
    "Pauses",
    "PreferenceChange",
    "ProductRef",
    "ProviderError",
    "Reaction",
    "Referral",
    "Refused",
    "Rejected",
    "ReplyButton",
    "SendResult",
    "StatusUpdate",
    "SystemNotice",
    "TemplateButtonValue",
    "TemplateCard",
    "TemplateChange",
    "TemplateParameter",
    "ToSend",
    "Uncertain",
    "Unsupported",
    "Update",
]
