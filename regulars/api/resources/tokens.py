"""API tokens: list, make, revoke; and what the calling token is and may do."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec

from regulars.api.paging import Page, PageQuery, newest_first
from regulars.api.shapes.common import ROLE, Id, Ref
from regulars.kernel.telling import Moment, told
from regulars.workspaces.access import (
    Actor,
    access_api_token,
    access_own_token,
    access_workspace,
    actor_of_token,
)
from regulars.workspaces.models import ApiToken
from regulars.workspaces.operations import create_token_with, revoke_api_token
from regulars.workspaces.queries import tokens_of


class TokenShape(msgspec.Struct, kw_only=True):
    """A token without its secret."""

    id: Id
    name: Annotated[str, told("What it is for.", "Shop system")]
    role: Annotated[str, told(f"What it may do at most. {ROLE}", "agent")]
    scopes: Annotated[
        list[str],
        told("Permissions that narrow the role; empty means all of the role's.", ["contacts:read"]),
    ]
    permissions: Annotated[list[str], told("What it may do.", ["contacts:read"])]
    prefix: Annotated[str, told("How its plain text starts, to recognize it.", "rgl_9xQ2")]
    created_at: Annotated[Moment, told("When it was made.")]
    last_used_at: Annotated[Moment | None, told("To the minute; null when it never was used.")]
    revoked_at: Annotated[Moment | None, told("When it was made useless.")]


class NewToken(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A token to make; it may do no more than the calling one."""

    name: Annotated[str, told("What it is for.", "Shop system")]
    role: Annotated[str, told(ROLE, "agent")]
    scopes: Annotated[
        list[str],
        told("Permissions that narrow the role; empty means all of the role's.", ["contacts:read"]),
    ] = msgspec.field(default_factory=list)


class CreatedToken(TokenShape, kw_only=True):
    """A new token with its plain text."""

    token: Annotated[str, told("The plain text, shown this once.", "rgl_9xQ2vJ0b7w4y8Zs1")]


class Me(msgspec.Struct, kw_only=True):
    """The calling token."""

    kind: Annotated[Literal["token"], told("Always `token`.", "token")]
    id: Id
    name: Annotated[str, told("What the token is for.", "Shop system")]
    role: Annotated[str, told(f"What it may do at most. {ROLE}", "agent")]
    permissions: Annotated[list[str], told("What it may do.", ["contacts:read"])]
    workspace: Annotated[Ref, told("Where it is at home.")]


class Permissions(msgspec.Struct):
    """What the calling token may do."""

    role: Annotated[str, told(f"What it may do at most. {ROLE}", "agent")]
    permissions: Annotated[
        list[str], told("The role's permissions, narrowed by the scopes.", ["contacts:read"])
    ]


def list_tokens(actor: Actor, query: PageQuery) -> Page[TokenShape]:
    """The workspace's tokens, the newest first, revoked ones included."""
    rows, next_cursor = newest_first(tokens_of(actor.workspace_id), "created_at", query)
    return Page([_build(token) for token in rows], next_cursor)


def create_token(actor: Actor, body: NewToken) -> CreatedToken:
    """A new token; keep its plain text, shown only now. It ends with the right of whoever made the calling one."""
    parent = access_own_token(actor)
    token, plain = create_token_with(parent, body.name, body.role, scopes=body.scopes, by=actor)
    return CreatedToken(**msgspec.structs.asdict(_build(token)), token=plain)


def revoke_token(actor: Actor, token_id: UUID) -> None:
    """Make a token useless from the next request on; repeating it changes nothing."""
    revoke_api_token(access_api_token(actor, token_id), by=actor)


def get_me(actor: Actor) -> Me:
    """Who the calling token is."""
    workspace = access_workspace(actor)
    return Me(
        kind="token",
        id=str(actor.id),
        name=actor.name,
        role=actor.role,
        permissions=sorted(actor.permissions),
        workspace=Ref(str(workspace.id), workspace.name),
    )


def get_permissions(actor: Actor) -> Permissions:
    """What the calling token may do; its role's permissions, narrowed by its scopes."""
    return Permissions(actor.role, sorted(actor.permissions))


def _build(token: ApiToken) -> TokenShape:
    return TokenShape(
        id=str(token.id),
        name=token.name,
        role=token.role.handle,
        scopes=token.scopes,
        permissions=sorted(actor_of_token(token).permissions),
        prefix=token.prefix,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
        revoked_at=token.revoked_at,
    )
