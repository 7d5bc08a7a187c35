"""Whether a message may leave: the decisions alone. Pure; what they are called in words stands beside it.

Checked when a message is queued and again when it leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from regulars.inboxes.ports import ChannelFacts, LimitProblem, OutgoingContent, OutgoingTemplate

LIMIT_EXCEEDED = "limit-exceeded"
VALUES_MISSING = "template-values-missing"
WINDOW_CLOSED = "reply-window-closed"
NO_LONGER_USEFUL = "no-longer-useful"
STOPPED = "stopped"
TAKEN_BACK = "taken-back"
PAUSED = "inbox-paused"
OPTED_OUT = "opted-out"
PROMOTION_IN_GROUP = "promotion-in-group"
NOT_FOR_GROUPS = "not-for-groups"
BLOCKED = "contact-blocked"
GROUP_AUTOMATION_OFF = "group-automation-off"

USEFUL_FOR: Mapping[str, timedelta] = {"AUTHENTICATION": timedelta(minutes=10)}
"""how long a template of a category (the platform's word) is of use: a sign-in code's life, else a day"""
TEMPLATE_USEFUL_FOR = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message may not leave: ``code``, the reason somebody wrote down, if any, and facts for the caller."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides, beside the content, whether a message may leave: a pause, until when it makes sense, group or not.

    A problem at the platform forbids nothing: the message waits for its end (``inboxes.problems``).
    """

    inbox_paused: str
    window_closes_at: datetime | None
    useful_until: datetime | None = None
    is_group: bool = False


def useful_until(content: OutgoingContent, category: str, at: datetime) -> datetime | None:
    """When nobody wants it any more what is queued at a moment; None: as long as the reply window is open."""
    if not isinstance(content, OutgoingTemplate):
        return None
    return at + USEFUL_FOR.get(category.upper(), TEMPLATE_USEFUL_FOR)


def check_limits(content: OutgoingContent, channel: ChannelFacts) -> Refusal | None:
    problems = channel.check(content)
    return limits_broken(problems) if problems else None


def limits_broken(problems: Sequence[LimitProblem]) -> Refusal:
    return Refusal(LIMIT_EXCEEDED, {"problems": problems})


def values_refused(problems: Sequence[LimitProblem]) -> Refusal:
    """Of a template: an empty place has a code of its own, for it is filled and not changed."""
    is_open = any(each.code == "missing" for each in problems)
    return Refusal(VALUES_MISSING, {"problems": problems}) if is_open else limits_broken(problems)


def check_group(
    content: OutgoingContent, channel: ChannelFacts, *, template_category: str, may_be_said_here: bool
) -> Refusal | None:
    """``may_be_said_here``: by whoever says it, person or machine."""
    if not channel.fits_groups(content, template_category):
        return Refusal(NOT_FOR_GROUPS, {"allowed": ["text", "media", "template"]})
    return None if may_be_said_here else Refusal(GROUP_AUTOMATION_OFF, {"allowed": []})


def check_leaving(
    circumstances: Circumstances, content: OutgoingContent, *, at: datetime, is_unwanted: bool = False
) -> Refusal | None:
    """Window, usefulness, pause and consent at a moment; None when the message may leave.

    ``is_unwanted``: it is a promotion, and the contact opted out of these, or it would go to a group.
    """
    if circumstances.inbox_paused:
        return Refusal(PAUSED, {"allowed": []}, circumstances.inbox_paused)
    if is_unwanted and isinstance(content, OutgoingTemplate):
        code = PROMOTION_IN_GROUP if circumstances.is_group else OPTED_OUT
        return Refusal(code, {"allowed": ["utility template"]})
    if circumstances.useful_until is not None and at >= circumstances.useful_until:
        return Refusal(NO_LONGER_USEFUL, {"allowed": ["template"]})
    closed = circumstances.window_closes_at
    if isinstance(content, OutgoingTemplate) or (closed is not None and at < closed):
        return None
    return Refusal(
        WINDOW_CLOSED, {"allowed": ["template"], "closed_at": closed.isoformat() if closed else None}
    )
