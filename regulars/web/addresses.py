"""Ids as they stand in addresses and forms."""

from __future__ import annotations

from uuid import UUID

from regulars.kernel.ids import parse_id

NOTHING = UUID(int=0)
"""an id that no row has"""


def id_in(text: str) -> UUID:
    """The id that a form wrote; one that finds nothing when it cannot be an id."""
    return parse_id(text) or NOTHING
