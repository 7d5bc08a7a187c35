"""Roles in words. Those that people made are called what they called them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.workspaces.models import Role


def role_word(role: Role) -> str:
    return {
        "owner": pgettext("role", "Owner"),
        "admin": pgettext("role", "Admin"),
        "lead": pgettext("role", "Team lead"),
        "agent": pgettext("role", "Agent"),
    }.get(role.key or "", role.name)


def role_description(role: Role) -> str:
    return {
        "owner": _("Everything, and the workspace itself"),
        "admin": _("Every conversation, numbers, members and tokens"),
        "lead": _("The conversations of their teams, and the ledger"),
        "agent": _("Their own and unassigned conversations"),
    }.get(role.key or "", "")
