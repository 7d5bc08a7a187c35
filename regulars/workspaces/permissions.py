"""What each role may do: the one table. Pure.

A permission is ``subject:verb``. Which *objects* a member sees (own, team's, all) is decided by the rooms'
``access.py`` from the actor's role and teams.
"""

from __future__ import annotations

from typing import Literal

Role = Literal["owner", "admin", "lead", "agent"]
ROLES: tuple[Role, ...] = ("owner", "admin", "lead", "agent")
RANK: dict[str, int] = {"agent": 1, "lead": 2, "admin": 3, "owner": 4}

_AGENT = frozenset(
    {
        "conversations:read",
        "conversations:assign",
        "conversations:resolve",
        "messages:send",
        "notes:write",
        "contacts:read",
        "contacts:edit",
        "message_templates:read",
        "inboxes:read",
    }
)
_LEAD = _AGENT | {"members:read", "teams:read", "ledger:read"}
_ADMIN = _LEAD | {
    "contacts:delete",
    "members:manage",
    "teams:manage",
    "inboxes:manage",
    "connections:manage",
    "message_templates:manage",
    "tokens:manage",
    "audit:read",
    "deliveries:read",
    "jobs:read",
}
_OWNER = _ADMIN | {"workspace:manage"}

PERMISSIONS: dict[str, frozenset[str]] = {"owner": _OWNER, "admin": _ADMIN, "lead": _LEAD, "agent": _AGENT}
ALL_PERMISSIONS: frozenset[str] = _OWNER


def permissions_of(role: str) -> frozenset[str]:
    return PERMISSIONS.get(role, frozenset())


def may_grant(granter: str, role: str) -> bool:
    """Nobody hands out more than they have; only an owner makes owners."""
    return RANK.get(granter, 0) >= RANK.get(role, 99) and RANK.get(granter, 0) >= RANK["admin"]
