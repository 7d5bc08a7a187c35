"""Shapes that many shapes use."""

from __future__ import annotations

import msgspec

from regulars.workspaces.models import Member, Team


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
