"""Words and figures of the administration's pages. Load with ``{% load administration %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.contacts.numbers import shown_words
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ledger import Inbound, Ledger, Outbound
from regulars.inboxes.models import Connection, Inbox
from regulars.web.administration.reasons import (
    delivery_error,
    notice_kind,
    reaction_purpose,
    reason_sentence,
)
from regulars.web.inbox.errors import Explanation, explanation_of
from regulars.web.inbox.view_models import ErrorView
from regulars.web.roles import role_description, role_word

register = template.Library()
register.filter("role_word", role_word)
register.filter("role_description", role_description)
register.filter("delivery_error_sentence", delivery_error)
register.filter("reaction_words", reaction_purpose)
register.filter("notice_words", notice_kind)
register.filter("platform_words", shown_words)


@register.filter
def problem_of(troubled: Connection | Inbox, channel: str) -> Explanation:
    error = ErrorView(channel, troubled.problem_code or 0, troubled.problem, "")
    return explanation_of(error)


@register.filter
def channel_name(kind: str) -> str:
    return facts_of(kind).name


@register.filter
def figure(count: int) -> str:
    return number_format(count, use_l10n=True, force_grouping=True)


@register.filter
def quick_reply_field(name: str) -> str:
    """What of a reply changes, in words; ``name``: a field of ``ReplyDraft``."""
    return {
        "shortcut": _("Shortcut"),
        "name": _("Name"),
        "wordings": _("Text"),
        "folder": _("Folder"),
        "audience": _("For whom"),
        "team_ids": _("Which teams"),
        "media_ids": _("Files"),
    }.get(name, name)


@register.filter
def messaging_limit_words(told: str) -> str:
    limit = told.upper().removeprefix("TIER_")
    if limit == "UNLIMITED":
        return _("No limit")
    digits, thousands = limit.removesuffix("K"), limit.endswith("K")
    if not (digits.isascii() and digits.isdigit()):
        return told
    people = figure(int(digits) * (1_000 if thousands else 1))
    return _("%(people)s people in 24 hours") % {"people": people}


@register.filter
def total(reasons: dict[str, int]) -> int:
    return sum(reasons.values())


@register.inclusion_tag("administration/_sum.html")
def inbound_sum(inbound: Inbound) -> dict[str, Any]:
    return {
        "whole_name": _("Received"),
        "whole": inbound.received,
        "terms": [
            {"name": _("Stored"), "count": inbound.stored},
            {"name": _("Duplicate"), "count": inbound.duplicate},
            {"name": _("Rejected"), "count": total(inbound.rejected)},
            {"name": _("Pending"), "count": inbound.pending},
        ],
        "adds_up": inbound.adds_up,
    }


@register.inclusion_tag("administration/_sum.html")
def outbound_sum(outbound: Outbound) -> dict[str, Any]:
    return {
        "whole_name": _("Intended"),
        "whole": outbound.intended,
        "terms": [
            {"name": _("Accepted"), "count": outbound.accepted},
            {"name": _("Refused"), "count": total(outbound.refused)},
            {"name": _("Unknown"), "count": outbound.unknown},
            {"name": _("Pending"), "count": outbound.pending},
        ],
        "adds_up": outbound.adds_up,
    }


@register.inclusion_tag("administration/_ledger_line.html")
def ledger_line(name: str, ledger: Ledger) -> dict[str, Any]:
    return {"name": name, "ledger": ledger}


@register.inclusion_tag("administration/_reasons.html")
def reasons(counts: dict[str, int]) -> dict[str, Any]:
    ranked = sorted(counts.items(), key=lambda pair: -pair[1])
    return {"reasons": [(reason_sentence(reason), count) for reason, count in ranked]}


@register.filter
def template_status_word(status: str) -> str:
    return {
        "APPROVED": pgettext("template status", "Approved"),
        "PENDING": pgettext("template status", "In review"),
        "REJECTED": pgettext("template status", "Rejected"),
        "PAUSED": pgettext("template status", "Paused"),
        "DISABLED": pgettext("template status", "Disabled"),
        "IN_APPEAL": pgettext("template status", "In appeal"),
        "FLAGGED": pgettext("template status", "Flagged"),
        "ARCHIVED": pgettext("template status", "Archived"),
        "PENDING_DELETION": pgettext("template status", "Being deleted"),
    }.get(status.upper(), status)


@register.filter
def template_reason_words(reason: str) -> str:
    return {
        "ABUSIVE_CONTENT": _("The content is abusive or threatening"),
        "INCORRECT_CATEGORY": _("The category does not fit the content"),
        "INVALID_FORMAT": _("The form is wrong, for instance a variable or a link"),
        "PROMOTIONAL": _("Promotion of a kind that Meta does not allow"),
        "SCAM": _("It looks like a scam"),
        "TAG_CONTENT_MISMATCH": _("The language or the category does not match the content"),
    }.get(reason.upper(), reason)


@register.filter
def quality_word(quality: str) -> str:
    """Meta's colors as its own manager calls them; a color alone says nothing."""
    return {
        "GREEN": pgettext("quality", "High"),
        "YELLOW": pgettext("quality", "Medium"),
        "RED": pgettext("quality", "Low"),
        "UNKNOWN": pgettext("quality", "Not rated yet"),
    }.get(quality.upper(), quality)


@register.filter
def quality_class(quality: str) -> str:
    return {"GREEN": "good", "YELLOW": "warn", "RED": "bad"}.get(quality.upper(), "")


@register.filter
def template_status_class(status: str) -> str:
    return {
        "APPROVED": "good",
        "REJECTED": "bad",
        "DISABLED": "bad",
        "PAUSED": "warn",
        "FLAGGED": "warn",
    }.get(status.upper(), "")
