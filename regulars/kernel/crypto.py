"""Secrets at rest: authenticated encryption under the workspace server's secret key, with rotation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


class Undecryptable(ValueError):
    """The stored secret was written under a key that this server does not have."""


_OTHER_KEY = (
    "a stored secret cannot be opened: REGULARS_SECRET_KEY differs from the one it was written with; "
    "put the old key into REGULARS_OLD_SECRET_KEYS"
)


def encrypt(text: str) -> str:
    return _cipher(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS)).encrypt(text.encode()).decode()


def decrypt(sealed: str) -> str:
    """The sealed text; raises :class:`Undecryptable` when no known key opens it."""
    try:
        cipher = _cipher(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS))
        return cipher.decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise Undecryptable(_OTHER_KEY) from error


def reseal(sealed: str) -> str | None:
    """The same under the key of now; None when it is under that already. Raises :class:`Undecryptable`."""
    try:
        _cipher(settings.SECRET_KEY, ()).decrypt(sealed.encode())
    except InvalidToken:
        return encrypt(decrypt(sealed))
    return None


_BYTES_MARK = b"\x01"
_NONCE_SIZE, _KEY_MARK_SIZE = 12, 4
_BODIES = "regulars/bodies-at-rest/1"


def seal_bytes(content: bytes) -> bytes:
    """Authenticated, a few microseconds for a kilobyte: a mark, which key it was, a nonce, and the rest."""
    mark, cipher = _bytes_ciphers(settings.SECRET_KEY, ())[0]
    nonce = os.urandom(_NONCE_SIZE)
    return _BYTES_MARK + mark + nonce + cipher.encrypt(nonce, content, None)


def open_bytes(stored: bytes) -> bytes:
    """What was sealed, and anything else as it is. Raises :class:`Undecryptable` when no known key opens it."""
    if not stored.startswith(_BYTES_MARK):
        return stored
    begin = len(_BYTES_MARK) + _KEY_MARK_SIZE
    mark, nonce = stored[len(_BYTES_MARK) : begin], stored[begin : begin + _NONCE_SIZE]
    for known, cipher in _bytes_ciphers(settings.SECRET_KEY, tuple(settings.SECRET_KEY_FALLBACKS)):
        if known == mark:
            try:
                return cipher.decrypt(nonce, stored[begin + _NONCE_SIZE :], None)
            except InvalidTag as error:
                raise Undecryptable("stored bytes were changed") from error
    raise Undecryptable(_OTHER_KEY)


def reseal_bytes(stored: bytes) -> bytes | None:
    """Sealed under the key of now; None when it is so already. Raises :class:`Undecryptable`."""
    mark, _cipher = _bytes_ciphers(settings.SECRET_KEY, ())[0]
    return None if stored.startswith(_BYTES_MARK + mark) else seal_bytes(open_bytes(stored))


@lru_cache(maxsize=4)
def _bytes_ciphers(key: str, older: tuple[str, ...]) -> list[tuple[bytes, AESGCM]]:
    keys = [base64.urlsafe_b64decode(_derive(each, _BODIES)) for each in (key, *older)]
    return [(hashlib.sha256(each).digest()[:_KEY_MARK_SIZE], AESGCM(each)) for each in keys]


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


class SealedField:
    """A column in which something lies sealed, for whoever seals it anew (``kernel.resealing``)."""

    holds = "{} IS NOT NULL"
    """SQL: whether there is something sealed in a column"""

    mark: tuple[str, str] | None = None
    """the column of its keyed hash, and what for (``keyed_mark``)"""

    def anew(self, stored: Any) -> Any:
        """Sealed under the key of now; None when it is so already. Raises :class:`Undecryptable`."""
        return reseal(stored)


class EncryptedTextField(SealedField, models.TextField):  # type: ignore[type-arg]
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


class EncryptedBytesField(SealedField, models.BinaryField):  # type: ignore[type-arg]
    """Bytes that the database only ever sees sealed; what lay there before is read as it is.

    What no key of this server opens is read as nothing: lists and screens go on. Whoever needs it opens it themselves.
    """

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = None if value is None else seal_bytes(bytes(value))
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, expression: object, connection: object) -> bytes | None:
        try:
            return None if value is None else open_bytes(bytes(value))
        except Undecryptable:
            return b""

    def anew(self, stored: Any) -> Any:
        return reseal_bytes(bytes(stored))
