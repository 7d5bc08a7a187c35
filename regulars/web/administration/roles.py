from __future__ import annotations

from django.utils.translation import gettext as _


def role_description(role: str) -> str:
    return {
        "owner": _("Everything, and the workspace itself"),
        "admin": _("Every conversation, numbers, members and tokens"),
        "lead": _("The conversations of their teams, and the ledger"),
        "agent": _("Their own and unassigned conversations"),
    }.get(role, "")
