"""Members: who is in, with which role, in which teams; and inviting others."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from msgspec import UNSET, UnsetType

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.parsing import parse_reference
from regulars.api.shapes.common import ROLE, Id, Ref
from regulars.kernel.errors import Invalid
from regulars.kernel.telling import EXAMPLE_ID, Moment, told
from regulars.mail import inviting
from regulars.workspaces.access import Actor, access_invitation, access_member, access_own_token
from regulars.workspaces.members import change_member as change
from regulars.workspaces.models import Invitation, Member, Team
from regulars.workspaces.operations import withdraw_invitation
from regulars.workspaces.queries import find_teams, members_with_keys, open_invitations_of


class MemberShape(msgspec.Struct, kw_only=True):
    """A person who works here, or did."""

    id: Id
    name: Annotated[str, told("As colleagues see it.", "Ann Agent")]
    email: Annotated[str, told("What they sign in with.", "ann@lotus.example")]
    role: Annotated[str, told(f"What they may do. {ROLE}", "agent")]
    is_active: Annotated[bool, told("Whether they are in; who is out signs in no more.", True)]
    teams: Annotated[list[Ref], told("The teams that they are in.")]
    second_factor: Annotated[bool, told("Whether they have one: their password alone opens nothing.", True)]
    created_at: Annotated[Moment, told("When they came in.")]


class MemberChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    role: Annotated[
        str | UnsetType,
        told(
            f"{ROLE} Nothing that the token may not do; the last who may manage the workspace keeps theirs.",
            "lead",
        ),
    ] = UNSET
    is_active: Annotated[
        bool | UnsetType,
        told("False ends their sessions, tokens and invitations at once.", False),
    ] = UNSET
    teams: Annotated[
        list[str] | UnsetType,
        told("Ids of exactly the teams to be in; asks for `teams:manage`.", [EXAMPLE_ID]),
    ] = UNSET


class NewInvitation(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite; inviting somebody again replaces the open invitation."""

    email: Annotated[str, told("Where the person reads mail; they sign in with it.", "max@lotus.example")]
    role: Annotated[
        str,
        told(f"{ROLE} Nothing that the token, or whoever made it, may not do.", "agent"),
    ]
    by_mail: Annotated[
        bool, told("Send it by the workspace's mail server; the link is nowhere else then.", False)
    ] = False


class InvitationShape(msgspec.Struct, kw_only=True):
    """Somebody who may still come."""

    id: Id
    email: Annotated[str, told("Who was invited.", "max@lotus.example")]
    role: Annotated[str, told(f"What they will be. {ROLE}", "agent")]
    expires_at: Annotated[Moment, told("Until when the link opens.")]


class CreatedInvitation(InvitationShape, kw_only=True):
    """A new invitation with its link."""

    link: Annotated[
        str | None,
        told(
            "Give it to the person; it is shown this once. Null when it went by mail.",
            "https://inbox.example.com/invitations/9xQ2vJ0b",
        ),
    ]


def list_members(actor: Actor, query: PageQuery) -> Page[MemberShape]:
    """Everybody who is or was in, the newest first."""
    rows, next_cursor = newest_first(members_with_keys(actor.workspace_id), "created_at", query)
    return Page([_build(row) for row in rows], next_cursor)


def get_member(actor: Actor, member_id: UUID) -> MemberShape:
    """One member."""
    return _build(access_member(actor, member_id))


def change_member(actor: Actor, member_id: UUID, body: MemberChanges) -> MemberShape:
    """Another role, in or out, other teams; counts at once, in open screens too.

    409 when nobody could manage the workspace any more.
    """
    member = access_member(actor, member_id)
    change(
        member,
        by=actor,
        role=None if body.role is UNSET else body.role,
        is_active=None if body.is_active is UNSET else body.is_active,
        teams=None if body.teams is UNSET else _teams(actor, body.teams),
    )
    return _build(access_member(actor, member_id))


def list_invitations(actor: Actor, query: PageQuery) -> Page[InvitationShape]:
    """Who has been invited and may still come, the newest first."""
    rows, next_cursor = newest_first(open_invitations_of(actor.workspace_id), "created_at", query)
    return Page([InvitationShape(**_facts(row)) for row in rows], next_cursor)


def invite(actor: Actor, body: NewInvitation) -> CreatedInvitation:
    """Make an invitation and its link. It ends with the right of whoever made the calling token."""
    token = access_own_token(actor)
    made = inviting.invite(
        token.workspace, body.email, body.role, by=actor, inviter=token.created_by, by_mail=body.by_mail
    )
    link = f"{settings.PUBLIC_URL}{reverse('invitation', args=[made.secret])}" if made.secret else None
    return CreatedInvitation(**_facts(made.invitation), link=link)


def withdraw(actor: Actor, invitation_id: UUID) -> None:
    """Its link opens nothing any more, and a mail that waits is not sent."""
    withdraw_invitation(access_invitation(actor, invitation_id), by=actor)


def _teams(actor: Actor, written: Collection[str]) -> list[Team]:
    ids = {parse_reference(each, f"teams[{place}]") for place, each in enumerate(written)}
    teams = find_teams(actor.workspace_id, ids)
    if len(teams) < len(ids):
        raise Invalid(_("There is no such team"), fields={"teams": "ids of teams, as /teams lists them"})
    return teams


def _build(member: Member) -> MemberShape:
    return MemberShape(
        id=str(member.id),
        name=str(member),
        email=member.user.email,
        role=member.role.handle,
        is_active=member.is_active,
        teams=sorted((Ref(str(team.id), team.name) for team in member.teams.all()), key=lambda ref: ref.name),
        second_factor=member.user.second_factor_at is not None,
        created_at=member.created_at,
    )


def _facts(row: Invitation) -> dict[str, Any]:
    return {"id": str(row.id), "email": row.email, "role": row.role.handle, "expires_at": row.expires_at}
