"""Write verbs about people: owners, members, invitations, tokens. Those about teams: ``teams.py``."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.events import record, record_all
from regulars.kernel.ids import new_secret
from regulars.workspaces.access import Actor, actor_of_member, actor_of_token, still_holds
from regulars.workspaces.events import (
    InvitationWithdrawn,
    MemberAdded,
    MemberInvited,
    MemberLetIn,
    MemberLockedOut,
    MemberRoleChanged,
    TokenCreated,
    TokenRevoked,
)
from regulars.workspaces.models import (
    ApiToken,
    AuditEntry,
    BrowserSession,
    Invitation,
    Member,
    User,
    Workspace,
)
from regulars.workspaces.passwords import check_new_password
from regulars.workspaces.permissions import ALL_PERMISSIONS, PERMISSIONS, ROLES, may_grant, permissions_of
from regulars.workspaces.sessions import end_sessions

INVITATION_LIFETIME = timedelta(days=7)
TOKEN_PREFIX = "rgl_"  # noqa: S105 - the visible beginning of every token


@transaction.atomic
def create_owner(
    workspace_name: str,
    email: str,
    password: str | None,
    name: str = "",
    language: str = "en",
    time_zone: str = "UTC",
) -> Member:
    """A new workspace with its first owner; raises ``Invalid`` naming the field that is wrong.

    Whoever has an account keeps its password: it is not asked for here, but if one is given it must be that one.
    """
    user = find_account(email)
    if user is None:
        _check_account(email, password or "", about=[email, name, workspace_name])
    elif password and not user.check_password(password):
        raise _account_exists()
    if not workspace_name.strip():
        raise Invalid(
            _("The workspace needs a name"), fields={"workspace_name": "a name of 1 to 80 characters"}
        )
    workspace = Workspace.objects.create(
        name=workspace_name.strip(), slug=_free_slug(workspace_name), language=language, time_zone=time_zone
    )
    user = user or User.objects.create_user(
        email, password, name=name.strip(), language=language, time_zone=time_zone
    )
    member = Member.objects.create(workspace=workspace, user=user, role="owner")
    record(MemberAdded(workspace.id, member.id, member.role))
    return member


def find_account(email: str) -> User | None:
    return User.objects.filter(email=email.strip().lower()).first()


def _account_exists() -> Invalid:
    return Invalid(
        _("This e-mail address has an account already; give its password"), fields={"password": ""}
    )


@transaction.atomic
def add_member(
    workspace: Workspace, email: str, password: str, *, name: str, role: str, language: str = "en"
) -> Member:
    _check_account(email, password, about=[email, name, workspace.name])
    _check_role(role)
    user = User.objects.create_user(
        email, password, name=name, language=language, time_zone=workspace.time_zone
    )
    member = Member.objects.create(workspace=workspace, user=user, role=role)
    record(MemberAdded(workspace.id, member.id, role))
    return member


@transaction.atomic
def invite_member(
    workspace: Workspace, email: str, role: str, *, by: Actor, inviter: Member | None
) -> tuple[Invitation, str]:
    """The secret of its link is shown once. Inviting again replaces the open invitation."""
    by.require("members:manage")
    _check_grant(by, role)
    _check_holds(by, PERMISSIONS[role])
    _check_address(email)
    if inviter and not may_grant(_still_in(inviter).role, role):
        raise NotAllowed(_("You cannot give a role above your own"))
    if Member.objects.filter(workspace=workspace, user__email=email.lower(), is_active=True).exists():
        raise Conflict(_("This person is already a member"))
    Invitation.objects.filter(workspace=workspace, email=email.lower(), accepted_at=None).delete()
    secret = new_secret()
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=email.lower(),
        role=role,
        invited_by=inviter,
        token_fingerprint=fingerprint(secret),
        expires_at=clock.now() + INVITATION_LIFETIME,
    )
    record(MemberInvited(workspace.id, invitation.id, role, by.doer))
    audit(by, "members:invite", "invitation", str(invitation.id), role=role)
    return invitation, secret


@transaction.atomic
def accept_invitation(secret: str, *, name: str, password: str, language: str, time_zone: str) -> Member:
    """Raises ``NotFound`` for a used, replaced or expired link."""
    invitation = _invitations(secret).select_for_update(of=("self",)).first()
    if invitation is None or not still_holds(invitation.invited_by, invitation.role):
        raise NotFound(_("This invitation was used or has expired. Ask for a new one."))
    user = User.objects.filter(email=invitation.email).first()
    if user is None:
        _check_account(invitation.email, password, about=[invitation.email, name, invitation.workspace.name])
        user = User.objects.create_user(
            invitation.email, password, name=name.strip(), language=language, time_zone=time_zone
        )
    elif not user.check_password(password):
        raise _account_exists()
    if Member.objects.filter(workspace_id=invitation.workspace_id, user=user, is_active=True).exists():
        raise Conflict(_("This person is already a member"))
    member, _made = Member.objects.update_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role, "is_active": True}
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    record(MemberAdded(invitation.workspace_id, member.id, member.role, invitation.id))
    return member


def find_open_invitation(secret: str) -> Invitation | None:
    """While it can be accepted: whoever made it could make it today."""
    found = _invitations(secret).first()
    return found if found and still_holds(found.invited_by, found.role) else None


def _invitations(secret: str) -> QuerySet[Invitation]:
    # unscoped: the secret says which workspace it opens
    return Invitation.objects.select_related("workspace", "invited_by").filter(
        token_fingerprint=fingerprint(secret), accepted_at=None, expires_at__gt=clock.now()
    )


@transaction.atomic
def change_role(member: Member, role: str, *, by: Actor) -> None:
    """The last owner keeps theirs. What the member could not hand out now is taken back."""
    by.require("members:manage")
    _check_grant(by, role)
    others = _renew_beside_owners(member)
    _check_outranks(by, member)
    _check_holds(by, PERMISSIONS[role] - permissions_of(member.role))
    if member.role == role:
        return
    if member.role == "owner":
        _keep_an_owner(others)
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    _take_back_keys(member, by=by)
    record(MemberRoleChanged(member.workspace_id, member.id, before, role, by.doer))
    audit(by, "members:change_role", "member", str(member.id), before=before, after=role)


@transaction.atomic
def set_member_active(member: Member, is_active: bool, *, by: Actor) -> None:
    """Whoever is out is out at once, with sessions, open screens, tokens and invitations;
    none of them wakes up when the member is let in again.
    """
    by.require("members:manage")
    others = _renew_beside_owners(member)
    _check_outranks(by, member)
    if member.is_active == is_active:
        return
    if is_active:
        _check_holds(by, permissions_of(member.role))
    if member.role == "owner" and not is_active:
        _keep_an_owner(others)
    member.is_active = is_active
    member.save(update_fields=["is_active"])
    if not is_active:
        end_sessions(BrowserSession.objects.filter(member=member))
        _withdraw(
            Invitation.objects.filter(
                workspace_id=member.workspace_id, email=member.user.email, accepted_at=None
            ),
            by=by,
        )
        _take_back_keys(member, by=by)
    happened = MemberLetIn if is_active else MemberLockedOut
    record(happened(member.workspace_id, member.id, by.doer))
    audit(by, "members:activate" if is_active else "members:deactivate", "member", str(member.id))


@transaction.atomic
def create_api_token(
    workspace: Workspace, name: str, role: str, *, scopes: list[str] | None = None, by: Member | None = None
) -> tuple[ApiToken, str]:
    """A token and its plain text, which is shown once and stored only as a fingerprint.

    ``by`` is the member who makes it: they can give it no role above their own, and it ends with their right.
    Without one the caller answers for the right to make it.
    """
    _check_role(role)
    maker = actor_of_member(_still_in(by)) if by else None
    if maker:
        maker.require("tokens:manage")
        _check_grant(maker, role)
    token, plain = _make_token(workspace, name, role, scopes or [], by)
    record(TokenCreated(workspace.id, token.id, role, maker.doer if maker else None))
    if maker:
        audit(maker, "tokens:create", "token", str(token.id), role=role, scopes=token.scopes)
    return token, plain


@transaction.atomic
def create_token_with(
    parent: ApiToken, name: str, role: str, *, scopes: list[str], by: Actor
) -> tuple[ApiToken, str]:
    """It may do no more than its parent, and ends with the right of the same member."""
    by.require("tokens:manage")
    _check_role(role)
    maker = _still_in(parent.created_by) if parent.created_by else None
    token, plain = _make_token(parent.workspace, name, role, scopes, maker)
    if not may_grant(by.role, role) or actor_of_token(token).permissions - by.permissions:
        raise NotAllowed(
            _("A token cannot make one that may do more than itself"), permission="tokens:manage"
        )
    record(TokenCreated(token.workspace_id, token.id, role, by.doer))
    audit(by, "tokens:create", "token", str(token.id), role=role, scopes=token.scopes)
    return token, plain


def _make_token(
    workspace: Workspace, name: str, role: str, scopes: list[str], maker: Member | None
) -> tuple[ApiToken, str]:
    unknown = sorted(set(scopes) - ALL_PERMISSIONS)
    if unknown:
        raise Invalid(
            _("Unknown scopes: %(scopes)s") % {"scopes": ", ".join(unknown)},
            fields={"scopes": ", ".join(sorted(PERMISSIONS[role]))},
        )
    plain = TOKEN_PREFIX + new_secret()
    token = ApiToken.objects.create(
        workspace=workspace,
        name=name.strip() or "token",
        role=role,
        scopes=sorted(scopes),
        prefix=plain[: len(TOKEN_PREFIX) + 4],
        token_fingerprint=fingerprint(plain),
        created_by=maker,
    )
    return token, plain


@transaction.atomic
def revoke_api_token(token: ApiToken, *, by: Actor) -> None:
    by.require("tokens:manage")
    if token.revoked_at is None:
        _revoke(token, by=by)


def _revoke(token: ApiToken, *, by: Actor) -> None:
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    record(TokenRevoked(token.workspace_id, token.id, by.doer))
    audit(by, "tokens:revoke", "token", str(token.id))


def audit(by: Actor, verb: str, object_kind: str, object_id: str, **details: object) -> None:
    AuditEntry.objects.create(
        workspace_id=by.workspace_id,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        verb=verb,
        object_kind=object_kind,
        object_id=object_id,
        details=details,
    )


def _take_back_keys(member: Member, *, by: Actor) -> None:
    tokens = ApiToken.objects.select_for_update().filter(created_by=member, revoked_at=None)
    for token in tokens.order_by("id"):
        if not still_holds(member, token.role):
            _revoke(token, by=by)
    for invitation in Invitation.objects.filter(invited_by=member, accepted_at=None):
        if not still_holds(member, invitation.role):
            _withdraw(Invitation.objects.filter(id=invitation.id), by=by)
            audit(by, "members:withdraw_invitation", "invitation", str(invitation.id), role=invitation.role)


def _withdraw(invitations: QuerySet[Invitation], *, by: Actor) -> None:
    gone = list(invitations.values_list("workspace_id", "id"))
    invitations.delete()
    record_all(InvitationWithdrawn(workspace_id, key, by.doer) for workspace_id, key in gone)


def _still_in(maker: Member) -> Member:
    """Whoever hands something out, as they are now, locked: keys are made and taken back one after the other."""
    fresh = Member.objects.select_for_update().get(id=maker.id)
    if not fresh.is_active:
        raise NotAllowed(_("This member is no longer active"))
    return fresh


def _check_account(email: str, password: str, *, about: list[str]) -> None:
    _check_address(email)
    check_new_password(password, about=about)


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("This is not an e-mail address"), fields={"email": "name@example.com"}) from error


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Invalid(
            _("The role must be one of %(roles)s") % {"roles": ", ".join(ROLES)},
            fields={"role": ", ".join(ROLES)},
        )


def _check_grant(by: Actor, role: str) -> None:
    _check_role(role)
    if by.kind != "system" and not may_grant(by.role, role):
        raise NotAllowed(_("You cannot give a role above your own"))


def _check_holds(by: Actor, permissions: frozenset[str]) -> None:
    """What a role brings must be the giver's own: a token that scopes narrow lets nobody in who may do more."""
    if permissions - by.permissions:
        raise NotAllowed(_("This token cannot let anybody do more than it may do itself"))


def _check_outranks(by: Actor, member: Member) -> None:
    if by.kind != "system" and not may_grant(by.role, member.role):
        raise NotAllowed(_("You cannot change a member above your own role"))


def _renew_beside_owners(member: Member) -> set[UUID]:
    """Role and activity of a member as they are now, locked; returns the other active owners, locked, too.

    All in one order, so that owners who change each other do not wait in a circle.
    """
    owners = Q(workspace_id=member.workspace_id, role="owner", is_active=True)
    rows = Member.objects.select_for_update().filter(Q(id=member.id) | owners).order_by("id")
    by_id = {row.id: row for row in rows}
    fresh = by_id.pop(member.id)
    member.role, member.is_active = fresh.role, fresh.is_active
    return set(by_id)


def _keep_an_owner(others: set[UUID]) -> None:
    if not others:
        raise Conflict(_("A workspace needs at least one owner; make somebody else owner first"))


def _free_slug(name: str) -> str:
    base = slugify(name)[:40] or "workspace"
    slug, number = base, 2
    while Workspace.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
