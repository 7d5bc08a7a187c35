"""A contact's answer to the request to call them, as a sentence's facts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from regulars.inboxes.ports import Choice


class CallPermission(NamedTuple):
    """``until``: when it ends; None when it does not, or nobody told."""

    is_given: bool
    is_permanent: bool
    until: datetime | None


def call_permission_in(choice: Choice) -> CallPermission:
    data = choice.data if isinstance(choice.data, Mapping) else {}
    return CallPermission(
        is_given=choice.id == "accept",
        is_permanent=data.get("is_permanent") is True,
        until=_moment(data.get("expires_at")),
    )


def _moment(seconds: object) -> datetime | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
