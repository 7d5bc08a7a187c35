"""Tokens of texts that lie sealed, as the index keeps them: keyed hashes.

The key is drawn once for a database and lies sealed in it. So another secret key of the server seals it anew
(``kernel.resealing``), and what is found by it stays.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from uuid import UUID

from regulars.search.keys import KeyOf
from regulars.search.models import SearchKey

KEY_BYTES = 32
_NUMBER_BYTES = 4


def sealed_keys(workspace_id: UUID, space: str) -> KeyOf:
    """As ``keys.open_keys``. One query."""
    start = hmac.new(_key(), workspace_id.bytes + space.encode(), hashlib.sha256)

    def key_of(token: str) -> int:
        mark = start.copy()
        mark.update(b"\0" + token.encode("utf-8", "surrogatepass"))
        return int.from_bytes(mark.digest()[:_NUMBER_BYTES], "big", signed=True)

    return key_of


def _key() -> bytes:
    found = SearchKey.objects.first()
    if found is None:
        SearchKey.objects.bulk_create(
            [SearchKey(id=1, key=secrets.token_hex(KEY_BYTES))], ignore_conflicts=True
        )
        found = SearchKey.objects.get()
    return bytes.fromhex(found.key)
