"""What the processes say, as one stream: in text with the process in front, in JSON as they wrote it."""

import json
import sys
from datetime import UTC, datetime

from .settings import LogFormat

WIDTH = 10  # columns for the name of the process
COLORS = {"web": 36, "worker": 35, "sandbox": 33, "postgres": 34}  # ANSI foreground colors
LOUD_IN_POSTGRES = ("WARNING:", "ERROR:", "FATAL:", "PANIC:")


class Output:
    """Writes the lines of all processes to standard output; a closed output is no reason to stop."""

    def __init__(self, form: LogFormat) -> None:
        self.form = form
        self._colored = form == "text" and sys.stdout.isatty()

    def line(self, process: str, text: str) -> None:
        """One line of a process."""
        if process.startswith("postgres") and not any(word in text for word in LOUD_IN_POSTGRES):
            return
        _write(_as_json(process, text) if self.form == "json" else self._as_text(process, text))

    def say(self, text: str) -> None:
        """A line of the supervisor itself."""
        _write(_as_json("supervisor", text) if self.form == "json" else text)

    def _as_text(self, process: str, text: str) -> str:
        name = f"{process:<{WIDTH}}"
        if self._colored:
            name = f"\033[{COLORS.get(process.split('-', maxsplit=1)[0], 37)}m{name}\033[0m"
        return f"{name}│ {text}"


def _as_json(process: str, text: str) -> str:
    if text.startswith("{") and text.endswith("}"):
        return text
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": now, "process": process, "message": text}, ensure_ascii=False)


def _write(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        pass
    except UnicodeEncodeError:
        sys.stdout.write(line.encode("ascii", "backslashreplace").decode() + "\n")
        sys.stdout.flush()
