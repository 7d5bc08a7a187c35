"""What every floor verifies: HMAC-SHA256 over the raw body, as the platform signs."""

from __future__ import annotations

import hashlib
import hmac
import os

SECRET = os.environ.get("FLOOR_SECRET", "").encode()


def is_signed(body: bytes, header: bytes) -> bool:
    """``header``: ``sha256=<hex>``."""
    expected = b"sha256=" + hmac.digest(SECRET, body, hashlib.sha256).hex().encode()
    return hmac.compare_digest(expected, header)
