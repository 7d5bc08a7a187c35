"""What is known of postcards: they are short, take no files, and may be written at any time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from regulars.inboxes.ports import (
    FileLimit,
    FilledTemplate,
    FilledValue,
    LimitProblem,
    Offer,
    OutgoingContent,
    OutgoingText,
    PersonPace,
    PictureAdvice,
    RenderedTemplate,
    Template,
    WrittenPhone,
)
from regulars.inboxes.ports.templates import Values

MOVED = 7
LONGEST_CARD = 80


class PostcardFacts:
    """Implements ``inboxes.ports.ChannelProfile``."""

    kind: ClassVar[str] = "postcards"
    name: ClassVar[str] = "Postcards"
    template_editor: ClassVar[str] = ""
    reply_window: ClassVar[timedelta | None] = None
    longest_text: ClassVar[int] = LONGEST_CARD
    person_pace: ClassVar[PersonPace | None] = None
    recipient_kinds: ClassVar[Sequence[str]] = ("line_user",)
    part_limits: ClassVar[Mapping[str, int]] = {}
    file_limits: ClassVar[Mapping[str, FileLimit]] = {}
    picture_advice: ClassVar[PictureAdvice | None] = None

    def check(self, content: OutgoingContent) -> Sequence[LimitProblem]:
        if not isinstance(content, OutgoingText):
            return [LimitProblem(field="kind", code="not_allowed")]
        length = len(content.body)
        if length > LONGEST_CARD:
            return [LimitProblem(field="body", code="too_long", limit=LONGEST_CARD, actual=length)]
        return []

    def fits_groups(self, content: OutgoingContent, template_category: str) -> bool:
        return False

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
        return [LimitProblem(field="kind", code="not_allowed")]

    def kind_of_file(self, mime_type: str) -> str:
        return "document"

    def knows_code(self, code: int) -> bool:
        return code == MOVED

    def explain(self, code: int) -> Mapping[str, str]:
        title = "Moved away" if code == MOVED else "Lost in the post"
        return {"title": title, "explanation": "The card came back.", "advice": "Ask for the new address."}

    def offer_after(self, code: int) -> Offer:
        return "again"

    def read_phone(self, written: str) -> WrittenPhone | None:
        return None

    def read_template(self, listed: Mapping[str, Any]) -> Template:
        raise NotImplementedError("there are no templates for postcards")

    def render_template(self, template: Template, values: Values) -> RenderedTemplate:
        raise NotImplementedError("there are no templates for postcards")

    def fill_template(
        self, listed: Mapping[str, Any], values: Mapping[str, FilledValue], at: datetime
    ) -> FilledTemplate:
        raise NotImplementedError("there are no templates for postcards")
