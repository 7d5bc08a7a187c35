"""Is the database away, or is it our statement that it does not like?"""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

_OUR_FAULT = ("54",)
"""SQLSTATE classes that are operational errors by name, but come again for the same values: limits exceeded"""


def is_away(error: BaseException) -> bool:
    """Whether the same statement may succeed later: connection lost, disk full, deadlock, shutting down.

    What repeating cannot cure is not one of them, such as a value too long for an index.
    """
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return not (state or "").startswith(_OUR_FAULT)
