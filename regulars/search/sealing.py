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
    """As ``keys.open_keys``, to keep something by. One query; draws the key where there is none."""
    return _keys_under(_find_key() or _draw_key(), workspace_id, space)


def known_sealed_keys(workspace_id: UUID, space: str) -> KeyOf | None:
    """The same to look for something; None while nothing is kept so. One query."""
    key = _find_key()
    return None if key is None else _keys_under(key, workspace_id, space)


def _keys_under(key: bytes, workspace_id: UUID, space: str) -> KeyOf:
    start = hmac.new(key, workspace_id.bytes + space.encode(), hashlib.sha256)

    def key_of(token: str) -> int:
        mark = start.copy()
        mark.update(b"\0" + token.encode("utf-8", "surrogatepass"))
        return int.from_bytes(mark.digest()[:_NUMBER_BYTES], "big", signed=True)

    return key_of


def _find_key() -> bytes | None:
    found = SearchKey.objects.first()
    return None if found is None else bytes.fromhex(found.key)


def _draw_key() -> bytes:
    """Of two who draw at once the first one's counts."""
    SearchKey.objects.bulk_create([SearchKey(id=1, key=secrets.token_hex(KEY_BYTES))], ignore_conflicts=True)
    return bytes.fromhex(SearchKey.objects.get().key)
