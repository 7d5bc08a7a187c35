"""What Meta's error codes mean for more than the one message. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.inboxes.ports import ErrorMeaning

WINDOW_CLOSED = 131047
"""the error that says until when free text was allowed"""

_MEANINGS: Mapping[int, ErrorMeaning] = {
    WINDOW_CLOSED: "window_closed",
    131026: "unreachable",
    130497: "unreachable",
    131050: "opted_out",
}


def meaning_of(code: int) -> ErrorMeaning:
    return _MEANINGS.get(code, "")
