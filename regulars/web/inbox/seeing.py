"""What a member had on the screen when they decided: screens say it with what they post."""

from __future__ import annotations

from regulars.conversations.operations.seeing import Seen
from regulars.kernel.ids import parse_id
from regulars.web.doors import MemberRequest


def seen_in(request: MemberRequest) -> Seen | None:
    """``seen`` of the form: an id, or empty for none; None when the screen does not say."""
    return Seen(parse_id(request.POST["seen"])) if "seen" in request.POST else None
