"""Kinds and ways in words, as the table of the settings has them."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KIND_WORDS: Mapping[str, tuple[str | Promise, str | Promise]] = {
    "mention": (_("Mention"), _("A colleague mentions you, or a team of yours")),
    "reply": (_("Answer to you"), _("The contact of a conversation of yours writes")),
    "service_level": (
        _("Answer due"),
        _("An answer that was promised in a conversation of yours is nearly due, or late"),
    ),
    "assigned": (_("Assigned to you"), _("A colleague or a rule gives you a conversation")),
}
WAY_WORDS: Mapping[str, str | Promise] = {
    "badge": _("Badge"),
    "sound": _("Sound"),
    "desktop": _("On the desktop"),
    "push": _("Push"),
    "mail": _("Mail"),
}
PRESET_WORDS: Mapping[str, str | Promise] = {
    "usual": _("As usual"),
    "everything": _("Everything at once"),
    "mentions": _("Only mentions disturb"),
    "quiet": _("Only count"),
}
