"""Priorities in words."""

from __future__ import annotations

from django.utils.translation import pgettext


def priority_word(priority: str) -> str:
    return {
        "low": pgettext("priority", "Low"),
        "normal": pgettext("priority", "Normal"),
        "high": pgettext("priority", "High"),
        "urgent": pgettext("priority", "Urgent"),
    }.get(priority, priority)
