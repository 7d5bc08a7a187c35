"""What guardrails and screens need to know about WhatsApp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import ClassVar

from regulars.channels.whatsapp import errors, limits
from regulars.inboxes.ports import (
    LimitProblem,
    Offer,
    OutgoingContent,
    OutgoingMedia,
    OutgoingTemplate,
    OutgoingText,
)


class WhatsAppFacts:
    """Implements ``inboxes.ports.ChannelFacts``."""

    kind: ClassVar[str] = "whatsapp"
    reply_window: ClassVar[timedelta | None] = timedelta(hours=24)

    def check(self, content: OutgoingContent) -> Sequence[LimitProblem]:
        return limits.check(content)

    def fits_groups(self, content: OutgoingContent, template_category: str) -> bool:
        """Text, media and templates without one-time codes (Groups API, "Send group messages", 2026-06)."""
        if isinstance(content, OutgoingTemplate):
            return template_category != "AUTHENTICATION"
        return isinstance(content, OutgoingText | OutgoingMedia)

    def explain(self, code: int) -> Mapping[str, str]:
        return errors.explain(code)

    def offer_after(self, code: int) -> Offer:
        return errors.offer_after(code)


FACTS = WhatsAppFacts()
