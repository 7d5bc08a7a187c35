"""Write verbs about roles: made, changed, removed. Who has which: ``operations.change_role``.

Whoever holds or may be given a role is asked about with the workspace's row held (``giving.hold_rights``), so that what
was decided still is so when it is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from regulars.kernel.errors import ChangedMeanwhile, Conflict, Invalid, NotFound
from regulars.kernel.events import record, record_all
from regulars.workspaces.access import Actor
from regulars.workspaces.events import MemberRoleChanged, RoleChanged, RoleCreated, RoleRemoved
from regulars.workspaces.giving import (
    check_gives,
    check_holds,
    check_outranks,
    hold_rights,
    keep_a_keeper,
)
from regulars.workspaces.models import ApiToken, Invitation, Member, Role, Workspace
from regulars.workspaces.operations import audit, revoke, take_back_keys
from regulars.workspaces.passwords import end_links
from regulars.workspaces.permissions import (
    ALL_PERMISSIONS,
    BUILT_IN,
    KEEPING,
    REACHES,
    THINGS,
    Reach,
    Rights,
    Thing,
)

NAME_LENGTH = 80
MOST_ROLES = 100
"""of a workspace, the built-in ones included"""


@transaction.atomic
def create_role(
    workspace: Workspace, name: str, *, permissions: Collection[str], reach: Mapping[Thing, Reach], by: Actor
) -> Role:
    """A kind of thing that ``reach`` leaves out is reached as far as one's own."""
    by.require("roles:manage")
    rights = _understood(permissions, reach)
    hold_rights(workspace.id)
    check_gives(by, rights)
    check_holds(by, rights.permissions)
    if Role.objects.filter(workspace=workspace).count() >= MOST_ROLES:
        raise Conflict(_("A workspace has at most %(limit)s roles") % {"limit": MOST_ROLES})
    role = Role(workspace=workspace, name=_free_name(workspace.id, name))
    _save(role, rights)
    record(RoleCreated(workspace.id, role.id, role.name, by.doer))
    audit(by, "roles:create", "role", str(role.id), name=role.name, **_told(rights))
    return role


@transaction.atomic
def edit_role(
    role: Role,
    *,
    by: Actor,
    name: str | None = None,
    permissions: Collection[str] | None = None,
    reach: Mapping[Thing, Reach] | None = None,
    versions: Collection[str] | None = None,
) -> None:
    """Exactly these permissions; of ``reach``, what is left out stays. Counts at once for whoever has the role.

    ``versions``: of the role as the change was meant for; of another one it is refused.
    """
    by.require("roles:manage")
    fresh = _held(role, versions)
    before, named_before = fresh.rights, fresh.name
    after = _understood(
        before.permissions if permissions is None else permissions, {**before.reach, **(reach or {})}
    )
    check_outranks(by, before)
    check_gives(by, after)
    check_holds(by, after.permissions - before.permissions)
    if KEEPING in before.permissions and KEEPING not in after.permissions:
        _keep_beside(role)
    called = named_before if name is None else _free_name(role.workspace_id, name, but=role.id)
    if (called, after) == (named_before, before):
        return
    role.name = called
    _save(role, after)
    holders = dict(Member.objects.filter(role=role).values_list("id", "user_id"))
    if not before.cover(after):
        end_links(holders.values())
    take_back_keys(role.workspace_id, dict.fromkeys(holders, before), by=by)
    told = _told_change(before, after)
    record(RoleChanged(role.workspace_id, role.id, role.name, by=by.doer, **told))
    renamed = {"before": named_before, "after": called} if called != named_before else {}
    audit(by, "roles:change", "role", str(role.id), name=role.name, **renamed, **told)


@transaction.atomic
def remove_role(role: Role, *, to: Role | None, by: Actor, versions: Collection[str] | None = None) -> None:
    """Its members and invitations get the role ``to``, its tokens too, but may do no more than before."""
    by.require("roles:manage")
    rights = _held(role, versions).rights
    check_outranks(by, rights)
    members = list(Member.objects.select_for_update().filter(role=role).order_by("id"))
    tokens = list(ApiToken.objects.select_for_update().filter(role=role).order_by("id"))
    invitations = Invitation.objects.filter(role=role)
    moved = invitations.count()
    if to is None:
        if members or tokens or moved:
            raise Invalid(_("Say which role its members get"), fields={"to": "the id of another role"})
    else:
        by.require("members:manage")
        to = _receiving(role, to)
        check_gives(by, to.rights)
        check_holds(by, to.rights.permissions - rights.permissions)
        if KEEPING in rights.permissions and KEEPING not in to.rights.permissions:
            _keep_beside(role)
        invitations.update(role=to)
        if not rights.cover(to.rights):
            end_links(each.user_id for each in members)
        _move_members(members, role, to, by=by)
        _move_tokens(tokens, role, to, by=by)
        take_back_keys(role.workspace_id, {each.id: rights for each in members}, by=by)
    role_id = role.id
    role.delete()
    taker = to.id if to else None
    record(RoleRemoved(role.workspace_id, role_id, role.name, taker, by.doer))
    counts = {"members": len(members), "tokens": len(tokens), "invitations": moved}
    audit(
        by, "roles:remove", "role", str(role_id), name=role.name, to=str(taker) if taker else None, **counts
    )


def _receiving(role: Role, to: Role) -> Role:
    found = Role.objects.filter(workspace_id=role.workspace_id, id=to.id).exclude(id=role.id).first()
    if found is None:
        raise Invalid(_("There is no such role"), fields={"to": "the id of another role"})
    return found


def _move_members(members: Collection[Member], role: Role, to: Role, *, by: Actor) -> None:
    Member.objects.filter(id__in=[each.id for each in members]).update(role=to)
    record_all(
        MemberRoleChanged(role.workspace_id, each.id, role.handle, to.handle, by.doer) for each in members
    )
    for each in members:
        audit(by, "members:change_role", "member", str(each.id), before=role.handle, after=to.handle)


def _move_tokens(tokens: Collection[ApiToken], role: Role, to: Role, *, by: Actor) -> None:
    """A script does not come to more by this: scopes hold what it may do; who would be left nothing works no more."""
    had = {token.id: token.given for token in tokens}
    for token in tokens:
        kept = had[token.id].permissions & to.rights.permissions
        token.role, token.scopes = to, sorted(kept)
        token.save(update_fields=["role", "scopes"])
        if token.revoked_at is None and (not kept or had[token.id].falls_short_of(to.rights)):
            revoke(token, by=by)


def _held(role: Role, versions: Collection[str] | None) -> Role:
    """The role as it is now, held; raises for one that nobody changes, or that somebody changed."""
    hold_rights(role.workspace_id)
    fresh = Role.objects.select_for_update().filter(id=role.id).first()
    if fresh is None:
        raise NotFound(_("There is no such role"))
    role.name = fresh.name
    if fresh.key is not None:
        raise Conflict(_("A built-in role stays as it is; copy it and change the copy"))
    if versions is not None and fresh.version not in versions:
        raise ChangedMeanwhile(_("Somebody else changed this role meanwhile"), version=fresh.version)
    return fresh


def _keep_beside(role: Role) -> None:
    keep_a_keeper(role.workspace_id, Q(role=role))


def _understood(permissions: Collection[str], reach: Mapping[Thing, Reach]) -> Rights:
    if unknown := sorted(set(permissions) - ALL_PERMISSIONS):
        raise Invalid(
            _("Unknown permissions: %(permissions)s") % {"permissions": ", ".join(unknown)},
            fields={"permissions": ", ".join(sorted(ALL_PERMISSIONS))},
        )
    if set(reach) - set(THINGS) or set(reach.values()) - set(REACHES):
        raise Invalid(
            _("Reach is own, teams or all, for each of %(things)s") % {"things": ", ".join(THINGS)},
            fields={"reach": f"{{{', '.join(THINGS)}: {', '.join(REACHES)}}}"},
        )
    whole = {each: far for each in THINGS for far in REACHES if reach.get(each, REACHES[0]) == far}
    return Rights(frozenset(permissions), whole)


def _save(role: Role, rights: Rights) -> None:
    role.chosen_permissions, role.chosen_reach = sorted(rights.permissions), dict(rights.reach)
    role.save()


def _told(rights: Rights) -> dict[str, object]:
    return {"permissions": sorted(rights.permissions), "reach": dict(rights.reach)}


def _told_change(before: Rights, after: Rights) -> dict[str, tuple[str, ...]]:
    moved = [each for each in THINGS if before.far(each) != after.far(each)]
    return {
        "given": tuple(sorted(after.permissions - before.permissions)),
        "taken": tuple(sorted(before.permissions - after.permissions)),
        "from_reach": tuple(f"{each}:{before.far(each)}" for each in moved),
        "to_reach": tuple(f"{each}:{after.far(each)}" for each in moved),
    }


def _free_name(workspace_id: UUID, name: str, *, but: UUID | None = None) -> str:
    """A name that no other role has, and no built-in one's key: the command line takes either."""
    wanted = " ".join(name.split())
    if not 1 <= len(wanted) <= NAME_LENGTH:
        raise Invalid(
            _("The name of a role has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    others = Role.objects.filter(workspace_id=workspace_id, name__iexact=wanted)
    taken = (others.exclude(id=but) if but else others).exists()
    if taken or wanted.casefold() in BUILT_IN:
        raise Conflict(_("A role with this name exists already"), fields={"name": "a name of its own"})
    return wanted
