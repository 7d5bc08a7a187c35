"""Shapes that many shapes use."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from regulars.kernel.encoding import encode
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.workspaces.models import Member, Team

T = TypeVar("T")

ROLE = "owner, admin, lead or agent; of a role that people made, its id."
"""how members, invitations and tokens name theirs"""

Id = Annotated[str, told("Opaque; it stays the same for good.", EXAMPLE_ID)]


Narrowing = Literal["", "at_risk", "batch", "overdue", "idle"]
"""the words of ``conversations.ports.narrowings``"""


def reference_to(name: str) -> str:
    return f"#/components/schemas/{name}"


class Ref(msgspec.Struct):
    """Another object, by id and name."""

    id: Id
    name: Annotated[str, told("As the screens show it; it may change.", "Care")]


def refer_to_member(member: Member | None) -> Ref | None:
    return Ref(str(member.id), str(member)) if member else None


def refer_to_team(team: Team | None) -> Ref | None:
    return Ref(str(team.id), team.name) if team else None


def encodable(shape: T) -> T:
    """Raises what would break the whole page."""
    encode(shape)
    return shape
