"""Ids and random secrets: the only place that draws them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Time-ordered (version 7, RFC 9562): rows born together lie together in an index."""
    return uuid7()


def id_at(moment: datetime) -> UUID:
    """A new id as if it had been drawn then: for what is older than its row here."""
    version, variant = 0x7 << 76, 0b10 << 62
    return UUID(
        int=lowest_id_at(moment).int | version | secrets.randbits(12) << 64 | variant | secrets.randbits(62)
    )


def lowest_id_at(moment: datetime) -> UUID:
    """The id that no id of that moment is below, and every earlier one is."""
    return UUID(int=_milliseconds(moment) << 80)


def moment_of(id_: UUID) -> datetime:
    """When an id of :func:`new_id` was drawn, to the millisecond."""
    return _EPOCH + timedelta(milliseconds=id_.int >> 80)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _milliseconds(moment: datetime) -> int:
    """Since 1970, in the 48 bits that an id has for it."""
    return min(max((moment - _EPOCH) // timedelta(milliseconds=1), 0), (1 << 48) - 1)


def written_id_at(milliseconds: int, random_bits: int) -> str:
    """The id of a moment (since 1970) as PostgreSQL reads it, from 74 bits that the caller drew; for generated rows."""
    variant = 0x8000_0000_0000_0000
    return f"{milliseconds:012x}7{random_bits >> 62 & 0xFFF:03x}{variant | random_bits & 0x3FFF_FFFF_FFFF_FFFF:016x}"


def following_id(first: UUID, place: int) -> UUID:
    """The id ``place`` places after another, the same for whoever counts: version, variant and time stay."""
    random_bits = (1 << 62) - 1
    return UUID(int=(first.int & ~random_bits) | ((first.int + place) & random_bits))


def parse_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except (ValueError, AttributeError, TypeError):
        return None


LONGEST_SERIAL = 18
"""digits: below the largest number of the database"""


def parse_serial(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_SERIAL else None


def new_secret(byte_count: int = 32) -> str:
    return secrets.token_urlsafe(byte_count)


def new_letters(alphabet: str, count: int) -> str:
    return "".join(secrets.choice(alphabet) for _number in range(count))
