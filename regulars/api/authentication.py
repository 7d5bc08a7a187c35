"""Who calls: the bearer token of a request, and the actor behind it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from regulars.api.problems import Unauthorized
from regulars.workspaces.access import Actor, actor_of_token
from regulars.workspaces.tokens import find_token, is_unrevoked, note_token_use


@dataclass(frozen=True, slots=True)
class Caller:
    """A token that was accepted."""

    token_id: UUID
    actor: Actor


def authenticate(request: HttpRequest) -> Caller:
    """Raises :class:`Unauthorized` without a known token whose maker still has the right to it."""
    plain = _bearer_token(request)
    token = find_token(plain)
    if token is None:
        raise Unauthorized(_("This token is unknown or was revoked"))
    note_token_use(token)
    return Caller(token.id, actor_of_token(token))


def is_known_token(header: str) -> bool:
    plain = _token_in(header)
    return bool(plain) and is_unrevoked(plain)


def _bearer_token(request: HttpRequest) -> str:
    plain = _token_in(request.headers.get("Authorization", ""))
    if not plain:
        raise Unauthorized(_("Send the header Authorization: Bearer <token>"))
    return plain


def _token_in(header: str) -> str:
    scheme, _space, plain = header.partition(" ")
    return plain.strip() if scheme.lower() == "bearer" else ""
