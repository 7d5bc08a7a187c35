"""Secrets at rest: authenticated encryption under the workspace server's secret key, with rotation."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


class Undecryptable(ValueError):
    """The stored secret was written under a key that this server does not have."""


def encrypt(text: str) -> str:
    return _cipher(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS)).encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """The sealed text; raises :class:`Undecryptable` when no known key opens it."""
    try:
        cipher = _cipher(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))
        return cipher.decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable(
            "a stored secret cannot be opened: REGULARS_SECRET_KEY differs from the one it was written with; "
            "put the old key into REGULARS_OLD_SECRET_KEYS"
        ) from error


def reseal(sealed: str) -> str | None:
    """The same under the key of now; None when it is under that already. Raises :class:`Undecryptable`."""
    try:
        _cipher(settings.SECRET_KEY, ()).decrypt(sealed.encode())
    except InvalidToken:
        return encrypt(decrypt(sealed))
    return None


def fingerprint(secret: str) -> str:
    """A one-way SHA-256 of a random secret (tokens): comparable, useless to a thief. Hex, 64 characters."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keyed_mark(text: str, purpose: str) -> str:
    """A keyed hash of something guessable (an address): comparable, and nothing without the server's key. Hex."""
    return hmac.new(_purpose_key(settings.SECRET_KEY, purpose), text.encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=16)
def _purpose_key(key: str, purpose: str) -> bytes:
    return _derive(key, f"regulars/{purpose}/1")


@lru_cache(maxsize=4)
def _cipher(key: str, older: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derive(each, "regulars/secrets-at-rest/1")) for each in (key, *older)])


def _derive(key: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=purpose.encode())
    return base64.urlsafe_b64encode(kdf.derive(key.encode()))


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text that the database only ever sees sealed. Cannot be searched or compared in SQL.

    ``mark``: the column that holds its keyed hash, and what for (``keyed_mark``); another key makes it anew
    (``kernel.resealing``). No matter of the schema: migrations know nothing of it.
    """

    def __init__(self, *arguments: Any, mark: tuple[str, str] | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.mark = mark

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else encrypt(str(value))

    def from_db_value(self, value: Any, expression: object, connection: object) -> str | None:
        return None if value is None else decrypt(value)
