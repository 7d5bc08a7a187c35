"""The demo's accounts as one-click choices. Only ever asked when ``settings.DEMO`` is on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy

from regulars.web.roles import role_word
from regulars.workspaces.queries import active_members_with

_DOORS = {
    "owner": gettext_lazy("Run the business: numbers, people, every conversation"),
    "agent": gettext_lazy("Answer people, one conversation at a time"),
}


@dataclass(frozen=True, slots=True)
class DemoAccount:
    id: str
    name: str
    email: str
    password: str
    role: str
    """in words"""
    does: str
    """what somebody can try as this person; only the first of the owners and of the agents says it"""
    role_key: str


def demo_accounts() -> list[DemoAccount]:
    """Those that the supervisor tells us of (it prints them, too): the two doors first, then by their roles."""
    passwords = {each["email"]: each["password"] for each in settings.DEMO_MEMBERS}
    ranked = sorted(
        active_members_with(passwords), key=lambda member: list(passwords).index(member.user.email)
    )
    accounts = []
    waiting = dict(_DOORS)
    for member in ranked:
        does = str(waiting.pop(member.role.handle, ""))
        email = member.user.email
        accounts.append(
            DemoAccount(
                str(member.id),
                str(member),
                email,
                passwords[email],
                role_word(member.role),
                does,
                member.role.handle,
            )
        )
    return sorted(accounts, key=lambda account: not account.does)


def account_for(accounts: Sequence[DemoAccount], wanted: str) -> DemoAccount | None:
    """``wanted`` (of ``?as=``): an address, or the first with that role."""
    return next((each for each in accounts if wanted and wanted in {each.email, each.role_key}), None)
