"""Who calls: the bearer token of a request, and the actor behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.api.problems import Unauthorized
from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.workspaces.access import Actor, actor_of_token, still_holds
from regulars.workspaces.models import ApiToken

LAST_USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Caller:
    """A token that was accepted."""

    token_id: UUID
    actor: Actor


def authenticate(request: HttpRequest) -> Caller:
    """The caller; raises :class:`Unauthorized` without a known token whose maker still has the right to it."""
    plain = _bearer_token(request)
    known = ApiToken.objects.select_related("created_by")
    token = known.filter(token_fingerprint=fingerprint(plain), revoked_at=None).first()
    if token is None or not still_holds(token.created_by, token.role):
        raise Unauthorized(_("This token is unknown or was revoked"))
    _note_use(token)
    return Caller(token.id, actor_of_token(token))


def is_known_token(header: str) -> bool:
    """Whether an Authorization header carries a token that is good now."""
    plain = _token_in(header)
    return (
        bool(plain)
        and ApiToken.objects.filter(token_fingerprint=fingerprint(plain), revoked_at=None).exists()
    )


def _bearer_token(request: HttpRequest) -> str:
    plain = _token_in(request.headers.get("Authorization", ""))
    if not plain:
        raise Unauthorized(_("Send the header Authorization: Bearer <token>"))
    return plain


def _token_in(header: str) -> str:
    scheme, _space, plain = header.partition(" ")
    return plain.strip() if scheme.lower() == "bearer" else ""


def _note_use(token: ApiToken) -> None:
    """Write the time of use, at most once a minute: reading must not cost a write each time."""
    stale_at = clock.now() - LAST_USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < stale_at:
        unused = Q(last_used_at=None) | Q(last_used_at__lt=stale_at)
        ApiToken.objects.filter(unused, id=token.id).update(last_used_at=clock.now())
