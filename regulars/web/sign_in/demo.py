"""The demo's accounts as one-click choices. Only ever asked when ``settings.DEMO`` is on."""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import pgettext

from regulars.workspaces.models import Member


@dataclass(frozen=True, slots=True)
class DemoAccount:
    id: str
    name: str
    email: str
    password: str
    role: str


def demo_accounts() -> list[DemoAccount]:
    """The accounts that the demo's seed wrote down, in the order of their roles."""
    passwords = _passwords()
    members = Member.objects.select_related("user").filter(user__email__in=passwords, is_active=True)
    ranked = sorted(members, key=lambda member: list(passwords).index(member.user.email))
    return [
        DemoAccount(
            str(member.id),
            str(member),
            member.user.email,
            passwords[member.user.email],
            role_word(member.role),
        )
        for member in ranked
    ]


def _passwords() -> dict[str, str]:
    """What the supervisor wrote down at the demo's first start (the sign-ins that it also prints)."""
    try:
        kept = json.loads((settings.HOME / "demo.json").read_text())
        return {each["email"]: each["password"] for each in kept["facts"]["members"]}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def role_word(role: str) -> str:
    """What a role is called."""
    return {
        "owner": pgettext("role", "Owner"),
        "admin": pgettext("role", "Admin"),
        "lead": pgettext("role", "Team lead"),
        "agent": pgettext("role", "Agent"),
    }.get(role, role)
