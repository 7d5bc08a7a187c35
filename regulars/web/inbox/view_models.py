"""What the inbox's templates show. Frozen, the same for every viewer; times are written by the browser.

The builders take batches and ask a fixed number of questions, whatever the size of the batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

from regulars.inboxes.ports import (
    Choice,
    ContactCard,
    Location,
    MessageContent,
    OutgoingContacts,
    OutgoingContent,
    OutgoingInteractive,
    OutgoingLocation,
    OutgoingTemplate,
)
from regulars.kernel.visible import direction_at_end, is_invisible

LONGEST_DRAWN = 20_000
"""characters of a text; no phone sends so many, and a page of such texts would be too much for a browser"""
DeletedBy = Literal["", "contact", "phone_app", "us"]
AuthorKind = Literal["contact", "member", "phone_app", "rule", "journey", "broadcast", "api", "system"]

CHANGE_KINDS = frozenset({"reaction", "edit", "revoke"})
"""drawn as lines of their own only when what they change is not here, or not theirs to change"""
PLACEHOLDER_KINDS = frozenset({"unsupported", "unknown"})
MEDIA_KINDS = frozenset({"image", "video", "audio", "document", "sticker"})
ICON_OF_KIND = {
    "image": "image",
    "video": "video",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
    "interactive": "interactive",
    "order": "order",
    "template": "template",
    "unsupported": "unsupported",
    "unknown": "unknown",
    "system": "system",
    "note": "note",
}


@dataclass(frozen=True, slots=True)
class Author:
    """Who spoke. ``id`` is the member's for members, the contact's for contacts."""

    kind: AuthorKind
    name: str = ""
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class GroupView:
    """The group that a conversation is with; ``short_id`` stands in for a subject that nobody has told us."""

    id: UUID
    subject: str
    short_id: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who has written in a group, with their last message there."""

    author: Author
    last: Preview
    message_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """The last message in one line; ``status`` is set when the business spoke last."""

    text: str
    kind: str
    author: Author
    status: str = ""
    deleted_by: DeletedBy = ""
    is_edited: bool = False
    has_wording: bool = True
    """false when it was edited and the new wording has not reached us"""
    answers: tuple[str, ...] | None = None
    """what a form was answered, question by question; None when it is no form"""
    reacted_to: Preview | None = None
    """what a reaction is to, when that is here"""

    @property
    def icon(self) -> str:
        return "deleted" if self.deleted_by else ICON_OF_KIND.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class TagView:
    """A tag as it is drawn; ``tone`` is one of the tones that avatars have."""

    id: UUID
    name: str
    tone: int
    description: str = ""


@dataclass(frozen=True, slots=True)
class PromiseView:
    """By when an answer is promised."""

    state: Literal["running", "warned", "breached", "paused"]
    level: str
    warn_at: datetime | None
    due_at: datetime | None
    is_batch: bool


@dataclass(frozen=True, slots=True)
class ConversationRow:
    id: UUID
    contact_id: UUID | None
    """None in a group"""
    name: str
    """the person's, or the group's subject as far as it is known"""
    channel: str
    inbox_id: UUID
    inbox_name: str
    status: str
    unread_count: int
    last_at: datetime | None
    waiting_since: datetime | None
    window_closes_at: datetime | None
    assignee: Author | None = None
    preview: Preview | None = None
    tags: tuple[TagView, ...] = ()
    person_id: UUID | None = None
    """None in a group"""
    address: str = ""
    """the contact's number: which of a person's it is"""
    group: GroupView | None = None
    is_unreadable: bool = False
    """what is stored cannot be shown: only what it takes to open the conversation is set"""
    snoozed_until: datetime | None = None
    priority: str = "normal"
    team_id: UUID | None = None
    team_name: str = ""
    promise: PromiseView | None = None

    @property
    def is_pressing(self) -> bool:
        return self.priority in {"high", "urgent"}


@dataclass(frozen=True, slots=True)
class StatusMoment:
    """When a message reached a state."""

    status: str
    at: datetime
    person: str = ""
    """at whom, in a group"""


@dataclass(frozen=True, slots=True)
class ErrorView:
    """Why a message did not go out, as the provider said it; ``channel`` explains the code.

    ``word`` is a reason of our own, with ``code`` 0; ``waited_for`` is what had kept the message back until then.
    """

    channel: str
    code: int
    title: str
    details: str
    word: str = ""
    waited_for: ErrorView | None = None


@dataclass(frozen=True, slots=True)
class WaitView:
    """Why a message has not left yet, and for how long it may wait."""

    reason: ErrorView
    is_behind_another: bool
    since: datetime
    next_try_at: datetime | None
    until: datetime | None


@dataclass(frozen=True, slots=True)
class MediaView:
    """One file of a message, in whatever state its fetching is."""

    id: UUID
    kind: str
    state: str
    mime_type: str
    filename: str
    byte_count: int | None
    is_voice: bool
    has_thumbnail: bool
    width: int | None = None
    height: int | None = None
    created_at: datetime | None = None
    error: str = ""
    is_preview_due: bool = False

    @property
    def is_ready(self) -> bool:
        return self.state == "ready"

    @property
    def can_be_shown(self) -> bool:
        return self.has_thumbnail or self.is_preview_due

    @property
    def is_on_its_way(self) -> bool:
        return self.state in {"waiting", "fetching"}

    @property
    def can_be_retried(self) -> bool:
        return self.state == "failed"


@dataclass(frozen=True, slots=True)
class QuoteView:
    """The message that this one answers; ``message_id`` is None when we never had it."""

    message_id: UUID | None
    author: Author | None
    kind: str
    text: str
    deleted_by: DeletedBy = ""

    @property
    def icon(self) -> str:
        return ICON_OF_KIND.get(self.kind, "")


@dataclass(frozen=True, slots=True)
class ReactionView:
    emoji: str
    author: Author


@dataclass(frozen=True, slots=True)
class EarlierText:
    text: str
    at: datetime


Protection = Literal["", "open", "hidden"]
"""of a message with sensitive words: whether whoever looks reads them"""


@dataclass(frozen=True, slots=True)
class MessageView:
    id: UUID
    conversation_id: UUID
    direction: Literal["in", "out"]
    kind: str
    at: datetime
    author: Author
    channel_name: str
    """as people call the channel"""
    text: str = ""
    status: str = "received"
    moments: tuple[StatusMoment, ...] = ()
    error: ErrorView | None = None
    media: MediaView | None = None
    ad_picture: MediaView | None = None
    """of the advertisement that the contact came from"""
    quote: QuoteView | None = None
    reactions: tuple[ReactionView, ...] = ()
    earlier: tuple[EarlierText, ...] = ()
    is_edited: bool = False
    """edited, though the new wording may not have reached us"""
    deleted_by: DeletedBy = ""
    cut_characters: int = 0
    """of a very long text, which are not drawn"""
    arrived_late: bool = False
    has_provider_id: bool = False
    source: str = "live"
    wait: WaitView | None = None
    content: MessageContent = field(default_factory=MessageContent)
    outgoing: OutgoingContent | None = None
    contact_id: UUID | None = None
    is_in_group: bool = False
    protection: Protection = ""

    @property
    def names_author(self) -> bool:
        return self.direction == "out" or self.is_in_group

    @property
    def own_reaction(self) -> str:
        """What our side reacted with last; nothing when we did not, or took it back."""
        return next((each.emoji for each in self.reactions if each.author.kind != "contact"), "")

    @property
    def item(self) -> str:
        return "system" if self.kind == "system" else "message"

    @property
    def position(self) -> str:
        """Sorts as text like the thread: by time, then by id."""
        return position_of(self.at, self.id)

    @property
    def shape(self) -> str:
        if self.kind in {"image", "video", "sticker", "document", "audio"}:
            return "media" if self.media else "missing_content"
        if self.kind in PLACEHOLDER_KINDS:
            return "unsupported"
        if self.kind == "interactive" and self.direction == "out" and self.interactive:
            return "interactive"
        if self.kind == "template" and self.template:
            return "template"
        if self.kind in CHANGE_KINDS:
            return "change"
        if self.choice:
            return "call_permission" if self.choice.kind == "call_permission" else "choice"
        if (self.kind == "contacts" and not self.cards) or (self.kind == "order" and not self.content.order):
            return "missing_content"
        return self.kind if self.kind in {"location", "contacts", "order"} else "text"

    @property
    def interactive(self) -> OutgoingInteractive | None:
        return self.outgoing if isinstance(self.outgoing, OutgoingInteractive) else None

    @property
    def template(self) -> OutgoingTemplate | None:
        return self.outgoing if isinstance(self.outgoing, OutgoingTemplate) else None

    @property
    def choice(self) -> Choice | None:
        choice = self.content.choice
        return choice if choice and (choice.description or choice.data is not None or not self.text) else None

    @property
    def location(self) -> Location | OutgoingLocation:
        place = self.outgoing if isinstance(self.outgoing, OutgoingLocation) else self.content.location
        return place or Location(name=self.text)

    @property
    def quote_tells(self) -> bool:
        return self.quote is not None and (self.quote.message_id is not None or not self.content.product)

    @property
    def cards(self) -> Sequence[ContactCard]:
        return self.outgoing.cards if isinstance(self.outgoing, OutgoingContacts) else self.content.cards

    @property
    def raw_kind(self) -> str:
        return self.content.unsupported.raw_kind if self.content.unsupported else ""

    @property
    def is_placeholder(self) -> bool:
        return self.shape in {"unsupported", "missing_content", "change"}

    @property
    def needs_decision(self) -> bool:
        """It may or may not have gone out, and only a person can say what to do."""
        return self.direction == "out" and self.status == "unknown"

    @property
    def has_failed(self) -> bool:
        return self.direction == "out" and self.status == "failed"

    @property
    def says_nothing_visible(self) -> bool:
        return is_invisible(self.text)

    @property
    def direction_at_end(self) -> str:
        """The time stands at the end of that line."""
        return direction_at_end(self.text)

    @property
    def is_emoji_only(self) -> bool:
        """Up to three emoji and nothing else are shown large."""
        stripped = self.text.strip()
        return 0 < len(stripped) <= 12 and all(_is_emoji_part(letter) for letter in stripped)


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note in the thread, for members only."""

    id: UUID
    conversation_id: UUID
    author: Author
    text: str
    at: datetime
    named: tuple[str, ...] = ()
    """whom it names, as they stand in the text"""
    is_withdrawn: bool = False
    earlier: tuple[EarlierText, ...] = ()
    """what it said before it was edited"""

    item: str = "note"

    @property
    def direction_at_end(self) -> str:
        return direction_at_end(self.text)

    @property
    def position(self) -> str:
        return position_of(self.at, self.id)


@dataclass(frozen=True, slots=True)
class ActivityView:
    id: UUID
    conversation_id: UUID
    kind: str
    actor_name: str
    facts: dict[str, object]
    at: datetime

    item: str = "activity"

    @property
    def until(self) -> datetime | None:
        """Until when a conversation was snoozed."""
        written = self.facts.get("until")
        return datetime.fromisoformat(written) if isinstance(written, str) else None

    @property
    def position(self) -> str:
        return position_of(self.at, self.id)


@dataclass(frozen=True, slots=True)
class UnreadableView:
    """A line of the thread that cannot be shown; it keeps its place and its id."""

    id: UUID
    conversation_id: UUID
    what: Literal["message", "note", "activity"]
    at: datetime
    direction: Literal["in", "out"] = "in"

    item: str = "unreadable"

    @property
    def position(self) -> str:
        return position_of(self.at, self.id)


@dataclass(frozen=True, slots=True)
class TakenBackView:
    """A message of ours that its writer took back before it left: open screens take it away."""

    id: UUID
    conversation_id: UUID
    at: datetime

    item: str = "taken_back"

    @property
    def position(self) -> str:
        return position_of(self.at, self.id)


ThreadItem = MessageView | NoteView | ActivityView | UnreadableView | TakenBackView


def position_of(at: datetime, item_id: UUID) -> str:
    return f"{at.astimezone(UTC):%Y%m%d%H%M%S%f}-{item_id}"


def _is_emoji_part(letter: str) -> bool:
    code = ord(letter)
    return (
        code in {0x200D, 0xFE0F, 0x20E3}
        or 0x1F000 <= code <= 0x1FAFF
        or 0x2600 <= code <= 0x27BF
        or 0x2B05 <= code <= 0x2B55
    )
