"""Message templates as we show and fill them in, whatever form a platform lists them in.

Values go by key: ``header.<variable>``, ``body.<variable>``, ``header.media``, ``button.<index>`` and
``offer.expires``, where the variable is ``1``, ``2`` … or a name; those of a carousel's cards begin with
``card.<index>.``. ``Template.variables`` lists them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from regulars.inboxes.ports.outgoing import OutgoingLocation, OutgoingMedia
from regulars.inboxes.ports.people import Neutral
from regulars.kernel.telling import told

HeaderKind = Literal["", "text", "image", "video", "document", "location"]
VariableKind = Literal[
    "text", "code", "image", "video", "document", "location", "url", "coupon_code", "payload", "moment"
]
FilledValue = str | OutgoingMedia | OutgoingLocation | datetime
"""what a variable of a message template may be filled with"""
Value = FilledValue
Values = Mapping[str, Value]

MEDIA_KEY = "header.media"
OFFER_KEY = "offer.expires"


class TemplateVariable(Neutral, kw_only=True):
    """A place to fill in. Optional ones have a default at the platform (a button's payload)."""

    key: str
    kind: VariableKind
    sample: str = ""
    is_optional: bool = False
    address: str = ""
    """of a link: what stands in front of its ending"""


class TemplateButton(Neutral, kw_only=True):
    """A button; ``kind`` is the platform's word in lower case (quick_reply, url, phone_number, copy_code, …)."""

    kind: Annotated[str, told("The platform's word in lower case.", "url")]
    text: Annotated[str, told("What stands on it.", "Track it")]
    url: Annotated[
        str, told("Where a link leads; `{{1}}` stands for its ending.", "https://example.com/{{1}}")
    ] = ""
    phone: Annotated[str, told("Whom a call button calls.", "+12025550199")] = ""


class TemplateParts(Neutral, kw_only=True):
    """What a template, or a card of its carousel, consists of before anything is filled in."""

    header_kind: HeaderKind = ""
    header: str = ""
    body: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()


class Template(TemplateParts, kw_only=True):
    """One template in one language. ``unsupported`` names the parts that we cannot fill in, if any."""

    provider_id: str
    name: str
    language: str
    category: str = ""
    status: str = ""
    quality: str = ""
    is_named: bool = False
    offer: str = ""
    """the line of a limited-time offer"""
    cards: tuple[TemplateParts, ...] = ()
    variables: tuple[TemplateVariable, ...] = ()
    unsupported: tuple[str, ...] = ()

    @property
    def is_sendable(self) -> bool:
        return self.status.upper() == "APPROVED" and not self.unsupported

    @property
    def samples(self) -> dict[str, Value]:
        return {
            each.key: each.sample
            for each in self.variables
            if each.sample and not each.key.endswith(MEDIA_KEY)
        }


class RenderedTemplate(Neutral, kw_only=True):
    """What the customer sees. Open variables stay as ``{{1}}``."""

    header_kind: HeaderKind = ""
    header: str = ""
    media: OutgoingMedia | None = None
    location: OutgoingLocation | None = None
    offer: str = ""
    offer_expires_at: datetime | None = None
    body: str = ""
    footer: str = ""
    buttons: tuple[TemplateButton, ...] = ()
    cards: tuple[RenderedTemplate, ...] = ()


class Place(NamedTuple):
    """Where a variable stands: which card of the carousel (None: outside of it), which part, and its name there."""

    card: int | None
    part: str
    name: str


def place_of(key: str) -> Place:
    """Take a variable's key apart: ``card.0.body.first_name`` → (0, body, first_name)."""
    card = None
    if key.startswith("card."):
        _word, index, key = key.split(".", 2)
        card = int(index)
    part, _dot, name = key.partition(".")
    return Place(card, part, name)
