"""What guardrails and screens need to know about WhatsApp."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from regulars.channels.whatsapp import errors, limits, templates
from regulars.inboxes.ports import (
    FilledTemplate,
    FilledValue,
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
    longest_text: ClassVar[int] = limits.TEXT_LIMIT

    def check(self, content: OutgoingContent) -> Sequence[LimitProblem]:
        return limits.check(content)

    def fits_groups(self, content: OutgoingContent, template_category: str) -> bool:
        """Text, media and templates without one-time codes (Groups API, "Send group messages", 2026-06)."""
        if isinstance(content, OutgoingTemplate):
            return template_category != "AUTHENTICATION"
        return isinstance(content, OutgoingText | OutgoingMedia)

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
        return limits.check_media_file(
            cast("limits.MediaKind", kind),
            mime_type,
            byte_count,
            is_animated=is_animated,
            traits=traits,
            is_voice=is_voice,
        )

    def fill_template(
        self, listed: Mapping[str, Any], values: Mapping[str, FilledValue], at: datetime
    ) -> FilledTemplate:
        template = templates.parse_template(listed)
        problems = tuple(templates.validate(template, values, at))
        content = None if problems else templates.build_outgoing(template, values)
        return FilledTemplate(
            content=content,
            category=template.category,
            status=template.status,
            is_usable=template.is_sendable,
            unsupported=template.unsupported,
            problems=problems,
        )

    def explain(self, code: int) -> Mapping[str, str]:
        return errors.explain(code)

    def offer_after(self, code: int) -> Offer:
        return errors.offer_after(code)


FACTS = WhatsAppFacts()
