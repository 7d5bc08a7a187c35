"""What a member had on the screen when they decided: screens say it with what they post."""

from __future__ import annotations

from regulars.conversations.operations.seeing import Seen
from regulars.kernel.ids import parse_id
from regulars.web.doors import MemberRequest


def unread_in(request: MemberRequest, now: int) -> int:
    """``unread`` of the form: how much was unread in the row that was looked at; else as many as are ``now``."""
    said = request.POST.get("unread", "")
    return min(now, int(said)) if said.isascii() and said.isdigit() and len(said) < 9 else now


def seen_in(request: MemberRequest) -> Seen | None:
    """``seen`` of the form: an id, or empty for none; None when the screen does not say."""
    return Seen(parse_id(request.POST["seen"])) if "seen" in request.POST else None
