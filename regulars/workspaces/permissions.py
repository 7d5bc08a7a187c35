"""What there is to be allowed, and what the built-in roles allow: the one table. Pure.

A permission is ``subject:verb``: what somebody does. Reach says to which objects: their own, their teams', or all, for
each kind of thing; the rooms' ``access.py`` turn it into queries. A role of a workspace is a row (``models.Role``).
A new permission is written here, with the built-in roles that have it; the roles that people made do not get it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Thing = Literal["conversations", "contacts", "deals", "cases", "orders", "files"]
"""deals and orders count as soon as their rooms are there"""
Reach = Literal["own", "teams", "all"]
THINGS: tuple[Thing, ...] = get_args(Thing)
REACHES: tuple[Reach, ...] = get_args(Reach)
"""each sees what the one before it sees, and more"""

_AGENT = frozenset(
    {
        "conversations:read",
        "conversations:read_protected",
        "conversations:assign",
        "conversations:resolve",
        "messages:send",
        "notes:write",
        "contacts:read",
        "contacts:see_numbers",
        "contacts:edit",
        "contacts:merge",
        "message_templates:read",
        "inboxes:read",
        "quick_replies:read",
        "tags:read",
        "cases:read",
        "cases:edit",
    }
)
_LEAD = _AGENT | {
    "members:read",
    "teams:read",
    "ledger:read",
    "tags:manage",
    "quick_replies:manage",
    "routing:read",
    "routing:manage",
    "service_levels:read",
    "service_levels:manage",
    "idle_rule:manage",
    "saved_views:manage",
    "macros:manage",
    "cases:manage",
    "conversations:export",
    "contacts:block",
}
_ADMIN = _LEAD | {
    "contacts:delete",
    "contacts:export",
    "members:manage",
    "roles:manage",
    "teams:manage",
    "hours:manage",
    "inboxes:manage",
    "connections:manage",
    "message_templates:manage",
    "tokens:manage",
    "audit:read",
    "deliveries:read",
    "jobs:read",
    "protection:manage",
}
_OWNER = _ADMIN | {
    "workspace:manage",
    "mail:manage",  # whoever has it can read the links for new passwords, those of owners, too
}
KEEPING = "workspace:manage"
"""somebody in a workspace always has it"""
ALL_PERMISSIONS: frozenset[str] = _OWNER


@dataclass(frozen=True, slots=True)
class Rights:
    """``reach``: a thing that is left out is reached as far as one's own."""

    permissions: frozenset[str] = frozenset()
    reach: Mapping[Thing, Reach] = field(default_factory=dict)

    def far(self, thing: Thing) -> Reach:
        return self.reach.get(thing, "own")

    def cover(self, other: Rights) -> bool:
        """Whether whoever has these may give the others: nobody gives what they do not have."""
        return other.permissions <= self.permissions and not self.falls_short_of(other)

    def falls_short_of(self, other: Rights) -> list[Thing]:
        return [each for each in THINGS if REACHES.index(other.far(each)) > REACHES.index(self.far(each))]

    def within(self, other: Rights) -> Rights:
        """What both have."""
        near = {each: min(self.far(each), other.far(each), key=REACHES.index) for each in THINGS}
        return Rights(self.permissions & other.permissions, near)

    def narrowed(self, scopes: Collection[str]) -> Rights:
        """``scopes``: empty for all of the permissions."""
        return Rights(self.permissions & frozenset(scopes), self.reach) if scopes else self


def reaching(far: Reach) -> dict[Thing, Reach]:
    return dict.fromkeys(THINGS, far)


EVERYTHING = Rights(_OWNER, reaching("all"))
BUILT_IN: Mapping[str, Rights] = {
    "owner": EVERYTHING,
    "admin": Rights(_ADMIN, reaching("all")),
    "lead": Rights(_LEAD, reaching("teams")),
    "agent": Rights(_AGENT, reaching("own")),
}
"""by the role's key, the widest first"""
BUILT_IN_NAMES: Mapping[str, str] = {
    "owner": "Owner",
    "admin": "Admin",
    "lead": "Team lead",
    "agent": "Agent",
}
"""as stored and told by REST; the screens say them in their language"""
FIRST_ROLE, USUAL_ROLE = "owner", "agent"
"""whoever makes a workspace is the one; what is chosen first for somebody new is the other"""


def permissions_of(key: str) -> frozenset[str]:
    return BUILT_IN[key].permissions if key in BUILT_IN else frozenset()
