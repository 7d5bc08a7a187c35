"""Words about people who are one. Load with ``{% load people %}``."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def merge_reason(reason: str) -> str:
    return {
        "by_hand": _("Merged by hand"),
        "same_phone": _("Both were seen with the same number"),
        "same_identity": _("Both were seen with the same id"),
        "number_changed": _("One changed to the number of the other"),
    }.get(reason, reason)
