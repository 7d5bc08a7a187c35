"""Who may give which rights: nobody gives what they do not have, and somebody always may manage the workspace."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kernel.errors import Conflict, Invalid, NotAllowed
from regulars.kernel.ids import parse_id
from regulars.workspaces.access import Actor
from regulars.workspaces.models import Member, Role, Workspace
from regulars.workspaces.permissions import KEEPING, Rights


def named_role(workspace_id: UUID, handle: str, *, field: str = "role") -> Role:
    """By its key or id, not to be changed or removed until the transaction ends.

    Raises ``Invalid`` naming those that there are.
    """
    hold_rights(workspace_id)
    roles = Role.objects.filter(workspace_id=workspace_id)
    role_id = parse_id(handle)
    role = roles.filter(Q(id=role_id) if role_id else Q(key=handle)).first()
    if role is None:
        known = ", ".join(each.handle for each in roles.order_by("created_at", "id"))
        raise Invalid(_("The role must be one of %(roles)s") % {"roles": known}, fields={field: known})
    return role


def hold_rights(workspace_id: UUID) -> None:
    """One after the other: who changes rights in a workspace waits for whoever does it already.

    ``NO KEY UPDATE`` lets rows be written that point to the workspace: messages do not wait.
    """
    Workspace.objects.select_for_update(no_key=True).get(id=workspace_id)


def check_gives(by: Actor, given: Rights) -> None:
    """``given`` is not beyond the role of whoever gives it."""
    if not by.role_rights.cover(given):
        raise NotAllowed(_("You cannot give more than your own role has"))


def check_outranks(by: Actor, held: Rights) -> None:
    """Nobody changes what has more rights than they have."""
    if not by.role_rights.cover(held):
        raise NotAllowed(_("You cannot change a member or a role that may do more than you"))


def check_holds(by: Actor, permissions: frozenset[str]) -> None:
    """What a role brings must be the giver's own: a token that scopes narrow lets nobody in who may do more."""
    if permissions - by.permissions:
        raise NotAllowed(_("This token cannot let anybody do more than it may do itself"))


def keep_a_keeper(workspace_id: UUID, lost: Q) -> None:
    """Refuses when nobody active would be left who may manage the workspace but those who ``lost`` it."""
    roles = [
        role for role in Role.objects.filter(workspace_id=workspace_id) if KEEPING in role.rights.permissions
    ]
    keepers = Member.objects.filter(workspace_id=workspace_id, role__in=roles, is_active=True)
    if not keepers.exclude(lost).exists():
        raise Conflict(
            _("Somebody must be able to manage the workspace; give another member such a role first")
        )
