"""Tokens as the index keeps them: numbers. Pure.

What a token's number is, a function says that is chosen for each entry (:data:`KeyOf`). Texts that lie open have
:func:`open_keys`: every workspace and kind of thing has numbers of its own, so that what is looked for in one is not
looked up in others. A text that lies sealed can have keyed numbers instead; whoever looks for both asks for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from uuid import UUID
from zlib import crc32

KeyOf = Callable[[str], int]
FACT, NUMBER, DAY, BLOCK = "fact", "number", "\x1e", "\x1d"
"""the spaces of facts and of people's numbers; before a day and several days, among tokens"""
BLOCK_DAYS = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def open_keys(workspace_id: UUID, space: str) -> KeyOf:
    """``space``: the kind of things that the tokens are of."""
    begun = crc32(workspace_id.bytes + space.encode())
    return lambda token: crc32(token.encode("utf-8", "surrogatepass"), begun) - 2**31


def fact_key(workspace_id: UUID, word: str) -> int:
    """Of something else that things are found by, of whatever kind (``by:<id of a member>``)."""
    return open_keys(workspace_id, FACT)(word)


def day_of(moment: datetime) -> int:
    """Since 1970, in UTC."""
    return moment.astimezone(UTC).toordinal() - _EPOCH


def start_of(day: int) -> datetime:
    return datetime.fromordinal(_EPOCH + day).replace(tzinfo=UTC) if day > -_EPOCH else _FIRST


_FIRST = datetime.min.replace(tzinfo=UTC)


def tokens_of_moment(moment: datetime) -> tuple[str, str]:
    day = day_of(moment)
    return f"{DAY}{day}", f"{BLOCK}{day // BLOCK_DAYS}"


def tokens_of_days(first: int, last: int) -> Iterable[str]:
    """Those of which every moment of these days has one; of many days, moments around them may have one, too."""
    if last - first < BLOCK_DAYS:
        return [f"{DAY}{day}" for day in range(first, last + 1)]
    return [f"{BLOCK}{block}" for block in range(first // BLOCK_DAYS, last // BLOCK_DAYS + 1)]
