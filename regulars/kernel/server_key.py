"""Whether this server has the secret key that its database belongs to.

Each home makes a key of its own; a second machine over the same database with another key could open no stored secret,
and everything it took in hand would fail. The database therefore knows the key's fingerprint, and another key refuses
to start.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from regulars.kernel import clock
from regulars.kernel.models import ServerKey


class OtherKey(Exception):
    """The database belongs to another secret key; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "This database belongs to another secret key than the one that this server has. Every machine over one "
            "database needs the same REGULARS_SECRET_KEY: the first one's stands in the file secret_key of its home. "
            "To change the key, put the one before into REGULARS_OLD_SECRET_KEYS. If it is lost, `regulars adopt-key` "
            "goes on with the new one; access tokens and app secrets have to be entered again then."
        )


@transaction.atomic
def require_own_key() -> None:
    """Raise OtherKey unless the database is new, or belongs to our key or one we had before (which ours replaces)."""
    ours, older = _fingerprints()
    row, made = ServerKey.objects.select_for_update().get_or_create(
        id=ServerKey.ONLY, defaults={"fingerprint": ours}
    )
    if made or row.fingerprint == ours:
        return
    if row.fingerprint not in older:
        raise OtherKey
    _replace(row, ours)


@transaction.atomic
def adopt_key() -> bool:
    ours, _older = _fingerprints()
    row, made = ServerKey.objects.select_for_update().get_or_create(
        id=ServerKey.ONLY, defaults={"fingerprint": ours}
    )
    if made or row.fingerprint == ours:
        return False
    _replace(row, ours)
    return True


def _replace(row: ServerKey, fingerprint: str) -> None:
    row.fingerprint, row.since = fingerprint, clock.now()
    row.save()


def _fingerprints() -> tuple[str, Sequence[str]]:
    return fingerprint_of(settings.SECRET_KEY), [fingerprint_of(key) for key in settings.SECRET_KEY_FALLBACKS]


def fingerprint_of(key: str) -> str:
    """What is known of a key without knowing it: 32 hexadecimal digits, derived apart from every use of the key."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=16, salt=None, info=b"regulars/key-fingerprint/1")
    return kdf.derive(key.encode()).hex()
