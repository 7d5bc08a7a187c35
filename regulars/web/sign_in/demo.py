"""The demo's accounts as one-click choices. Only ever asked when ``settings.DEMO`` is on."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import pgettext

from regulars.workspaces.queries import active_members_with


@dataclass(frozen=True, slots=True)
class DemoAccount:
    id: str
    name: str
    email: str
    password: str
    role: str


def demo_accounts() -> list[DemoAccount]:
    """The accounts that the supervisor tells us of (it prints them, too), in the order of their roles."""
    passwords = {each["email"]: each["password"] for each in settings.DEMO_MEMBERS}
    ranked = sorted(
        active_members_with(passwords), key=lambda member: list(passwords).index(member.user.email)
    )
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


def role_word(role: str) -> str:
    """What a role is called."""
    return {
        "owner": pgettext("role", "Owner"),
        "admin": pgettext("role", "Admin"),
        "lead": pgettext("role", "Team lead"),
        "agent": pgettext("role", "Agent"),
    }.get(role, role)
