"""The secret of an app on its way through the page that shows it: sealed, for one person, for a quarter of an hour."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from regulars.kernel import clock
from regulars.kernel.crypto import Undecryptable, decrypt, encrypt
from regulars.workspaces.models import User

LASTS = timedelta(minutes=15)


class _Sealed(msgspec.Struct):
    user: str
    secret: str
    at: datetime


def seal_secret(user: User, secret: str) -> str:
    return encrypt(msgspec.json.encode(_Sealed(str(user.id), secret, clock.now())).decode())


def unseal_secret(user: User, sealed: str) -> str | None:
    """None for what is old, of somebody else, or none of ours."""
    try:
        kept = msgspec.json.decode(decrypt(sealed), type=_Sealed)
    except (Undecryptable, msgspec.DecodeError):
        return None
    return kept.secret if kept.user == str(user.id) and clock.now() - kept.at < LASTS else None
