"""What the sandbox remembers: people, threads, messages, media, templates, groups."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any

WINDOW = 24 * 3600.0
FREE_ENTRY_WINDOW = 72 * 3600.0
PHONE_SHOWN = 30 * 24 * 3600.0


@dataclass(slots=True)
class Customer:
    """A person with a phone. ``identity`` says what businesses may see of them.

    ``none``: phone number only, as before 2026; ``visible``: number and business-scoped user id; ``hidden``: a user
    name in front, the number shown only where the 30-day rule allows it.
    """

    id: str
    name: str
    phone: str
    """E.164 with +."""
    wa_id: str
    user_id: str
    language: str = "en"
    identity: str = "visible"
    username: str | None = None
    parent_user_id: str | None = None
    online: bool = True
    reads: bool = True
    """Whether the phone reads what arrives on its own."""
    on_whatsapp: bool = True
    refuse_code: int | None = None
    """131049, 131050, 130472, 131026 ...: why sends to this person fail."""
    marketing_stopped: bool = False
    identity_key_hash: str | None = None
    about: str = ""
    story: str | None = None
    """Key of the demo story that plays this person."""
    previous_user_ids: list[str] = field(default_factory=list)
    known: bool = True
    """False for people made up because somebody sent to their number."""
    has_written: bool = False
    """Whoever wrote or called is on WhatsApp, made up or not."""


@dataclass(slots=True)
class Thread:
    """One person and one business number."""

    number_id: str
    customer_id: str
    last_inbound_at: float = 0.0
    free_entry_until: float = 0.0
    entered_by_ad_at: float = 0.0
    phone_shared_at: float = 0.0
    pair_until: float = 0.0
    """Theoretical arrival time of the pair rate (see limits)."""
    typing_until: float = 0.0
    unread: int = 0
    last_at: float = 0.0
    call_permission_until: float = 0.0
    message_ids: deque[str] = field(default_factory=deque)


@dataclass(slots=True)
class ChatMessage:
    """One message as the phone has it. ``direction``: ``out`` left the business, ``in`` came from the person."""

    id: str
    number_id: str
    customer_id: str
    direction: str
    type: str
    body: Any
    at: float
    context: dict[str, Any] | None = None
    status: str = "accepted"
    statuses: list[tuple[str, float]] = field(default_factory=list)
    error: dict[str, Any] | None = None
    callback_data: str | None = None
    by_user_id: bool = False
    """Addressed with ``recipient`` and not with ``to``."""
    category: str = "service"
    priced: bool = False
    pricing: dict[str, Any] | None = None
    """What the status with the price said, once one did (``priced``)."""
    template: dict[str, Any] | None = None
    """What the phone shows of a template: header, body, footer, buttons with the values filled in."""
    group_id: str | None = None
    reactions: dict[str, str] = field(default_factory=dict)
    """``business`` or a customer id to an emoji."""
    edited: bool = False
    revoked: bool = False
    tapped: list[str] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    """Group messages: customer id to the furthest status."""
    sequence: int = 0
    visit: dict[str, Any] | None = None
    """Where the phone is in a Flow that the message offers: ``screen``, ``data``, and why it is ``closed``."""
    payment: dict[str, Any] | None = None
    """What the person paid for an ``order_details`` message."""
    told: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """Status to app id to ``[state, address]`` of its webhook."""


@dataclass(slots=True)
class MediaItem:
    """Uploaded or inbound media; the bytes are a file beside the state."""

    id: str
    mime_type: str
    sha256: str
    """Hexadecimal."""
    size: int
    at: float
    inbound: bool
    number_id: str
    filename: str | None = None
    animated: bool = False
    deleted: bool = False


@dataclass(slots=True)
class Template:
    """A message template; ``components`` as created."""

    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[dict[str, Any]]
    status: str = "PENDING"
    parameter_format: str = "POSITIONAL"
    quality: str = "UNKNOWN"
    rejected_reason: str | None = None
    previous_category: str | None = None
    ttl_seconds: int | None = None
    edits: list[float] = field(default_factory=list)
    pauses: int = 0
    created_at: float = 0.0
    sub_category: str | None = None
    library_name: str | None = None
    """The library template it was made from."""


@dataclass(slots=True)
class TemplateGroup:
    """Templates whose figures are looked at together; ``counted`` also has those that were taken out again."""

    id: str
    waba_id: str
    name: str
    description: str
    created_at: float
    updated_at: float
    templates: list[str] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Flow:
    """A form with screens; ``json_text`` is its Flow JSON as it was uploaded."""

    id: str
    waba_id: str
    name: str
    categories: list[str]
    app_id: str
    updated_at: float
    status: str = "DRAFT"
    endpoint_uri: str | None = None
    json_text: str | None = None
    validation_errors: list[dict[str, Any]] = field(default_factory=list)
    requests: list[list[Any]] = field(default_factory=list)
    """What phones asked its endpoint: ``[at, seconds, action, problem]``, the latest."""


@dataclass(slots=True)
class Signup:
    """A deep link with which people subscribe to marketing messages (In-App Signup)."""

    id: str
    waba_id: str
    texts: dict[str, str]
    """``signup_message``, ``confirmation_message``, ``privacy_policy_url`` and what else was given."""
    status: str = "ACTIVE"


@dataclass(slots=True)
class Group:
    id: str
    number_id: str
    subject: str
    description: str
    approval: str
    created_at: float
    invite_code: str
    participants: list[str] = field(default_factory=list)
    join_requests: dict[str, str] = field(default_factory=dict)
    """Join request id to customer id."""
    asked_at: dict[str, float] = field(default_factory=dict)
    """Join request id to the second of its making."""
    suspended: bool = False
    deleted: bool = False
    pins: list[str] = field(default_factory=list)
