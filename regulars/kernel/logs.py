"""Structured log lines. Never pass message text, names, numbers or tokens to a logger: pass ids and counts.

Exceptions are told by where they happened and what they are, never in their own words: databases and parsers
quote the very values that must not be here.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from types import TracebackType

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class TextFormatter(logging.Formatter):
    """Lines for people at a terminal."""

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the name is logging's
        return tell_exception(ei[1])


class JsonFormatter(TextFormatter):
    """One JSON object a line: time (RFC 3339 UTC), level, logger, message, and the ``extra`` values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **{key: value for key, value in vars(record).items() if key not in _STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def tell_exception(error: BaseException | None) -> str:
    """Stack and kind of an exception and of what caused it, the first cause first, without their messages."""
    return "\n".join(
        "".join(traceback.format_tb(each.__traceback__)) + _kind(each)
        for each in reversed(list(_chain(error)))
    )


def _kind(error: BaseException) -> str:
    """The class, and for the database's errors the SQLSTATE and the constraint, which are names of ours."""
    state = getattr(error, "sqlstate", None)
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    facts = " ".join(str(fact) for fact in (state, constraint) if fact)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name} ({facts})" if facts else name


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
