"""Results by commit: ``results/<commit>.json`` beside the benchmarks, written after each step."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure
from regulars.supervision.home import PROJECT

RESULTS = PROJECT / "benchmarks" / "results"
Json = dict[str, Any]


def commit() -> str:
    """Of this checkout, with a mark where files differ from it."""
    name = _git("rev-parse", "--short=12", "HEAD") or "unknown"
    return f"{name}-changed" if _git("status", "--porcelain", "--untracked-files=no") else name


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


@dataclass(slots=True)
class Results:
    """Of one commit. A file that was cut off while written is the one before."""

    path: Path
    entries: dict[str, Json]

    @classmethod
    def read(cls, name: str, folder: Path = RESULTS) -> Results:
        path = folder / f"{name}.json"
        try:
            entries = json.loads(path.read_text())["entries"]
        except FileNotFoundError:
            entries = {}
        return cls(path, entries)

    def begin(self, entry: str) -> None:
        self.entries[entry] = {"state": "running", "began_at": _now(), "cores": os.cpu_count(), "steps": {}}
        self._write()

    def has(self, entry: str, step: str) -> bool:
        return step in self.entries.get(entry, {}).get("steps", {})

    def note(self, entry: str, step: str, seconds: float, figures: Sequence[Figure]) -> None:
        self.entries[entry]["steps"][step] = {
            "seconds": round(seconds, 1),
            "load": os.getloadavg()[0],
            "figures": [each.to_json() for each in figures],
        }
        self._write()

    def end(self, entry: str, state: str, why: str = "") -> None:
        self.entries[entry] |= {"state": state, "ended_at": _now(), "why": why}
        self._write()

    def figures(self, entry: str) -> list[Figure]:
        steps = self.entries[entry]["steps"].values()
        return [_figure(each) for step in steps for each in step["figures"]]

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        written = self.path.with_suffix(".part")
        written.write_text(json.dumps({"commit": self.path.stem, "entries": self.entries}, indent=2) + "\n")
        written.replace(self.path)


def _figure(told: Json) -> Figure:
    return Figure(**{name: value for name, value in told.items() if name not in ("ratio", "met")})


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
