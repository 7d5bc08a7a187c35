"""Log lines of the form that whoever starts the sandbox reads: time, level, logger, message; as text or as JSON.

No bodies, numbers or tokens: requests are told by method, path and status.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime


class LineFormatter(logging.Formatter):
    """One line for each record; ``as_json``: one JSON object."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = record.getMessage()
        if record.exc_info:
            message = f"{message}\n{_told(record.exc_info[1])}"
        if not self._as_json:
            return f"{time} {record.levelname} {record.name} {message}"
        line = {"time": time, "level": record.levelname.lower(), "logger": record.name, "message": message}
        return json.dumps(line, ensure_ascii=False)


def _told(error: BaseException | None) -> str:
    """Without its words, which may quote a body."""
    if error is None:
        return ""
    return "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__


def start_logging(form: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(LineFormatter(as_json=form == "json"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
