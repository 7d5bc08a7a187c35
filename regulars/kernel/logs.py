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

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "request"}

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class TextFormatter(logging.Formatter):
    """Lines for people at a terminal: time (UTC), level, logger, message, and the ``extra`` values as name=value."""

    def format(self, record: logging.LogRecord) -> str:
        facts = [f"{name}={value}" for name, value in _facts(record)]
        line = " ".join([_time(record), record.levelname, record.name, _message(record), *facts])
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - the name is logging's
        return tell_exception(ei[1])


class JsonFormatter(TextFormatter):
    """One JSON object a line: time (RFC 3339 UTC), level, logger, message, and the ``extra`` values."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **dict(_facts(record)),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _message(record: logging.LogRecord) -> str:
    """Django names the whole path of a request that failed; a path may hold a secret, its pattern cannot.

    The event loop writes what it is about below its first line: a task with its exception, in that one's own words.
    """
    request = getattr(record, "request", None)
    if record.name == "asyncio":
        return record.getMessage().partition("\n")[0]
    if request is None:
        return record.getMessage()
    what, match = record.getMessage().partition(":")[0], getattr(request, "resolver_match", None)
    return f"{what}: {request.method} /{match.route}" if match else what


def _facts(record: logging.LogRecord) -> Iterator[tuple[str, object]]:
    return ((name, value) for name, value in vars(record).items() if name not in _STANDARD)


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
