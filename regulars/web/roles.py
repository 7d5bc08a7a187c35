"""Roles in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def role_word(role: str) -> str:
    return {
        "owner": pgettext("role", "Owner"),
        "admin": pgettext("role", "Admin"),
        "lead": pgettext("role", "Team lead"),
        "agent": pgettext("role", "Agent"),
    }.get(role, role)


def role_description(role: str) -> str:
    return {
        "owner": _("Everything, and the workspace itself"),
        "admin": _("Every conversation, numbers, members and tokens"),
        "lead": _("The conversations of their teams, and the ledger"),
        "agent": _("Their own and unassigned conversations"),
    }.get(role, "")
