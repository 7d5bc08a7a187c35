"""All events with their facts on one page: ``python -m tools.events`` writes docs/reference/events.md.

``--check`` fails when the page is not what the code says, or when an event says nothing of itself.
"""

from __future__ import annotations

import ast
import dataclasses
import inspect
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "events.md"
ROOMS = (
    "kernel",
    "kernel.jobs",
    "workspaces",
    "tags",
    "contacts",
    "inboxes",
    "mail",
    "media",
    "notifications",
    "message_templates",
    "quick_replies",
    "conversations",
    "routing",
    "protection",
    "service_levels",
    "saved_views",
    "macros",
    "idling",
    "cases",
    "attention",
    "acts",
    "scheduling",
    "blocking",
)
HEAD = """# Events

Made by `python -m tools.events` from the rooms' `events.py`; `make check` fails when it is stale. An event is
recorded in the transaction of the change (`kernel/events.py`); which reactions read it is on one page,
`config/wiring.py`, and which screens follow it in `config/screens.py`. Each carries its workspace. A `Doer` is who
did it: kind (member, token, system), id, and the name they had then.
"""
TABLE = """
| event | when | facts |
| --- | --- | --- |
"""
PAST = """
## Of older versions

Nobody records these any more; rows of them are read until they are purged, after two weeks.
"""


def page() -> str:
    rooms = (f"\n## {room}\n{TABLE}" + "".join(_lines(room, past=False)) for room in ROOMS)
    return (
        HEAD
        + "".join(rooms)
        + PAST
        + TABLE
        + "".join(line for room in ROOMS for line in _lines(room, past=True))
    )


def _lines(room: str, *, past: bool) -> Iterator[str]:
    from regulars.kernel.events import Event

    module = import_module(f"regulars.{room}.events")
    for name, event in Event.kinds.items():
        if event.__module__ == module.__name__ and (name in Event.past_kinds) is past:
            yield f"| `{name}` | {_when(event)} | {_facts(event)} |\n"


def _when(event: type[Any]) -> str:
    return " ".join((event.__doc__ or "").split()).replace("``", "`")


def _facts(event: type[Any]) -> str:
    told = _told(event)
    facts = [field for field in dataclasses.fields(event) if field.name != "workspace_id"]
    return "; ".join(
        f"`{fact.name}`: {str(fact.type).replace('|', 'or')}"
        + (f" ({told[fact.name]})" if fact.name in told else "")
        for fact in facts
    )


def _told(event: type[Any]) -> dict[str, str]:
    (tree,) = ast.parse(inspect.getsource(event)).body
    assert isinstance(tree, ast.ClassDef)
    told = {}
    for field, below in zip(tree.body, tree.body[1:], strict=False):
        match field, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(value=ast.Constant(value=str(words))):
                told[name] = " ".join(words.split())
    return told


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    made = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text() != made:
            print(f"{PAGE.name} is stale; write it anew with: python -m tools.events")
            return 1
        return 0
    PAGE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
