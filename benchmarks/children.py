"""Programs that a benchmark runs in a process of its own, and what they print."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_SHOWN = 3_000
"""characters of what a child complained about"""


def run_child(
    command: Sequence[str],
    *,
    said: str = "",
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Any:
    """Returns the last line it printed, as JSON; ``said`` is its standard input.

    It prints into a file: a run has thousands of figures, and a pipe once handed over the first 65,536 bytes alone.
    Raises RuntimeError with what it complained about unless it ends well.
    """
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as complaints:
        done = subprocess.run(
            command,
            input=said,
            stdout=output,
            stderr=complaints,
            env={**(environment if environment is not None else os.environ)},
            cwd=folder,
            text=True,
            check=False,
        )
        output.seek(0)
        complaints.seek(0)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command[1:4])} failed:\n{complaints.read()[-MOST_SHOWN:]}")
        return json.loads(output.read().strip().splitlines()[-1])
