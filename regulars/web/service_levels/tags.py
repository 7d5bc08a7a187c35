"""Words of service levels. Load with ``{% load service_levels %}``."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.utils.translation import gettext_lazy, ngettext

register = template.Library()
_USUAL_NAMES = {
    "Tier A": gettext_lazy("Tier A"),
    "Tier B": gettext_lazy("Tier B"),
    "Tier C": gettext_lazy("Tier C"),
}
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@register.filter
def level_name(name: str) -> str:
    """The names that every workspace begins with, in the reader's language; others as people wrote them."""
    return str(_USUAL_NAMES.get(name, name))


@register.filter
def span(length: timedelta) -> str:
    """In whole days, hours or minutes, whichever says it exactly; from 2 days on in days."""
    if length >= 2 * _DAY and not length % _DAY:
        days = length // _DAY
        return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    if not length % _HOUR:
        hours = length // _HOUR
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    minutes = int(length.total_seconds() // 60)
    return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
