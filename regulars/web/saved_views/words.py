"""Saved views in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.saved_views.models import SavedView
from regulars.saved_views.queries import MOST_SHOWN

AUDIENCES: Mapping[str, Any] = {
    "member": pgettext_lazy("audience of a view", "Only me"),
    "teams": pgettext_lazy("audience of a view", "Teams"),
    "all": pgettext_lazy("audience of a view", "Everybody"),
}
ORDERS: Mapping[str, Any] = {
    "longest_waiting": _("Longest waiting first"),
    "newest": _("Newest first"),
    "closing": _("Most urgent first, then closing soonest"),
    "waking": _("Back soonest first"),
}


def shown(count: int) -> int | str:
    """Beside a view; of more than are counted that there are more."""
    return count if count <= MOST_SHOWN else f"{MOST_SHOWN}+"


def audience_words(view: SavedView) -> str:
    """``teams`` want to be fetched with it."""
    if view.audience != "teams":
        return str(AUDIENCES[view.audience])
    return ", ".join(sorted(team.name for team in view.teams.all()))
