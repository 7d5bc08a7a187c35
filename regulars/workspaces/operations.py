"""Write verbs about people: owners, members, invitations, tokens. Those about teams: ``teams.py``."""

from __future__ import annotations

from collections.abc import Mapping
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
from regulars.kernel.ids import new_secret, parse_id
from regulars.workspaces.access import Actor, actor_of_member, still_holds
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
from regulars.workspaces.giving import (
    check_gives,
    check_holds,
    check_outranks,
    hold_rights,
    keep_a_keeper,
    named_role,
)
from regulars.workspaces.models import (
    ApiToken,
    AuditEntry,
    BrowserSession,
    Invitation,
    Member,
    Role,
    User,
    Workspace,
)
from regulars.workspaces.passwords import check_new_password, end_links
from regulars.workspaces.permissions import ALL_PERMISSIONS, BUILT_IN_NAMES, FIRST_ROLE, KEEPING, Rights
from regulars.workspaces.sessions import end_sessions
from regulars.workspaces.trail.acts import act_of
from regulars.workspaces.trail.collecting import current_collector

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
    Role.objects.bulk_create(
        Role(workspace=workspace, key=key, name=shown) for key, shown in BUILT_IN_NAMES.items()
    )
    user = user or User.objects.create_user(
        email, password, name=name.strip(), language=language, time_zone=time_zone
    )
    first = named_role(workspace.id, FIRST_ROLE)
    end_links([user.id])
    member = Member.objects.create(workspace=workspace, user=user, role=first)
    record(MemberAdded(workspace.id, member.id, first.handle))
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
    named = named_role(workspace.id, role)
    user = User.objects.create_user(
        email, password, name=name, language=language, time_zone=workspace.time_zone
    )
    member = Member.objects.create(workspace=workspace, user=user, role=named)
    record(MemberAdded(workspace.id, member.id, named.handle))
    return member


@transaction.atomic
def invite_member(
    workspace: Workspace, email: str, role: str, *, by: Actor, inviter: Member | None
) -> tuple[Invitation, str]:
    """The secret of its link is shown once. Inviting again replaces the open invitation."""
    by.require("members:manage")
    named = named_role(workspace.id, role)
    check_gives(by, named.rights)
    check_holds(by, named.rights.permissions)
    _check_address(email)
    if inviter and not still_holds(_still_in(inviter), named.rights, "members:manage"):
        raise NotAllowed(_("You cannot give more than your own role has"))
    if Member.objects.filter(workspace=workspace, user__email=email.lower(), is_active=True).exists():
        raise Conflict(_("This person is already a member"))
    Invitation.objects.filter(workspace=workspace, email=email.lower(), accepted_at=None).delete()
    secret = new_secret()
    invitation = Invitation.objects.create(
        workspace=workspace,
        email=email.lower(),
        role=named,
        invited_by=inviter,
        token_fingerprint=fingerprint(secret),
        expires_at=clock.now() + INVITATION_LIFETIME,
    )
    record(MemberInvited(workspace.id, invitation.id, named.handle, by.doer))
    audit(by, "members:invite", "invitation", str(invitation.id), role=named.handle)
    return invitation, secret


@transaction.atomic
def withdraw_invitation(invitation: Invitation, *, by: Actor) -> None:
    """Its link opens nothing any more. Asked again, nothing changes."""
    by.require("members:manage")
    hold_rights(invitation.workspace_id)
    open_one = Invitation.objects.filter(id=invitation.id, accepted_at=None)
    if open_one.exists():
        check_outranks(by, invitation.role.rights)
        _withdraw(open_one, by=by)
        role = invitation.role.handle
        audit(by, "members:withdraw_invitation", "invitation", str(invitation.id), role=role)


@transaction.atomic
def accept_invitation(secret: str, *, name: str, password: str, language: str, time_zone: str) -> Member:
    """Raises ``NotFound`` for a used, replaced or expired link."""
    if known := _invitations(secret).first():
        hold_rights(known.workspace_id)
    invitation = _invitations(secret).select_for_update(of=("self",)).first()
    if invitation is None or not _is_good(invitation):
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
    end_links([user.id])
    member, _made = Member.objects.update_or_create(
        workspace=invitation.workspace, user=user, defaults={"role": invitation.role, "is_active": True}
    )
    invitation.accepted_at = clock.now()
    invitation.save(update_fields=["accepted_at"])
    record(MemberAdded(invitation.workspace_id, member.id, invitation.role.handle, invitation.id))
    return member


def find_open_invitation(secret: str) -> Invitation | None:
    """While it can be accepted: whoever made it could make it today."""
    found = _invitations(secret).first()
    return found if found and _is_good(found) else None


def _is_good(invitation: Invitation) -> bool:
    return still_holds(invitation.invited_by, invitation.role.rights, "members:manage")


def _invitations(secret: str) -> QuerySet[Invitation]:
    # unscoped: the secret says which workspace it opens
    return Invitation.objects.select_related("workspace", "role", "invited_by__role").filter(
        token_fingerprint=fingerprint(secret), accepted_at=None, expires_at__gt=clock.now()
    )


@transaction.atomic
def change_role(member: Member, role: str, *, by: Actor) -> None:
    """The last who may manage the workspace keeps theirs. What the member could not hand out now is taken back."""
    by.require("members:manage")
    wanted = named_role(member.workspace_id, role)
    check_gives(by, wanted.rights)
    _renew(member)
    held = member.role
    check_outranks(by, held.rights)
    check_holds(by, wanted.rights.permissions - held.rights.permissions)
    if held.id == wanted.id:
        return
    if KEEPING not in wanted.rights.permissions:
        _keep_without(member)
    if not held.rights.cover(wanted.rights):
        end_links([member.user_id])
    member.role = wanted
    member.save(update_fields=["role"])
    take_back_keys(member.workspace_id, {member.id: held.rights}, by=by)
    record(MemberRoleChanged(member.workspace_id, member.id, held.handle, wanted.handle, by.doer))
    audit(by, "members:change_role", "member", str(member.id), before=held.handle, after=wanted.handle)


@transaction.atomic
def set_member_active(member: Member, is_active: bool, *, by: Actor) -> None:
    """Whoever is out is out at once, with sessions, open screens, tokens, invitations and links for a password;
    none of them wakes up when the member is let in again.
    """
    by.require("members:manage")
    hold_rights(member.workspace_id)
    _renew(member)
    check_outranks(by, member.role.rights)
    if member.is_active == is_active:
        return
    if is_active:
        check_holds(by, member.role.rights.permissions)
    else:
        _keep_without(member)
    member.is_active = is_active
    member.save(update_fields=["is_active"])
    if not is_active:
        end_sessions(BrowserSession.objects.filter(member=member))
        end_links([member.user_id])
        _withdraw(
            Invitation.objects.filter(
                workspace_id=member.workspace_id, email=member.user.email, accepted_at=None
            ),
            by=by,
        )
        take_back_keys(member.workspace_id, {member.id: member.role.rights}, by=by)
    happened = MemberLetIn if is_active else MemberLockedOut
    record(happened(member.workspace_id, member.id, by.doer))
    audit(by, "members:activate" if is_active else "members:deactivate", "member", str(member.id))


@transaction.atomic
def create_api_token(
    workspace: Workspace, name: str, role: str, *, scopes: list[str] | None = None, by: Member | None = None
) -> tuple[ApiToken, str]:
    """A token and its plain text, which is shown once and stored only as a fingerprint.

    ``by`` is the member who makes it: it can do no more than they, and ends with their right. Without one the caller
    answers for the right to make it.
    """
    named = named_role(workspace.id, role)
    maker = actor_of_member(_still_in(by)) if by else None
    if maker:
        maker.require("tokens:manage")
        check_gives(maker, named.rights.narrowed(scopes or []))
    token, plain = _make_token(workspace, name, named, scopes or [], by)
    record(TokenCreated(workspace.id, token.id, named.handle, maker.doer if maker else None))
    if maker:
        audit(maker, "tokens:create", "token", str(token.id), role=named.handle, scopes=token.scopes)
    return token, plain


@transaction.atomic
def create_token_with(
    parent: ApiToken, name: str, role: str, *, scopes: list[str], by: Actor
) -> tuple[ApiToken, str]:
    """It may do no more than its parent, and ends with the right of the same member."""
    by.require("tokens:manage")
    named = named_role(parent.workspace_id, role)
    maker = _still_in(parent.created_by) if parent.created_by else None
    token, plain = _make_token(parent.workspace, name, named, scopes, maker)
    if not by.rights.cover(token.given):
        raise NotAllowed(
            _("A token cannot make one that may do more than itself"), permission="tokens:manage"
        )
    record(TokenCreated(token.workspace_id, token.id, named.handle, by.doer))
    audit(by, "tokens:create", "token", str(token.id), role=named.handle, scopes=token.scopes)
    return token, plain


def _make_token(
    workspace: Workspace, name: str, role: Role, scopes: list[str], maker: Member | None
) -> tuple[ApiToken, str]:
    unknown = sorted(set(scopes) - ALL_PERMISSIONS)
    if unknown:
        raise Invalid(
            _("Unknown scopes: %(scopes)s") % {"scopes": ", ".join(unknown)},
            fields={"scopes": ", ".join(sorted(role.rights.permissions))},
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
        revoke(token, by=by)


def revoke(token: ApiToken, *, by: Actor) -> None:
    """With what else takes its right away; whoever asks for just this needs ``revoke_api_token``."""
    token.revoked_at = clock.now()
    token.save(update_fields=["revoked_at"])
    record(TokenRevoked(token.workspace_id, token.id, by.doer))
    audit(by, "tokens:revoke", "token", str(token.id))


def audit(by: Actor, verb: str, object_kind: str, object_id: str, **details: object) -> None:
    """In the transaction of what it tells about. Within a request it is that request's entry."""
    collector = current_collector()
    if collector is not None and collector.actor.id == by.id:
        collector.note(verb, object_kind, object_id, details)
        return
    AuditEntry.objects.create(
        workspace_id=by.workspace_id,
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        act=act_of(verb),
        verb=verb,
        object_kind=object_kind,
        object_id=object_id,
        object_ids=[key] if (key := parse_id(object_id)) else [],
        object_counts=[(object_kind, 1)] if key else [],
        details=details,
    )


def take_back_keys(workspace_id: UUID, had: Mapping[UUID, Rights], *, by: Actor) -> None:
    """Tokens that members of whom something was taken (``had``: their rights until now) could not make any more,
    and open invitations that whoever made them could not make now.
    """
    tokens = ApiToken.objects.filter(workspace_id=workspace_id, revoked_at=None, created_by__in=list(had))
    for token in tokens.select_related("role", "created_by__role").order_by("id"):
        maker = token.created_by
        if maker and not still_holds(maker, token.given.within(had[maker.id]), "tokens:manage"):
            revoke(token, by=by)
    invitations = Invitation.objects.filter(
        workspace_id=workspace_id, accepted_at=None, invited_by__isnull=False
    )
    for invitation in invitations.select_related("role", "invited_by__role").order_by("id"):
        if not _is_good(invitation):
            _withdraw(Invitation.objects.filter(id=invitation.id), by=by)
            role = invitation.role.handle
            audit(by, "members:withdraw_invitation", "invitation", str(invitation.id), role=role)


def _withdraw(invitations: QuerySet[Invitation], *, by: Actor) -> None:
    gone = list(invitations.values_list("workspace_id", "id"))
    invitations.delete()
    record_all(InvitationWithdrawn(workspace_id, key, by.doer) for workspace_id, key in gone)


def _still_in(maker: Member) -> Member:
    """Whoever hands something out, as they are now, locked: keys are made and taken back one after the other."""
    fresh = Member.objects.select_related("role").select_for_update(of=("self",)).get(id=maker.id)
    if not fresh.is_active:
        raise NotAllowed(_("This member is no longer active"))
    return fresh


def _check_account(email: str, password: str, *, about: list[str]) -> None:
    _check_address(email)
    check_new_password(password, about=about)


def is_mail_address(text: str) -> bool:
    """Of quoted names only those without controls: VT and FF, which RFC 5321 has in none, end a line of a header."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return text.isprintable()


def _check_address(email: str) -> None:
    if not is_mail_address(email):
        raise Invalid(_("This is not an e-mail address"), fields={"email": "name@example.com"})


def _renew(member: Member) -> None:
    """Role and activity as they are now, locked: keys are made and taken back one after the other."""
    fresh = Member.objects.select_related("role").select_for_update(of=("self",)).get(id=member.id)
    member.role, member.is_active = fresh.role, fresh.is_active


def _keep_without(member: Member) -> None:
    if member.is_active and KEEPING in member.role.rights.permissions:
        keep_a_keeper(member.workspace_id, Q(id=member.id))


def _free_slug(name: str) -> str:
    base = slugify(name)[:40] or "workspace"
    slug, number = base, 2
    while Workspace.objects.filter(slug=slug).exists():
        slug, number = f"{base}-{number}", number + 1
    return slug
