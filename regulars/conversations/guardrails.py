"""What must hold before a message may leave: checked when it is queued and again when it leaves.

Never an attempt that the platform must refuse (GD-2). A refusal is a :class:`Refusal` with a stable code (the
REST problem type, the ledger's reason) and what would be allowed instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.conversations.models import Conversation
from regulars.inboxes.ports import ChannelFacts, OutgoingContent, OutgoingTemplate
from regulars.kernel.errors import ProductError


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
    problems: Sequence[object] = channel.check(content)
    if not problems:
        return None
    return Refusal(
        "limit-exceeded",
        _("The message breaks a limit of the channel"),
        _("Shorten or change the parts that are named"),
        {"problems": problems},
    )


def check_leaving(
    conversation: Conversation, content: OutgoingContent, *, at: datetime, opted_out: bool = False
) -> Refusal | None:
    """Window, address, pause and consent at a moment; None when the message may leave."""
    if conversation.inbox.paused_reason:
        return Refusal(
            "inbox-paused", _("This number is paused"), conversation.inbox.paused_reason, {"allowed": []}
        )
    if conversation.inbox.connection.problem:
        return Refusal(
            "connection-paused",
            _("The connection needs attention"),
            conversation.inbox.connection.problem,
            {"allowed": []},
        )
    if opted_out and isinstance(content, OutgoingTemplate):
        return Refusal(
            "opted-out",
            _("The contact does not want such messages"),
            _("They opted out of marketing. Answer when they write, or send a utility template."),
            {"allowed": ["utility template"]},
        )
    if isinstance(content, OutgoingTemplate) or conversation.window_is_open(at):
        return None
    return _window_closed(conversation)


def _window_closed(conversation: Conversation) -> Refusal:
    closed = conversation.window_closes_at
    return Refusal(
        "reply-window-closed",
        _("The reply window is closed"),
        _(
            "WhatsApp allows free text for 24 hours after the contact's last message. Send a message template."
        ),
        {"allowed": ["template"], "closed_at": closed.isoformat() if closed else None},
    )
