"""Shapes that many shapes use."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from regulars.workspaces.models import Member, Team

T = TypeVar("T")


class Ref(msgspec.Struct):
    """Another object, by id and name."""

    id: str
    name: str


def refer_to_member(member: Member | None) -> Ref | None:
    """A member, or null."""
    return Ref(str(member.id), str(member)) if member else None


def refer_to_team(team: Team | None) -> Ref | None:
    """A team, or null."""
    return Ref(str(team.id), team.name) if team else None


def encodable(shape: T) -> T:
    """The shape, once it is certain that it can be written; raises what would break the whole page."""
    msgspec.json.encode(shape)
    return shape
