"""Sending: one message ready to leave, what became of it, and what a channel knows about itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from regulars.inboxes.ports.contents import ProviderError
from regulars.inboxes.ports.outgoing import OutgoingContent, OutgoingTemplate
from regulars.inboxes.ports.people import Identity, Neutral, WrittenPhone
from regulars.inboxes.ports.templates import FilledValue, RenderedTemplate, Template, Values

Pauses = Literal["message", "contact", "number", "connection"]
"""how far a delay reaches"""
Offer = Literal["again", "template", "nothing"]
"""after a failure: the same once more (or a template), a template only, or nothing, where each try does harm"""


class PersonPace(NamedTuple):
    """How fast one person may be written to: a message per ``seconds``, and up to ``burst`` ahead of that."""

    seconds: float
    burst: int


class FileLimit(NamedTuple):
    """What a kind of media accepts: MIME types without parameters (empty: any), and bytes."""

    mime_types: tuple[str, ...]
    max_bytes: int


class PictureAdvice(NamedTuple):
    """What is enough for a picture on a phone: what is more is offered smaller before it is uploaded."""

    max_bytes: int
    long_side: int
    short_side: int
    """pixels"""


class LimitProblem(Neutral):
    """Why a content would be refused, found before sending. ``limit`` is the number, when there is one."""

    field: str
    code: str
    """e.g. too_long, too_many, missing, duplicate, not_allowed"""
    limit: int | None = None
    actual: int | None = None
    found: str = ""
    """what stands there, when that is no number: a type, a codec, a way to store colors"""


class ToSend(Neutral):
    """One message ready to leave; ``callback_data`` is our message id, echoed in every status."""

    message_id: str
    address: str
    recipient: Identity | None
    """who gets it; None when it goes to a group"""
    content: OutgoingContent
    callback_data: str
    reply_to_provider_id: str | None = None
    group_id: str | None = None
    """the provider's id of the group it goes to; else None"""
    attempt: int = 1
    """which try this is; delays grow with it"""


class Accepted(Neutral):
    """The provider took the message. Not yet sent: statuses tell."""

    provider_id: str
    held: bool = False
    recipient: tuple[Identity, ...] = ()


class Refused(Neutral):
    """The provider certainly did not send it and will not."""

    error: ProviderError


class Deferred(Neutral):
    """The provider certainly did not send it; trying again may help after ``wait``.

    It waits for as long as it is of use. ``is_counted``: a transient refusal of this very message, which is tried
    only so often.
    """

    error: ProviderError
    wait: timedelta
    pauses: Pauses = "message"
    """what else would be held up for the same reason"""
    longest_wait: timedelta = timedelta(minutes=1)
    """up to which the waits of a number or connection grow while the reason lasts"""
    is_counted: bool = False
    may_be_its_own: bool = False
    """the provider names the account as the reason, but may mean this message: then only this one meets it again"""


class Uncertain(Neutral):
    """It may have gone out; only a status or a person can tell."""

    reason: str
    error: ProviderError | None = None


SendResult = Accepted | Refused | Deferred | Uncertain


class FilledTemplate(Neutral):
    """A message template with its values: ``content`` when they fit, else the ``problems``."""

    content: OutgoingTemplate | None
    category: str
    """as the platform files the template; consent is asked by it"""
    status: str
    """as the platform tells it"""
    is_usable: bool
    """the platform lets it be sent, and we can fill in all of it"""
    unsupported: tuple[str, ...] = ()
    """parts that we cannot fill in"""
    problems: tuple[LimitProblem, ...] = ()


class ChannelFacts(Protocol):
    """Facts about a kind of channel that guardrails and screens need."""

    kind: ClassVar[str]
    name: ClassVar[str]
    """as people call it, for sentences"""
    reply_window: ClassVar[timedelta | None]
    """how long free text is allowed after a contact's message; None where there is no limit"""
    longest_text: ClassVar[int]
    """characters of one text message"""

    def check(self, content: OutgoingContent) -> Sequence[LimitProblem]: ...

    def fits_groups(self, content: OutgoingContent, template_category: str) -> bool:
        """Whether the channel takes such a message for a group; the category is empty unless it is a template."""
        ...

    def check_file(
        self,
        kind: str,
        mime_type: str,
        byte_count: int,
        *,
        is_animated: bool,
        traits: Collection[str],
        is_voice: bool,
    ) -> Sequence[LimitProblem]: ...

    def fill_template(
        self, listed: Mapping[str, Any], values: Mapping[str, FilledValue], at: datetime
    ) -> FilledTemplate:
        """``listed`` as the platform lists it; ``values`` by the keys of its variables."""
        ...

    def explain(self, code: int) -> Mapping[str, str]:
        """``title``, ``explanation`` and ``advice`` of a provider's error code in the active language."""
        ...

    def offer_after(self, code: int) -> Offer: ...


PART_NAMES = ("header", "footer", "button", "list_button", "section", "row", "row_description", "link_label")


class ChannelProfile(ChannelFacts, Protocol):
    """All that may be asked about a kind of channel (``inboxes.channels.facts_of``)."""

    template_editor: ClassVar[str]
    """the place, by its name, where message templates are written; empty where there are none"""
    person_pace: ClassVar[PersonPace | None]
    recipient_kinds: ClassVar[Sequence[str]]
    """the kinds of identity that a message can be sent to, the best first"""
    part_limits: ClassVar[Mapping[str, int]]
    """how many characters the parts of something to tap may have (``PART_NAMES``), for whoever writes them; a part
    that is not named here has no limit"""
    file_limits: ClassVar[Mapping[str, FileLimit]]
    """by kind of media; what is in none of them goes as a document, if the channel takes documents"""
    picture_advice: ClassVar[PictureAdvice | None]

    def knows_code(self, code: int) -> bool: ...

    def read_phone(self, written: str) -> WrittenPhone | None: ...

    def kind_of_file(self, mime_type: str) -> str: ...

    def read_template(self, listed: Mapping[str, Any]) -> Template:
        """``listed`` as the platform lists it; tolerant of whatever is missing."""
        ...

    def render_template(self, template: Template, values: Values) -> RenderedTemplate:
        """Variables without a value stay visible."""
        ...
