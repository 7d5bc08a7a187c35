"""The reference names what there is: every event, every setting of the environment."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from regulars.kernel.events import Event

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
_SETTING = re.compile(r"os\.environ(?:\.get|\.setdefault|\.pop)?[(\[]\s*\"([A-Z][A-Z_]+)\"")
INTERNAL = {"DJANGO_SETTINGS_MODULE", "PATH", "LD_LIBRARY_PATH", "HOME", "PYTHONPATH", "TZ", "LANG"}
"""not ours to document"""


def _page(name: str) -> str:
    page = REFERENCE / name
    if not page.exists():
        pytest.skip(f"docs/reference/{name} is not written yet")
    return page.read_text()


def test_every_event_is_documented():
    page = _page("events.md")
    own = [name for name, cls in Event.kinds.items() if ".tests." not in cls.__module__]
    assert [name for name in sorted(own) if name not in page] == []


def test_the_seven_stops_are_where_architecture_says():
    """Each `file` `name` of the two walks: the file is there, and defines the name."""
    walks = (ROOT / "ARCHITECTURE.md").read_text().split("seven stops")[1:]
    stops = [hit for walk in walks for hit in re.findall(r"`([\w/]+\.py)` `(\w+)`", walk)]
    assert len(stops) >= 10
    for file, name in stops:
        pages = [*(ROOT / "regulars").rglob(file)]
        assert any(re.search(rf"(?:def|class) {name}\b", page.read_text()) for page in pages), (
            f"{file}: {name}"
        )


def test_screens_and_rest_write_nothing_themselves():
    """A write verb stands in a room, where screen, REST and task alike call it (CONTRIBUTING.md)."""
    writing = re.compile(r"\.(?:save|delete|bulk_create|bulk_update|get_or_create|update_or_create)\(")
    wrong = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for folder in ("web", "api")
        for path in (ROOT / "regulars" / folder).rglob("*.py")
        if not {"tests", "migrations"} & set(path.parts)
        for line in path.read_text().splitlines()
        if writing.search(line)
    ]
    assert wrong == []


def test_one_place_sends_messages():
    """ARCHITECTURE.md, the fifth stop: nothing else makes the request that a message is."""
    rooms = (ROOT / "regulars").rglob("*.py")
    makers = [
        path.name for path in rooms if "tests" not in path.parts and "= build_request(" in path.read_text()
    ]
    assert makers == ["sender.py"]


def test_every_setting_is_documented():
    page = _page("environment.md")
    sources = [
        path
        for folder in ("regulars", "config")
        for path in (ROOT / folder).rglob("*.py")
        if "tests" not in path.parts
    ]
    named = {name for path in sources for name in _SETTING.findall(path.read_text())} - INTERNAL
    assert [name for name in sorted(named) if name not in page] == []
