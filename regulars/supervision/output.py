"""What the processes say, as one stream: in text with the process in front, in JSON as they wrote it."""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from .settings import LogFormat

WIDTH = 10  # columns for the name of the process
COLORS = {"web": 36, "worker": 35, "sandbox": 33, "postgres": 34}  # ANSI foreground colors
LOUD_IN_POSTGRES = ("WARNING:", "ERROR:", "FATAL:", "PANIC:")


class Output:
    """Writes the lines of all processes to standard output.

    Nothing that becomes of them is a reason to stop: a closed output is silence, and on a disk without room (the log
    may lie on the disk that is full) lines are dropped and counted, and the count is written once there is room.
    """

    def __init__(self, form: LogFormat, write: Callable[[str], None] | None = None) -> None:
        self.form = form
        self._write_text = write or _write
        self._colored = form == "text" and sys.stdout.isatty()
        self._dropped = 0

    def line(self, process: str, text: str) -> None:
        if process.startswith("postgres") and not any(word in text for word in LOUD_IN_POSTGRES):
            return
        self._write(_as_json(process, text) if self.form == "json" else self._as_text(process, text))

    def say(self, text: str) -> None:
        self._write(self._own(text))

    @property
    def has_lost(self) -> bool:
        return self._dropped > 0

    def tell_lost(self) -> None:
        self._write()

    def _own(self, text: str) -> str:
        return _as_json("supervisor", text) if self.form == "json" else text

    def _write(self, *lines: str) -> None:
        try:
            if self._dropped:
                self._write_text(
                    self._own(f"{self._dropped} lines of the log are lost: there was no room for them.")
                )
                self._dropped = 0
            for line in lines:
                self._write_text(line)
        except OSError:
            self._dropped += len(lines)

    def _as_text(self, process: str, text: str) -> str:
        name = f"{process:<{WIDTH}}"
        if self._colored:
            name = f"\033[{COLORS.get(process.split('-', maxsplit=1)[0], 37)}m{name}\033[0m"
        return f"{name}│ {text}"


def _as_json(process: str, text: str) -> str:
    if text.startswith('{"') and text.endswith("}"):
        return f'{{"process": "{process}", {text[1:]}'
    line = {
        "process": process,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": _level_of(text),
        "logger": "regulars.supervision" if process == "supervisor" else process,
        "message": text,
    }
    return json.dumps(line, ensure_ascii=False)


def _level_of(text: str) -> str:
    """Of a line that says none in a field: PostgreSQL writes it into its text, and a traceback is an error."""
    words = {"WARNING:": "warning", "ERROR:": "error", "FATAL:": "critical", "PANIC:": "critical"}
    found = next((level for word, level in words.items() if word in text), "info")
    return "error" if text.startswith("Traceback ") else found


def _write(line: str) -> None:
    """Write a line to standard output, past Python's buffer, which would keep what a full disk refused and fail with
    every line after it. Raises OSError when it could not be written; a closed output is silence.
    """
    data = f"{line}\n".encode(sys.stdout.encoding or "utf-8", "backslashreplace")
    try:
        while data:
            data = data[os.write(sys.stdout.fileno(), data) :]
    except (BrokenPipeError, ValueError):
        pass
