"""What came in, looked at and read again: whoever presses hears what became of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.running.product import Product, wait_until

from .customers import Customer
from .desks import ADMIN, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOM = """(button) => button.closest(".table-scroll").getBoundingClientRect().right
  - button.getBoundingClientRect().right"""
"""pixels beside a button that a focus ring may take"""


def test_reading_again_says_so_after_the_page_has_come_anew(desks: Desks, product: Product):
    Customer(product, "Iris Again").says("once")
    seen = "SELECT count(*) FROM conversations_message WHERE text = 'once'"
    assert wait_until(lambda: product.count(seen) == 1, 20)
    desk = desks.open(ADMIN, "/settings/deliveries")
    button = desk.page.locator("table [data-post]").first
    assert button.evaluate(ROOM) >= 3, "the ring of the last button is cut"
    button.focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("toast-region .toast")).to_have_text(re.compile("1 delivery is read again"))
    desk.page.reload()
    expect(desk.page.locator("toast-region .toast")).to_have_count(0)


def test_a_delivery_tells_its_times_with_their_zone(desks: Desks, product: Product):
    Customer(product, "Iris Zone").says("when?")
    desk = desks.open(ADMIN, "/settings/deliveries")
    received = desk.page.locator("tbody th time").first
    expect(received).to_have_text(re.compile(r"\d:\d\d:\d\d"))
    expect(received).to_have_attribute("title", re.compile(r"GMT|UTC|CES?T"))
    received.click()
    expect(desk.page.locator(".facts time").first).to_have_text(re.compile(r"20\d\d.*(GMT|UTC|CES?T)"))
