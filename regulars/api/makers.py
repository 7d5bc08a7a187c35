"""What a token does for the member who made it: only members follow, mention and write notes of their own."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from regulars.kernel.errors import NotFound
from regulars.workspaces.access import Actor, access_own_token
from regulars.workspaces.models import Member
from regulars.workspaces.queries import find_member


def maker_of(actor: Actor) -> Member:
    """Raises ``NotFound`` for a token that the command line made: it is nobody's."""
    maker = access_own_token(actor).created_by
    found = find_member(actor.workspace_id, maker.id) if maker else None
    if found is None:
        raise NotFound(_("No member made this token"))
    return found


def as_maker(actor: Actor) -> Actor:
    return acting_as(maker_of(actor), actor)


def acting_as(member: Member, actor: Actor) -> Actor:
    """Whoever made the token, with what the token may."""
    return replace(actor, kind="member", id=member.id, name=str(member))
