"""What somebody hears who does not see the main screens: roles and names, in order (``spoken``: as they should be)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.running.product import Product

from .customers import Customer
from .desks import OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPOKEN = Path(__file__).parent / "spoken"
SCREENS = {
    "rail": ("/inbox/mine", ".rail .rail-group:not(:has([data-inbox]))"),
    "list": ("/inbox/mine", ".list-head"),
    "search": ("/search", "main"),
    "share": ("/share", "main"),
    "keyboard": ("/settings/keyboard", "key-settings > section:nth-of-type(-n + 2)"),
    "notifications": ("/settings/notifications", ".notification-settings section:first-of-type"),
    "scheduled": ("/scheduled", ".scheduled-choice nav"),
}
IN_A_THREAD = {"thread-head": ".thread-actions", "composer": "message-composer form"}
_VARYING = (
    (re.compile(r"(?m)^ *- /url: .*\n"), ""),
    (re.compile(r" \[(?:checked|pressed)\]"), ""),
    (re.compile(r"(?<!level=)\d+"), "0"),
    (re.compile(r' 0"'), '"'),
    (re.compile(r'":$', re.MULTILINE), '"'),
)


def read_out(page: Page, place: str) -> str:
    """Without what is another one each time: figures, addresses, choices."""
    spoken = "\n".join(each.aria_snapshot() for each in page.locator(place).all()) + "\n"
    for pattern, word in _VARYING:
        spoken = pattern.sub(word, spoken)
    return spoken


def test_the_main_screens_are_read_out_as_they_should_be(desks: Desks, product: Product):
    """Run with what is heard now in the place of a file, once that was removed; look at it before it is committed."""
    nora = Customer(product, "Nora Heard")
    nora.says("Hello")
    desk = desks.open(OWNER)
    heard = {}
    desk.choose(nora)
    expect(desk.bubbles("Hello")).to_have_count(1)
    for name, place in IN_A_THREAD.items():
        heard[name] = read_out(desk.page, place)
    for name, (address, place) in SCREENS.items():
        desk.goto(address)
        expect(desk.page.locator(place).first).to_be_visible()
        heard[name] = read_out(desk.page, place)
    for name, spoken in heard.items():
        if not (SPOKEN / f"{name}.yml").exists():
            (SPOKEN / f"{name}.yml").write_text(spoken)
    assert heard == {name: (SPOKEN / f"{name}.yml").read_text() for name in heard}
