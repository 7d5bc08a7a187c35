"""What guardrails and screens need to know about WhatsApp."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, cast

from regulars.channels.whatsapp import error_codes, errors, limits, phones, templates
from regulars.inboxes.ports import (
    FileLimit,
    FilledTemplate,
    FilledValue,
    LimitProblem,
    Offer,
    OutgoingContent,
    OutgoingMedia,
    OutgoingTemplate,
    OutgoingText,
    PersonPace,
    PictureAdvice,
    RenderedTemplate,
    Template,
    WrittenPhone,
)
from regulars.inboxes.ports.outgoing import MediaKind
from regulars.inboxes.ports.templates import Values


class WhatsAppFacts:
    """Implements ``inboxes.ports.ChannelProfile``."""

    kind: ClassVar[str] = "whatsapp"
    name: ClassVar[str] = "WhatsApp"
    template_editor: ClassVar[str] = "WhatsApp Manager"
    reply_window: ClassVar[timedelta | None] = timedelta(hours=24)
    """the customer service window (reference: Cloud API, "Rules that shape the product", 1)"""
    longest_text: ClassVar[int] = limits.TEXT_LIMIT
    person_pace: ClassVar[PersonPace | None] = PersonPace(seconds=6.0, burst=45)
    """reference §10, 5"""
    recipient_kinds: ClassVar[Sequence[str]] = ("phone", "bsuid", "parent_bsuid")
    """the platform's advice"""
    part_limits: ClassVar[Mapping[str, int]] = {
        "header": limits.HEADER_LIMIT,
        "footer": limits.FOOTER_LIMIT,
        "button": limits.BUTTON_TITLE_LIMIT,
        "list_button": limits.BUTTON_TITLE_LIMIT,
        "section": limits.SECTION_TITLE_LIMIT,
        "row": limits.ROW_TITLE_LIMIT,
        "row_description": limits.ROW_DESCRIPTION_LIMIT,
        "link_label": limits.BUTTON_TITLE_LIMIT,
    }
    file_limits: ClassVar[Mapping[str, FileLimit]] = {
        str(kind): limit for kind, limit in limits.MEDIA_LIMITS.items()
    }
    picture_advice: ClassVar[PictureAdvice | None] = PictureAdvice(500_000, 1280, 720)
    """BK-3 of the requirements: phones show no more of it, and it loads at once on a slow line"""

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
            cast("MediaKind", kind),
            mime_type,
            byte_count,
            is_animated=is_animated,
            traits=traits,
            is_voice=is_voice,
        )

    def knows_code(self, code: int) -> bool:
        return error_codes.find_code(code) is not None

    def read_phone(self, written: str) -> WrittenPhone | None:
        return phones.read_phone(written)

    def kind_of_file(self, mime_type: str) -> str:
        return limits.kind_of_type(mime_type)

    def read_template(self, listed: Mapping[str, Any]) -> Template:
        return templates.parse_template(listed)

    def render_template(self, template: Template, values: Values) -> RenderedTemplate:
        return templates.render(template, values)

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
