"""Which message templates stand to choose from: the likeliest first, and why the others cannot be sent now. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from regulars.inboxes.ports import ChannelProfile, Template
from regulars.web.inbox.language_names import language_info

SUGGESTED = 3
NOT_FOR_GROUPS = ("MARKETING", "AUTHENTICATION")
"""promotions and one-time codes are not offered where several people read (the guardrails refuse them)"""


@dataclass(frozen=True)
class Choosable:
    """A template of the account: its row's id, its parts, how often it was sent here, and what stands against it."""

    id: UUID
    template: Template
    channel: ChannelProfile
    reason: str = ""
    """why the platform refused it"""
    uses: int = 0
    is_for_group: bool = False

    @cached_property
    def trouble(self) -> str:
        if self.template.status.upper() != "APPROVED":
            return _status_sentence(self.template.status.upper(), self.channel)
        if self.template.unsupported:
            return _("It has a part that Regulars cannot fill in yet.")
        if self.is_for_group and self.template.category in NOT_FOR_GROUPS:
            return _("Promotions and one-time codes do not go to groups.")
        return ""

    @property
    def language_words(self) -> str:
        """The language as the reader calls it, and as it calls itself: both are searched by."""
        info = language_info(self.template.language)
        return " ".join(dict.fromkeys([info.get("name_translated", ""), info.get("name_local", "")])).strip()

    @property
    def language_name(self) -> str:
        """The language as the reader calls it, else its code."""
        return language_info(self.template.language).get("name_translated") or self.template.language

    @property
    def hidden_words(self) -> str:
        """What it says besides name and body, for the search."""
        template = self.template
        buttons = (button.text for button in template.buttons)
        cards = (card.body for card in template.cards)
        words = (template.language, self.language_words, template.header, template.footer, *buttons, *cards)
        return " ".join(filter(None, words))


def _status_sentence(status: str, channel: ChannelProfile) -> str:
    names = {"channel": channel.name, "editor": channel.template_editor}
    return _status_words(status) % names


def _status_words(status: str) -> str:
    match status:
        case "PAUSED":
            return _(
                "%(channel)s paused it because contacts blocked or reported it. It comes back by itself within hours; "
                "use another one until then."
            )
        case "REJECTED":
            return _("%(channel)s rejected it. Change it in %(editor)s and submit it again.")
        case "PENDING" | "IN_APPEAL":
            return _("%(channel)s is still looking at it. That takes minutes to a day.")
        case "DISABLED":
            return _("%(channel)s switched it off because too many contacts blocked or reported it.")
        case _:
            return _("%(channel)s does not let it be sent now.")


def in_order(templates: Iterable[Choosable], language: str) -> list[Choosable]:
    def place(each: Choosable) -> tuple[int, int, str, str]:
        return (
            _distance(each.template.language, language),
            -each.uses,
            each.template.name,
            each.template.language,
        )

    return sorted(templates, key=place)


def _distance(code: str, wanted: str) -> int:
    ours, theirs = (each.replace("-", "_").lower() for each in (code, wanted))
    if not theirs or ours == theirs:
        return 0
    return 1 if ours.split("_")[0] == theirs.split("_")[0] else 2


class TemplateDraft(msgspec.Struct):
    """What a member has filled in and not sent: the template, and values by template and key."""

    template: str = ""
    values: dict[str, dict[str, str]] = {}

    def texts_of(self, template_id: UUID) -> dict[str, str]:
        return self.values.get(str(template_id), {})


def read_draft(kept: str) -> TemplateDraft:
    try:
        return msgspec.json.decode(kept or "{}", type=TemplateDraft)
    except msgspec.DecodeError:
        return TemplateDraft()
