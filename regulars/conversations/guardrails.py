"""What must hold before a message may leave: checked when it is queued and again when it leaves.

Never an attempt that the platform must refuse (GD-2). A refusal is a :class:`Refusal` with a stable code (the
REST problem type, the ledger's reason) and what would be allowed instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.contacts.models import Group
from regulars.conversations.models import Conversation
from regulars.inboxes.ports import ChannelFacts, LimitProblem, OutgoingContent, OutgoingTemplate
from regulars.kernel.errors import ProductError
from regulars.workspaces.access import Actor

LIMIT_EXCEEDED = "limit-exceeded"
WINDOW_CLOSED = "reply-window-closed"
NO_LONGER_USEFUL = "no-longer-useful"
STOPPED = "stopped"

WORDS: Mapping[str, tuple[Promise, Promise]] = {
    WINDOW_CLOSED: (
        _("The reply window is closed"),
        _(
            "WhatsApp allows free text for 24 hours after the contact's last message. Send a message template."
        ),
    ),
    NO_LONGER_USEFUL: (
        _("It waited too long"),
        _("It could not leave for so long that it is of no use any more, so it was not sent."),
    ),
    STOPPED: (_("Stopped"), _("Somebody of the team stopped it before it left.")),
}
"""title and explanation of what also ends a message after it was queued; kept with it by code, read in any language"""

USEFUL_FOR: Mapping[str, timedelta] = {"AUTHENTICATION": timedelta(minutes=10)}
"""how long a template of a category (the platform's word) is of use: a sign-in code's life, else a day"""
TEMPLATE_USEFUL_FOR = timedelta(hours=24)


def useful_until(content: OutgoingContent, category: str, at: datetime) -> datetime | None:
    """When nobody wants it any more what is queued at a moment; None: as long as the reply window is open."""
    if not isinstance(content, OutgoingTemplate):
        return None
    return at + USEFUL_FOR.get(category.upper(), TEMPLATE_USEFUL_FOR)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a message may not leave: ``code``, a sentence, and facts for the caller."""

    code: str
    title: str | Promise
    detail: str | Promise
    facts: dict[str, object] = field(default_factory=dict)


class GuardrailRefused(ProductError):
    """A guardrail said no; ``code`` and ``allowed`` tell which and what would be possible."""

    status = HTTPStatus.CONFLICT

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail, **refusal.facts)
        self.code = refusal.code
        self.title = refusal.title
        self.refusal = refusal


def check_limits(content: OutgoingContent, channel: ChannelFacts) -> Refusal | None:
    """The channel's own limits, named."""
    problems = channel.check(content)
    return limits_broken(problems) if problems else None


def limits_broken(problems: Sequence[LimitProblem]) -> Refusal:
    """The refusal that names every broken limit."""
    return Refusal(
        LIMIT_EXCEEDED,
        _("The message breaks a limit of the channel"),
        _("Shorten or change the parts that are named"),
        {"problems": problems},
    )


def check_group(
    group: Group | None,
    content: OutgoingContent,
    channel: ChannelFacts,
    *,
    template_category: str,
    by: Actor,
) -> Refusal | None:
    """What may not be said where several people read; None when it is no group, or may."""
    if group is None:
        return None
    if not channel.fits_groups(content, template_category):
        return Refusal(
            "not-for-groups",
            _("This kind of message cannot go to a group"),
            _("Send text, a file or a message template, or write to one person."),
            {"allowed": ["text", "media", "template"]},
        )
    if by.kind == "system" and not group.allows_automation:
        return Refusal(
            "group-automation-off",
            _("Automatic messages are off in this group"),
            _("A person may write here."),
            {"allowed": []},
        )
    return None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides, beside the content, whether a message may leave: a pause, until when it makes sense, group or not.

    A problem at the platform forbids nothing: the message waits for its end (``inboxes.problems``).
    """

    inbox_paused: str
    window_closes_at: datetime | None
    useful_until: datetime | None = None
    is_group: bool = False

    @classmethod
    def of(cls, conversation: Conversation) -> Circumstances:
        """Those of a conversation as it is now."""
        return cls(
            conversation.inbox.paused_reason,
            conversation.window_closes_at,
            is_group=conversation.group_id is not None,
        )


def check_leaving(
    circumstances: Circumstances, content: OutgoingContent, *, at: datetime, is_unwanted: bool = False
) -> Refusal | None:
    """Window, usefulness, pause and consent at a moment; None when the message may leave.

    ``is_unwanted``: it is a promotion, and the contact opted out of these, or it would go to a group.
    """
    if circumstances.inbox_paused:
        return Refusal(
            "inbox-paused", _("This number is paused"), circumstances.inbox_paused, {"allowed": []}
        )
    if is_unwanted and isinstance(content, OutgoingTemplate):
        if circumstances.is_group:
            return Refusal(
                "promotion-in-group",
                _("Promotions never go to groups"),
                _(
                    "Nobody in a group can consent for the others. Send a utility template, or write to one person."
                ),
                {"allowed": ["utility template"]},
            )
        return Refusal(
            "opted-out",
            _("The contact does not want such messages"),
            _("They opted out of marketing. Answer when they write, or send a utility template."),
            {"allowed": ["utility template"]},
        )
    if circumstances.useful_until is not None and at >= circumstances.useful_until:
        return Refusal(NO_LONGER_USEFUL, *WORDS[NO_LONGER_USEFUL], {"allowed": ["template"]})
    closed = circumstances.window_closes_at
    if isinstance(content, OutgoingTemplate) or (closed is not None and at < closed):
        return None
    return Refusal(
        WINDOW_CLOSED,
        *WORDS[WINDOW_CLOSED],
        {"allowed": ["template"], "closed_at": closed.isoformat() if closed else None},
    )
