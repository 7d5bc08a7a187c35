"""API tokens at the door: found by a fingerprint of their plain text, good while their maker has the right to them."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from regulars.kernel import clock
from regulars.kernel.crypto import fingerprint
from regulars.workspaces.access import still_holds
from regulars.workspaces.models import ApiToken

LAST_USE_IS_NOTED_EVERY = timedelta(minutes=1)


def find_token(plain: str) -> ApiToken | None:
    # unscoped: the token says which workspace it opens
    known = ApiToken.objects.select_related("role", "created_by__role")
    token = known.filter(token_fingerprint=fingerprint(plain), revoked_at=None).first()
    return token if token and still_holds(token.created_by, token.rights, "tokens:manage") else None


def is_unrevoked(plain: str) -> bool:
    """Asks less than ``find_token``."""
    # unscoped: as above, the token says which
    return ApiToken.objects.filter(token_fingerprint=fingerprint(plain), revoked_at=None).exists()


def note_token_use(token: ApiToken) -> None:
    """At most once a minute: reading must not cost a write each time."""
    stale_at = clock.now() - LAST_USE_IS_NOTED_EVERY
    if token.last_used_at is None or token.last_used_at < stale_at:
        unused = Q(last_used_at=None) | Q(last_used_at__lt=stale_at)
        ApiToken.objects.filter(unused, id=token.id).update(last_used_at=clock.now())
