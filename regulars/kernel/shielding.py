"""One row that cannot be shown stops no page, no list and no stream: it says so, and is counted."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import Error

from regulars.kernel.metrics import NOT_SHOWN

logger = logging.getLogger(__name__)

T = TypeVar("T")
Instead = TypeVar("Instead")


def shielded(what: str, row_id: UUID, show: Callable[[], T], instead: Callable[[], Instead]) -> T | Instead:
    """What ``show`` gives; ``instead`` when the row of that kind and id breaks it.

    The database's own errors pass: they are no fault of the row, and what follows would fail too.
    """
    try:
        return show()
    except Error:
        raise
    except Exception:
        NOT_SHOWN.labels(what).inc()
        logger.exception("a row cannot be shown", extra={"what": what, "id": str(row_id)})
        return instead()
