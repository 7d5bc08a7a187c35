"""The first owner of an installation: exactly one, and only who can read what the start printed.

The secret of the set-up address follows from the server's key, so that every process of an installation knows it
and none stores it. Once there is anybody it opens nothing.
"""

from __future__ import annotations

from hmac import compare_digest

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.kernel.crypto import keyed_mark
from regulars.kernel.errors import Conflict, NotAllowed
from regulars.kernel.locks import lock_keys
from regulars.workspaces.models import Member, User
from regulars.workspaces.operations import create_owner


def is_set_up() -> bool:
    return User.objects.exists()


def set_up_secret() -> str:
    return keyed_mark("first owner", "set-up")[:40]


def is_set_up_secret(given: str) -> bool:
    return compare_digest(given.encode(), set_up_secret().encode())


@transaction.atomic
def create_first_owner(
    secret: str,
    *,
    workspace_name: str,
    email: str,
    password: str,
    name: str,
    language: str,
    time_zone: str,
) -> Member:
    """Of several at once, one succeeds and the others are told."""
    if not is_set_up_secret(secret):
        raise NotAllowed(_("The set-up address is not right"))
    lock_keys(["workspaces.first_owner"])
    if is_set_up():
        raise Conflict(_("Somebody has set this up already. Sign in, or ask them for an invitation."))
    return create_owner(workspace_name, email, password, name, language, time_zone)
