"""Browsers that members let us wake: added by themselves, listed and removed by their members."""

from __future__ import annotations

import base64
import binascii
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from regulars.kernel.addresses import ForbiddenAddress
from regulars.kernel.crypto import keyed_mark
from regulars.kernel.errors import Invalid, NotFound
from regulars.notifications.models import ENDPOINT_MARK, PushSubscription
from regulars.notifications.services import check_endpoint
from regulars.workspaces.models import BrowserSession, Member

MOST_BROWSERS = 20
"""of one member; the oldest goes"""
LONGEST_ENDPOINT = 2000
_POINT, _SECRET = 65, 16
"""bytes of an uncompressed point and of the authentication secret (RFC 8291)"""


def browsers_of(member: Member) -> QuerySet[PushSubscription]:
    return PushSubscription.objects.filter(member=member).order_by("-created_at")


@transaction.atomic
def subscribe(
    member: Member,
    *,
    endpoint: str,
    public_key: str,
    secret: str,
    session: BrowserSession | None = None,
    browser: str = "",
) -> PushSubscription:
    """Also again, and in the place of whoever used the browser before. Raises ``Invalid`` for what no browser says."""
    _check(endpoint, public_key, secret)
    row, _made = PushSubscription.objects.update_or_create(
        mark=_mark(endpoint),
        defaults={
            "workspace_id": member.workspace_id,
            "member": member,
            "session": session,
            "endpoint": endpoint,
            "public_key": public_key,
            "secret": secret,
            "browser": browser[:400],
        },
    )
    for old in browsers_of(member)[MOST_BROWSERS:]:
        old.delete()
    return row


def unsubscribe(member: Member, endpoint: str) -> None:
    """Of the browser that says so itself, when somebody signs out of it or wants no more."""
    browsers_of(member).filter(mark=_mark(endpoint)).delete()


def remove_browser(member: Member, subscription_id: UUID | None) -> None:
    gone, _rows = browsers_of(member).filter(id=subscription_id).delete() if subscription_id else (0, {})
    if not gone:
        raise NotFound(_("This browser gets no notifications any more"))


def knows(member: Member, endpoint: str) -> bool:
    return browsers_of(member).filter(mark=_mark(endpoint)).exists()


def _mark(endpoint: str) -> str:
    return keyed_mark(endpoint, ENDPOINT_MARK)


def _check(endpoint: str, public_key: str, secret: str) -> None:
    fields = {}
    try:
        if len(endpoint) > LONGEST_ENDPOINT:
            raise ForbiddenAddress("too long")
        check_endpoint(endpoint, settings.PUSH_SERVICE)
    except ForbiddenAddress:
        fields["endpoint"] = _("An https address on the public internet")
    if _length(public_key) != _POINT:
        fields["public_key"] = _("The browser's key (p256dh), base64url")
    if _length(secret) != _SECRET:
        fields["secret"] = _("The browser's secret (auth), base64url")
    if fields:
        raise Invalid(_("This is no subscription of a browser"), fields=fields)


def _length(text: str) -> int:
    try:
        return len(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return -1
