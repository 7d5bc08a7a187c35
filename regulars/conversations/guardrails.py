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


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides, beside the content, whether a message may leave: pauses, and until when the window is open."""

    inbox_paused: str
    connection_problem: str
    window_closes_at: datetime | None

    @classmethod
    def of(cls, conversation: Conversation) -> Circumstances:
        """Those of a conversation as it is now."""
        inbox = conversation.inbox
        return cls(inbox.paused_reason, inbox.connection.problem, conversation.window_closes_at)


def check_leaving(
    circumstances: Circumstances, content: OutgoingContent, *, at: datetime, opted_out: bool = False
) -> Refusal | None:
    """Window, pause and consent at a moment; None when the message may leave."""
    if circumstances.inbox_paused:
        return Refusal(
            "inbox-paused", _("This number is paused"), circumstances.inbox_paused, {"allowed": []}
        )
    if circumstances.connection_problem:
        return Refusal(
            "connection-paused",
            _("The connection needs attention"),
            circumstances.connection_problem,
            {"allowed": []},
        )
    if opted_out and isinstance(content, OutgoingTemplate):
        return Refusal(
            "opted-out",
            _("The contact does not want such messages"),
            _("They opted out of marketing. Answer when they write, or send a utility template."),
            {"allowed": ["utility template"]},
        )
    closed = circumstances.window_closes_at
    if isinstance(content, OutgoingTemplate) or (closed is not None and at < closed):
        return None
    return Refusal(
        "reply-window-closed",
        _("The reply window is closed"),
        _(
            "WhatsApp allows free text for 24 hours after the contact's last message. Send a message template."
        ),
        {"allowed": ["template"], "closed_at": closed.isoformat() if closed else None},
    )
