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
