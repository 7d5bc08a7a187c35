"""What must hold before a message may leave: checked when it is queued and again when it leaves.

Never an attempt that the platform must refuse (GD-2). A refusal is a :class:`Refusal` with a stable code (the
REST problem type, the ledger's reason) and what would be allowed instead. ``leaving.py`` decides; here are the words.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.conversations.leaving import (
    BLOCKED,
    GROUP_AUTOMATION_OFF,
    LIMIT_EXCEEDED,
    NO_LONGER_USEFUL,
    NOT_FOR_GROUPS,
    OPTED_OUT,
    PAUSED,
    PROMOTION_IN_GROUP,
    STOPPED,
    TAKEN_BACK,
    VALUES_MISSING,
    WINDOW_CLOSED,
    Circumstances,
    Refusal,
    check_group,
    check_leaving,
    check_limits,
    limits_broken,
    useful_until,
    values_refused,
)
from regulars.kernel.errors import ProductError

__all__ = [
    "BLOCKED",
    "LIMIT_EXCEEDED",
    "NO_LONGER_USEFUL",
    "PAUSED",
    "STOPPED",
    "TAKEN_BACK",
    "VALUES_MISSING",
    "WINDOW_CLOSED",
    "WORDS",
    "Circumstances",
    "GuardrailRefused",
    "Refusal",
    "check_group",
    "check_leaving",
    "check_limits",
    "limits_broken",
    "useful_until",
    "values_refused",
    "words_of",
]

Words = tuple[str | Promise, str | Promise]
"""title and explanation"""

WORDS: Mapping[str, Words] = {
    WINDOW_CLOSED: (
        _("The reply window is closed"),
        _("Free text is allowed only for a time after the contact's last message. Send a message template."),
    ),
    NO_LONGER_USEFUL: (
        _("It waited too long"),
        _("It waited so long that it would no longer have been useful, so it was not sent."),
    ),
    STOPPED: (_("Stopped"), _("A colleague stopped it before it was sent.")),
    TAKEN_BACK: (_("Taken back"), _("Whoever wrote it took it back before it was sent.")),
    BLOCKED: (_("The contact is blocked"), _("Lift the block first, then write.")),
}
"""of what also ends a message after it was queued; kept with it by code, read in any language"""

_AT_ONCE: Mapping[str, Words] = {
    LIMIT_EXCEEDED: (
        _("The message breaks a limit of the channel"),
        _("Shorten or change the parts that are named"),
    ),
    VALUES_MISSING: (_("The template is not filled in"), _("Fill in the places that are named")),
    NOT_FOR_GROUPS: (
        _("This kind of message cannot go to a group"),
        _("Send text, a file or a message template, or write to one person."),
    ),
    GROUP_AUTOMATION_OFF: (_("Automatic messages are off in this group"), _("People can still write here.")),
    PAUSED: (_("This number is paused"), ""),
    PROMOTION_IN_GROUP: (
        _("Promotions never go to groups"),
        _("Nobody in a group can consent for the others. Send a utility template, or write to one person."),
    ),
    OPTED_OUT: (
        _("The contact does not want such messages"),
        _("They opted out of marketing. Answer when they write, or send a utility template."),
    ),
}
"""of what is refused before anything is queued"""


def words_of(refusal: Refusal) -> Words:
    title, explanation = (WORDS if refusal.code in WORDS else _AT_ONCE)[refusal.code]
    return title, refusal.reason or explanation


class GuardrailRefused(ProductError):
    """A guardrail said no; ``code`` and ``allowed`` tell which and what would be possible."""

    status = HTTPStatus.CONFLICT

    def __init__(self, refusal: Refusal) -> None:
        title, explanation = words_of(refusal)
        super().__init__(explanation, **refusal.facts)
        self.code = refusal.code
        self.title = title
        self.refusal = refusal
