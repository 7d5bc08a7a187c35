"""Roles: what who has one may do, and how far it reaches."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from regulars.api.paging import Page
from regulars.api.preconditions import IfMatch
from regulars.api.shapes.common import Id
from regulars.kernel.errors import NotFound
from regulars.kernel.telling import EXAMPLE_ID, told
from regulars.workspaces import roles
from regulars.workspaces.access import Actor, access_role, access_workspace
from regulars.workspaces.giving import named_role
from regulars.workspaces.models import Role
from regulars.workspaces.permissions import THINGS, Reach, Thing
from regulars.workspaces.queries import roles_of

_FAR = "own, teams or all: their own and what nobody has, what their teams work on too, or all."
_PERMISSIONS = "Exactly these; `GET /roles` shows under owner which there are."


class ReachShape(msgspec.Struct, kw_only=True):
    """How far a role reaches. Deals and orders count as soon as there are any."""

    conversations: Annotated[Reach, told(_FAR, "teams")]
    contacts: Annotated[
        Reach, told("Those that are theirs; whoever writes in a visible conversation is seen.", "own")
    ]
    deals: Annotated[Reach, told(_FAR, "own")]
    cases: Annotated[Reach, told(f"{_FAR} Whoever sees a conversation of a case sees the case.", "own")]
    orders: Annotated[Reach, told(_FAR, "own")]
    files: Annotated[
        Reach, told("Those of messages in visible conversations that are reached so far.", "own")
    ]


class ReachChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How far a role reaches; what is left out stays, of a new role `own`."""

    conversations: Annotated[Reach | UnsetType, told(_FAR, "teams")] = UNSET
    contacts: Annotated[Reach | UnsetType, told(_FAR, "own")] = UNSET
    deals: Annotated[Reach | UnsetType, told(_FAR, "own")] = UNSET
    cases: Annotated[Reach | UnsetType, told(_FAR, "own")] = UNSET
    orders: Annotated[Reach | UnsetType, told(_FAR, "own")] = UNSET
    files: Annotated[Reach | UnsetType, told(_FAR, "own")] = UNSET


class RoleShape(msgspec.Struct, kw_only=True):
    """A role of the workspace."""

    id: Id
    key: Annotated[
        str | None, told("Of a built-in role, which stays as it is; null for one that people made.", "lead")
    ]
    name: Annotated[str, told("No other role's.", "Night desk")]
    permissions: Annotated[list[str], told("What who has it may do.", ["conversations:read"])]
    reach: Annotated[ReachShape, told("To which objects.")]
    version: Annotated[
        str, told("Another one after each change; the same as the header `ETag`.", "5f0c6a1b9d3e4721")
    ]
    members: Annotated[int, told("Active members who have it.", 3)]


class NewRole(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A role to make; nothing in it may be beyond what the token may do."""

    name: Annotated[str, told("1 to 80 characters, and no other role's name.", "Night desk")]
    permissions: Annotated[list[str], told(_PERMISSIONS, ["conversations:read", "messages:send"])]
    reach: Annotated[ReachChanges, told("To which objects.")] = msgspec.field(default_factory=ReachChanges)


class RoleChanges(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change, all of it or nothing; a field left out stays as it is."""

    name: Annotated[str | UnsetType, told("1 to 80 characters, and no other role's name.", "Night desk")] = (
        UNSET
    )
    permissions: Annotated[list[str] | UnsetType, told(_PERMISSIONS, ["conversations:read"])] = UNSET
    reach: Annotated[ReachChanges | UnsetType, told("To which objects.")] = UNSET


class RoleRemoval(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Who takes over what hangs on a role that goes."""

    to: Annotated[
        str | None,
        told(
            "The role that its members, invitations and tokens get, by key or id; needed if there are any.",
            EXAMPLE_ID,
        ),
    ] = None


def list_roles(actor: Actor) -> Page[RoleShape]:
    """Every role, the built-in ones first, all on one page."""
    return Page([_build(role) for role in roles_of(actor.workspace_id)], None)


def get_role(actor: Actor, role_id: UUID) -> RoleShape:
    """One role."""
    return _read(actor, access_role(actor, role_id))


def create_role(actor: Actor, body: NewRole) -> RoleShape:
    """A new role that nobody has yet."""
    made = roles.create_role(
        access_workspace(actor),
        body.name,
        permissions=body.permissions,
        reach=_reach(body.reach),
        by=actor,
    )
    return _read(actor, made)


def change_role(actor: Actor, role_id: UUID, body: RoleChanges, if_match: IfMatch) -> RoleShape:
    """What a role may do; counts at once, in open screens too.

    With `If-Match`, only the version that was read is changed: 412 ``changed-meanwhile`` when somebody was quicker.

    Keys that whoever made them could not make any more end. 409 for a built-in role, and when nobody could manage the
    workspace any more.
    """
    role = access_role(actor, role_id)
    roles.edit_role(
        role,
        by=actor,
        name=None if body.name is UNSET else body.name,
        permissions=None if body.permissions is UNSET else body.permissions,
        reach=None if body.reach is UNSET else _reach(body.reach),
        versions=if_match,
    )
    return _read(actor, role)


def remove_role(actor: Actor, role_id: UUID, query: RoleRemoval, if_match: IfMatch) -> None:
    """Take a role away; its tokens may do no more afterwards than before.

    With `If-Match`, only the version that was read.
    """
    role = access_role(actor, role_id)
    to = named_role(actor.workspace_id, query.to, field="to") if query.to else None
    roles.remove_role(role, to=to, by=actor, versions=if_match)


def _reach(told_reach: ReachChanges) -> dict[Thing, Reach]:
    return {each: far for each in THINGS if (far := getattr(told_reach, each)) is not UNSET}


def _read(actor: Actor, role: Role) -> RoleShape:
    found = roles_of(actor.workspace_id).filter(id=role.id).first()
    if found is None:
        raise NotFound
    return _build(found)


def _build(role: Role) -> RoleShape:
    rights = role.rights
    return RoleShape(
        id=str(role.id),
        key=role.key,
        name=role.name,
        permissions=sorted(rights.permissions),
        reach=ReachShape(**{each: rights.far(each) for each in THINGS}),
        version=role.version,
        members=role.holders,  # type: ignore[attr-defined]  # annotated by ``roles_of``
    )
