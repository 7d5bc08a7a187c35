"""Contrast of every pair of text and ground, in both themes, read from tokens.css (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parent.parent / "tokens.css").read_text()
COLORS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", TOKENS)
}
TEXTS = ("text", "text-secondary", "text-faint")
GROUNDS = (
    "ground",
    "surface",
    "thread",
    "raised",
    "sunken",
    "hover",
    "accent-soft",
    "accent-softer",
    "bubble-in",
)
PAIRS = [
    *((text, ground) for text in TEXTS for ground in GROUNDS),
    *((text, "bubble-out") for text in ("text", "text-secondary", "accent", "read")),
    *((text, "note-soft") for text in ("text", "text-secondary", "note")),
    *((state, f"{state}-soft") for state in ("good", "warn", "bad")),
    *(
        (state, ground)
        for state in ("good", "warn", "bad", "accent", "read")
        for ground in ("surface", "thread", "raised")
    ),
    ("accent", "accent-soft"),
    ("text-on-accent", "accent"),
    ("text-on-accent", "accent-strong"),
]


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_can_be_read(text: str, ground: str, theme: int) -> None:
    assert contrast(COLORS[text][theme], COLORS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "surface", "thread", "raised"])
@pytest.mark.parametrize("line", ["accent", "line-control"])
def test_controls_and_the_focus_ring_can_be_seen(line: str, ground: str, theme: int) -> None:
    assert contrast(COLORS[line][theme], COLORS[ground][theme]) >= 3.0
