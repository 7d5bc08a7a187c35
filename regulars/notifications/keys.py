"""The key pair by which push services know us (VAPID, RFC 8292)."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from django.db import transaction

from regulars.kernel.locks import hold
from regulars.notifications.models import PushKey


@dataclass(frozen=True, slots=True)
class KeyPair:
    private: bytes
    """PEM"""
    public: str
    """an uncompressed point, base64url without padding"""


def key_pair() -> KeyPair:
    """The installation's, made when it is first asked for. A browser's subscription holds for this pair alone."""
    row = PushKey.objects.first() or _make()
    return KeyPair(row.private.encode(), row.public)


@transaction.atomic
def _make() -> PushKey:
    hold("push-key")
    if known := PushKey.objects.first():
        return known
    private = ec.generate_private_key(ec.SECP256R1())
    point = private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return PushKey.objects.create(private=pem.decode(), public=urlsafe_b64encode(point).rstrip(b"=").decode())
