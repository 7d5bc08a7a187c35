"""The results of run.py as a file, as the table in the README, and call by call in CLIENTS.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results.json")
ROOM = Path(__file__).parents[2]
README, CLIENTS = ROOM / "README.md", ROOM / "CLIENTS.md"
START, END = "<!-- client libraries: begin -->", "<!-- client libraries: end -->"
HEAD = """| library | version | from | calls | worked | refused on purpose | its own mistakes |
| --- | --- | --- | --- | --- | --- | --- |
"""
ABOUT = """# Client libraries against the sandbox

Written by `python -m whatsapp_sandbox.tests.clients.run`; the figures are in the
[README](README.md#client-libraries). A number is the code of the error that the sandbox answered with, a name the
exception that the library itself raised.
"""
Results = dict[str, Any]


def read_results() -> Results:
    found: Results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    return found


def write_results(results: Results) -> None:
    """Keep the results, lay their table over the one in the README and write CLIENTS.md anew."""
    ordered = dict(sorted(results.items(), key=lambda item: item[0].lstrip("@")))
    RESULTS.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n")
    before, rest = README.read_text().split(START)
    README.write_text(f"{before}{START}\n\n{table(ordered)}\n{END}{rest.split(END)[1]}")
    CLIENTS.write_text(call_by_call(ordered))


def count(calls: list[dict[str, Any]]) -> tuple[int, int, int, int]:
    """Calls, those that worked, those refused on purpose, and the library's own mistakes."""
    worked = sum(1 for call in calls if call["outcome"] == "works")
    meant = sum(1 for call in calls if call.get("meant"))
    return len(calls), worked, meant, len(calls) - worked - meant


def table(results: Results) -> str:
    return HEAD + "".join(
        f"| `{name}` | {found['version']} | {found['registry']} | {' | '.join(map(str, count(found['calls'])))} |\n"
        for name, found in results.items()
    )


def written_table() -> str:
    return README.read_text().split(START)[1].split(END)[0].strip() + "\n"


def call_by_call(results: Results) -> str:
    """Each library with its calls: what works in one line, each other outcome in a line of a table."""
    return ABOUT + "".join(_section(name, found) for name, found in results.items())


def _section(name: str, found: Any) -> str:
    worked = list(dict.fromkeys(call["call"] for call in found["calls"] if call["outcome"] == "works"))
    text = f"\n## {name} {found['version']}\n\nWorks: " + ", ".join(f"`{call}`" for call in worked) + ".\n"
    others = [call for call in found["calls"] if call["outcome"] != "works"]
    if not others:
        return text
    rows = "".join(
        f"| `{call['call']}` | {call['outcome']} | {'on purpose' if call.get('meant') else 'its mistake'} |\n"
        for call in others
    )
    return f"{text}\n| call | answer | |\n| --- | --- | --- |\n{rows}"
