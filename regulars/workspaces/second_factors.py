"""Second factors: added, proved, named, removed, and taken away from somebody who lost theirs.

Whoever has one (``User.second_factor_at``) comes in by it alone: a session that has not passed it is nobody's
(``web.sign_in``). The first one that somebody adds signs out every other browser, as does taking all away
(docs/decisions/second-factor.md).
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable
from regulars.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from regulars.kernel.events import Doer, record
from regulars.workspaces import passkeys
from regulars.workspaces.access import Actor
from regulars.workspaces.events import SecondFactorAdded, SecondFactorRemoved
from regulars.workspaces.giving import check_holds, check_outranks, hold_rights
from regulars.workspaces.models import (
    APP,
    PASSKEY,
    BrowserSession,
    Member,
    RecoveryCode,
    SecondFactor,
    User,
)
from regulars.workspaces.operations import audit
from regulars.workspaces.passkeys import NewPasskey, Place, Question, WrongPasskey
from regulars.workspaces.recovery_codes import renew_codes, use_code
from regulars.workspaces.sessions import end_sessions
from regulars.workspaces.totp import step_of

MOST = 20
NAME_LENGTH = 60
ALL = "all"
"""as kind of what was removed: every second factor at once"""


def factors_of(user_id: UUID) -> QuerySet[SecondFactor]:
    """The oldest first; without the secrets, which only judging a code needs."""
    return SecondFactor.objects.filter(user_id=user_id).defer("secret").order_by("created_at", "id")


def access_factor(actor: Actor, member: Member, factor_id: UUID | None) -> SecondFactor:
    """One's own: nobody else's is anybody's business."""
    own = factors_of(member.user_id) if actor.member_id == member.id else SecondFactor.objects.none()
    found = own.filter(id=factor_id).first() if factor_id else None
    if found is None:
        raise NotFound(_("There is no such second factor; it may have been removed"))
    return found


@transaction.atomic
def add_app(member: Member, secret: str, code: str, *, name: str, by: Actor, stays_in: UUID) -> list[str]:
    """An app that shows a right code of ``secret`` now. New recovery codes with the first second factor, else none.

    Raises ``Invalid`` naming ``code`` when it is not of that secret.
    """
    user = _locked(member)
    if any(_secret_of(each) == secret for each in SecondFactor.objects.filter(user=user, kind=APP)):
        return []  # the form came twice
    step = step_of(secret, _plain(code), at=clock.now())
    if step is None:
        raise Invalid(
            _("This is not the code that the app shows now. Is the phone's clock right?"),
            fields={"code": "six digits"},
        )
    factor = SecondFactor(user=user, kind=APP, secret=secret, last_step=step)
    return _add(factor, member, name or _("Authenticator app"), by=by, stays_in=stays_in)


@transaction.atomic
def add_passkey(
    member: Member, made: NewPasskey, place: Place, *, name: str, by: Actor, stays_in: UUID
) -> list[str]:
    """New recovery codes with the first second factor, else none."""
    user = _locked(member)
    factor = SecondFactor(
        user=user,
        kind=PASSKEY,
        credential_id=made.credential_id,
        public_key=made.public_key,
        rp_id=place.host,
        sign_count=made.sign_count,
    )
    return _add(factor, member, name or _("Passkey"), by=by, stays_in=stays_in)


def _add(factor: SecondFactor, member: Member, name: str, *, by: Actor, stays_in: UUID) -> list[str]:
    user = factor.user
    if SecondFactor.objects.filter(user=user).count() >= MOST:
        raise Conflict(
            _("Nobody needs more than %(limit)s second factors; remove one first") % {"limit": MOST}
        )
    factor.name = _checked_name(name)
    try:
        with transaction.atomic():
            factor.save()
    except IntegrityError as error:
        raise Conflict(_("This passkey is there already")) from error
    codes = []
    if user.second_factor_at is None:
        user.second_factor_at = clock.now()
        user.save(update_fields=["second_factor_at"])
        member.user.second_factor_at = user.second_factor_at
        codes = renew_codes(user)
        end_sessions(BrowserSession.objects.filter(user=user).exclude(id=stays_in))
    record(SecondFactorAdded(member.workspace_id, member.id, factor.kind, factor.name))
    audit(by, "second_factor:add", "member", str(member.id), kind=factor.kind)
    return codes


@transaction.atomic
def rename_factor(factor: SecondFactor, name: str) -> None:
    SecondFactor.objects.filter(id=factor.id).update(name=_checked_name(name))


@transaction.atomic
def remove_factor(member: Member, factor: SecondFactor, *, by: Actor) -> None:
    """With the last one the recovery codes go, and the password alone lets in. Asked again, nothing changes."""
    user = _locked(member)
    if not SecondFactor.objects.filter(id=factor.id, user=user).delete()[0]:
        return
    if not SecondFactor.objects.filter(user=user).exists():
        _let_in_without(user)
        member.user.second_factor_at = None
    record(SecondFactorRemoved(member.workspace_id, member.id, factor.kind, factor.name, by.doer))
    audit(by, "second_factor:remove", "member", str(member.id), kind=factor.kind)


@transaction.atomic
def new_codes(member: Member, *, by: Actor) -> list[str]:
    """Shown this once. Those of before open nothing any more."""
    user = _locked(member)
    if user.second_factor_at is None:
        raise Conflict(_("Recovery codes belong to a second factor; set one up first"))
    audit(by, "second_factor:new_codes", "member", str(member.id))
    return renew_codes(user)


@transaction.atomic
def reset_factors(member: Member, *, by: Actor) -> None:
    """For somebody who lost device and codes: all are taken away, and every browser of theirs is signed out.

    With a link for a password whoever does it could be that person; so it is only for those who may do no more, and
    are nowhere else. Nor is it for oneself: an open screen is no second factor.
    """
    by.require("members:manage")
    hold_rights(by.workspace_id)
    member = Member.objects.select_related("role", "user").get(workspace_id=by.workspace_id, id=member.id)
    if member.id == by.member_id:
        raise NotAllowed(_("Your own second factors are on your account's page"))
    check_outranks(by, member.role.rights)
    check_holds(by, member.role.rights.permissions)
    elsewhere = Member.objects.filter(user=member.user, is_active=True).exclude(workspace_id=by.workspace_id)
    if elsewhere.exists():
        raise NotAllowed(
            _("This person works in another workspace, too: only they can remove their second factors")
        )
    if _take_all(member, by=by.doer):
        audit(by, "second_factor:reset", "member", str(member.id))


@transaction.atomic
def reset_factors_by_command(user: User) -> bool:
    """For whoever has the machine; False when there were none."""
    members = Member.objects.filter(user=user).select_related("user")
    member = members.order_by("-is_active", "created_at").first()
    return member is not None and _take_all(member, by=None)


def _take_all(member: Member, *, by: Doer | None) -> bool:
    user = _locked(member)
    if user.second_factor_at is None:
        return False
    SecondFactor.objects.filter(user=user).delete()
    _let_in_without(user)
    end_sessions(BrowserSession.objects.filter(user=user))
    record(SecondFactorRemoved(member.workspace_id, member.id, ALL, "", by))
    return True


def _let_in_without(user: User) -> None:
    RecoveryCode.objects.filter(user=user).delete()
    user.second_factor_at = None
    user.save(update_fields=["second_factor_at"])


@transaction.atomic
def prove_by_code(user: User, written: str) -> bool:
    """Whether it is a code that an app shows now, or an unused recovery code. Either is taken once."""
    if not User.objects.select_for_update().filter(id=user.id).exists():
        return False
    plain = _plain(written)
    now = clock.now()
    for app in SecondFactor.objects.filter(user=user, kind=APP).defer("secret").order_by("created_at", "id"):
        secret = _secret_of(app)
        step = step_of(secret, plain, at=now, after=app.last_step) if secret else None
        if step is not None:
            SecondFactor.objects.filter(id=app.id).update(last_step=step, last_used_at=now)
            return True
    return use_code(user, written)


def ask_for_passkey(user: User, place: Place) -> Question | None:
    """None when they have none for this host."""
    own = factors_of(user.id).filter(kind=PASSKEY, rp_id=place.host)
    ids = [str(each.credential_id) for each in own]
    return passkeys.ask_for_known(place, ids) if ids else None


@transaction.atomic
def prove_by_passkey(user: User, answer: str, place: Place, challenge: str) -> bool:
    """As second step: whether ``answer`` was signed by a passkey of theirs."""
    found = _passkey_of(answer, [user.id])
    return found is not None and _signed(found, answer, place, challenge, is_person_verified=False)


@transaction.atomic
def user_by_passkey(answer: str, place: Place, challenge: str) -> User | None:
    """Instead of a password and a second step: the device has verified the person. None when anything is wrong."""
    found = _passkey_of(answer, None)
    if found is None or not found.user.is_active:
        return None
    return found.user if _signed(found, answer, place, challenge, is_person_verified=True) else None


def _passkey_of(answer: str, users: Collection[UUID] | None) -> SecondFactor | None:
    """Locked. ``users``: only one of theirs."""
    try:
        claim = passkeys.read_claim(answer)
    except WrongPasskey:
        return None
    # unscoped: the credential says whose it is
    known = SecondFactor.objects.filter(kind=PASSKEY, credential_id=claim.credential_id).defer("secret")
    found = known.select_for_update(of=("self",)).select_related("user").first()
    if found is None or (users is not None and found.user_id not in users):
        return None
    return found if claim.user_id in {None, found.user_id} else None


def _signed(
    passkey: SecondFactor, answer: str, place: Place, challenge: str, *, is_person_verified: bool
) -> bool:
    try:
        count = passkeys.judge(
            answer,
            place,
            challenge,
            rp_id=passkey.rp_id,
            public_key=str(passkey.public_key),
            sign_count=passkey.sign_count,
            is_person_verified=is_person_verified,
        )
    except WrongPasskey:
        return False
    SecondFactor.objects.filter(id=passkey.id).update(sign_count=count, last_used_at=clock.now())
    return True


def _secret_of(app: SecondFactor) -> str:
    try:
        return app.secret or ""
    except Undecryptable:  # written under a key that is gone: the recovery codes still open
        return ""


def _plain(code: str) -> str:
    """As apps show it: often in two groups."""
    return code.replace(" ", "").replace("-", "").strip()


def _locked(member: Member) -> User:
    return User.objects.select_for_update().get(id=member.user_id)


def _checked_name(name: str) -> str:
    given = " ".join(name.split())
    if not 1 <= len(given) <= NAME_LENGTH:
        raise Invalid(
            _("A name has 1 to %(limit)s characters") % {"limit": NAME_LENGTH},
            fields={"name": f"1 to {NAME_LENGTH} characters"},
        )
    return given
