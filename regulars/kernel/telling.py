"""What a field of a public shape means and looks like, said where the field is. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec


def told(description: str, *examples: object) -> msgspec.Meta:
    """For ``Annotated``: the field's line in the OpenAPI document, and values that it may have."""
    return msgspec.Meta(description=description, examples=list(examples) or None)


EXAMPLE_ID = "019acbf1-40c2-7a63-9c2f-3d5a1c0b7e11"
Moment = Annotated[datetime, msgspec.Meta(tz=True, examples=["2026-11-29T08:00:00Z"])]
"""a time with its zone: RFC 3339 outside"""
