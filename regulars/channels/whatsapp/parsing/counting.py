"""The short way to a delivery's count: messages and statuses of numbers, nearly all that ever comes.

Reads no more than the count needs and builds no tree; it takes a quarter of the time. Whatever is different in any
way is left to ``walking``, whose count this one's always is.
"""

from __future__ import annotations

from msgspec import DecodeError, Raw, Struct, ValidationError
from msgspec.json import Decoder

from .envelope import Envelope, Metadata
from .reading import LONGEST_ID
from .walking import WHATSAPP_OBJECT


class _Value(Struct, forbid_unknown_fields=True):
    metadata: Metadata
    messaging_product: Raw = Raw()
    contacts: Raw = Raw()
    messages: list[Raw] = []
    statuses: list[Raw] = []


_decoder = Decoder(Envelope[_Value])


def count_plain(raw: bytes) -> dict[str, int] | None:
    """None when the body has to be read whole to be counted, or is no JSON."""
    try:
        body = _decoder.decode(raw)
    except (ValidationError, DecodeError, RecursionError, UnicodeDecodeError):
        return None
    if body.object != WHATSAPP_OBJECT or not body.entry:
        return None
    counts: dict[str, int] = {}
    for entry in body.entry:
        if not entry.changes:
            return None  # an update of its own
        for change in entry.changes:
            address = change.value.metadata.phone_number_id
            updates = len(change.value.messages) + len(change.value.statuses)
            is_plain = address.isdigit() and address.isascii() and len(address) <= LONGEST_ID
            if not is_plain or not updates:
                return None
            counts[address] = counts.get(address, 0) + updates
    return counts
