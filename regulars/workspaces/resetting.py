"""A forgotten password: asked for by anybody, answered only in the mailbox of whoever has the address.

The page does the same work and says the same whether or not there is such an account: it keeps the address (sealed),
and a worker looks whose it is. The link opens one account, once, for an hour (docs/decisions/mail.md).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable, fingerprint, keyed_mark
from regulars.kernel.errands import wake_errands
from regulars.kernel.errors import Conflict, NotAllowed, NotFound
from regulars.kernel.ids import new_secret
from regulars.workspaces.access import Actor
from regulars.workspaces.giving import check_holds, check_outranks, hold_rights
from regulars.workspaces.guessing import take_turn
from regulars.workspaces.models import Member, PasswordReset, ResetAsked, User
from regulars.workspaces.operations import audit
from regulars.workspaces.passwords import check_new_password, set_password

LIFETIME = timedelta(hours=1)
MOST_AN_HOUR = 3
"""links for one account: what is asked for beyond them is not answered, so that nobody fills a colleague's mailbox"""
AT_ONCE = 50
"""addresses that an errand looks up in one transaction"""


@dataclass(frozen=True, slots=True)
class ResetLink:
    """``secret`` stands in the link, and nowhere else."""

    reset: PasswordReset
    secret: str


@transaction.atomic(durable=True)
def ask_for_reset(address: str, source: str) -> None:
    """``source``: the network address that asks. Raises ``TooManyAttempts`` when it has asked often of late."""
    take_turn("reset", source)
    wanted = address.strip().lower()
    asked = ResetAsked(mark=keyed_mark(wanted, "reset"), address=wanted)
    ResetAsked.objects.bulk_create([asked], ignore_conflicts=True)
    wake_errands()


@transaction.atomic
def answer_asked(answer: Callable[[User], None]) -> int:
    """``answer`` each account that was asked for and may have a link; returns how many were looked up.

    ``answer`` runs in the transaction that forgets the question.
    """
    waiting = ResetAsked.objects.order_by("asked_at").select_for_update(skip_locked=True)
    marks = list(waiting.values_list("mark", flat=True)[:AT_ONCE])
    for each in marks:
        user = _account_of(each)
        if user is not None and _links_of_late(user) < MOST_AN_HOUR:
            answer(user)
    ResetAsked.objects.filter(mark__in=marks).delete()
    return len(marks)


def _account_of(mark: str) -> User | None:
    """None where nobody is to be told: no such account, or one of somebody who is a member nowhere."""
    try:
        address = ResetAsked.objects.get(mark=mark).address
    except Undecryptable:  # asked under a key that is gone
        return None
    user = User.objects.select_for_update().filter(email=address, is_active=True).first()
    return user if user and _memberships(user).exists() else None


def _links_of_late(user: User) -> int:
    return PasswordReset.objects.filter(user=user, created_at__gt=clock.now() - timedelta(hours=1)).count()


def _memberships(user: User) -> QuerySet[Member]:
    return Member.objects.filter(user=user, is_active=True).order_by("created_at", "id")


def workspaces_of(user: User) -> list[UUID]:
    """Where they are in, the longest first."""
    return list(_memberships(user).values_list("workspace_id", flat=True))


def make_link(user: User) -> ResetLink:
    """Those made before stay good until one is used: mails overtake each other."""
    secret = new_secret()
    reset = PasswordReset.objects.create(
        user=user, token_fingerprint=fingerprint(secret), expires_at=clock.now() + LIFETIME
    )
    return ResetLink(reset, secret)


@transaction.atomic
def make_link_for(member: Member, *, by: Actor) -> ResetLink:
    """For somebody who gets no mail: an admin hands it on.

    Whoever has it can be that person, so it is only for those who may do no more, and are nowhere else; it ends when
    they may do more, come into another workspace or are out. Nor is it for oneself: an open screen is no password.
    """
    by.require("members:manage")
    hold_rights(by.workspace_id)
    member = Member.objects.select_related("role", "user").get(workspace_id=by.workspace_id, id=member.id)
    if member.id == by.member_id:
        raise NotAllowed(
            _("Nobody makes a link for themselves: your own password is changed on your account's page")
        )
    check_outranks(by, member.role.rights)
    check_holds(by, member.role.rights.permissions)
    if not member.is_active:
        raise Conflict(_("This member is no longer active"))
    if workspaces_of(member.user) != [by.workspace_id]:
        raise NotAllowed(_("This person works in another workspace, too: only they can reset their password"))
    link = make_link(member.user)
    audit(by, "members:reset_password", "member", str(member.id))
    return link


def find_open_reset(secret: str) -> PasswordReset | None:
    return _open(secret).select_related("user").first()


def is_open(reset_id: UUID) -> bool:
    return _still_open(PasswordReset.objects.filter(id=reset_id)).exists()


@transaction.atomic
def reset_password(secret: str, password: str) -> User:
    """Signs out every browser. Raises ``NotFound`` for a link that was used, overtaken or has expired."""
    known = find_open_reset(secret)
    user = User.objects.select_for_update().filter(id=known.user_id).first() if known else None
    reset = _open(secret).select_for_update().first() if user else None
    if user is None or reset is None or not _memberships(user).exists():
        raise NotFound(_("This link was used or has expired. Ask for a new one."))
    business = _memberships(user).select_related("workspace").values_list("workspace__name", flat=True)
    check_new_password(password, about=[user.email, user.name, *business])
    set_password(user, password, was_by_link=True)
    return user


def _open(secret: str) -> QuerySet[PasswordReset]:
    return _still_open(PasswordReset.objects.filter(token_fingerprint=fingerprint(secret)))


def _still_open(resets: QuerySet[PasswordReset]) -> QuerySet[PasswordReset]:
    return resets.filter(is_void=False, expires_at__gt=clock.now(), user__is_active=True)


def forget_old_resets() -> None:
    PasswordReset.objects.filter(expires_at__lt=clock.now() - LIFETIME).delete()
    ResetAsked.objects.filter(asked_at__lt=clock.now() - LIFETIME).delete()
