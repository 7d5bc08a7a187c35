"""The reply window closes, a template goes out as its preview showed it, and its button comes back as an answer."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = 24 * 3600
SECONDS_LEFT = 9


def test_the_window_closes_and_a_template_takes_over(desks: Desks, product: Product):
    ruth = Customer(product, "Ruth Okafor")
    desk = desks.open(OWNER)
    ruth.says("Where is my order?", timestamp=int(time.time()) - DAY + SECONDS_LEFT)
    desk.choose(ruth)
    strip = desk.page.locator("window-strip")
    expect(strip).to_have_text(re.compile(r"^Free reply for \d+ s$"))
    desk.composer.fill("half a senten")
    expect(strip).to_have_text("Window closed, templates only", timeout=SECONDS_LEFT * 1000 + 15_000)
    ruth.product.control("POST", f"customers/{ruth.id}/window", {"open": False})
    expect(desk.page.locator("[role=tab][data-mode=reply]")).to_be_disabled()
    expect(desk.composer).to_be_hidden()

    picker = desk.page.locator(".template-picker")
    picker.locator("[data-template]", has_text="order_update").filter(has_text="en").click()
    values = picker.locator(".template-values input")
    expect(values).to_have_count(2)
    values.nth(0).fill("Ruth")
    values.nth(1).fill("HP-77 *bold*")
    preview = picker.locator("#template-preview .text")
    expect(preview).to_contain_text("your order HP-77")
    shown = preview.inner_text()
    footer = picker.locator("#template-preview .bubble-footer").inner_text()
    buttons = picker.locator("#template-preview .choice-row").all_inner_texts()
    picker.locator("button[type=submit]").click()

    sent = desk.page.locator("message-thread .message.out[data-kind=template]")
    expect(sent.locator(".bubble > .text")).to_have_text(shown)
    expect(sent.locator(".ticks")).to_have_attribute("data-status", "delivered")
    phone = desks.stranger()
    phone.goto(ruth.phone_url)
    bubble = phone.page.locator(".msg:not(.msg-mine)")
    expect(bubble).to_have_count(1)
    assert bubble.locator(".bubble > [dir=auto]").all_inner_texts() == [shown, footer]
    assert (
        phone.page.locator(".choices button").all_inner_texts() == buttons == ["Thank you", "Change address"]
    )

    phone.page.locator(".choices button", has_text="Change address").click()
    answer = desk.page.locator("message-thread .message.in", has_text="Change address")
    expect(answer.locator(".bubble > .text")).to_have_text("Change address")
    expect(answer.locator(".quote")).to_have_count(1)
    expect(strip).to_have_text(re.compile(r"^Free reply for 23 h 59 min$"))
    expect(desk.composer).to_be_visible()
    assert desk.composer.input_value() == "half a senten"


def test_a_template_that_misses_a_value_does_not_go_out(desks: Desks, product: Product):
    tom = Customer(product, "Tom Achterberg")
    tom.says("Hello", timestamp=int(time.time()) - DAY - 60)
    desk = desks.open(OWNER)
    desk.choose(tom)
    picker = desk.page.locator(".template-picker")
    picker.locator("[data-template]", has_text="order_update").filter(has_text="en").click()
    picker.locator(".template-values input").nth(1).fill("")
    picker.locator("button[type=submit]").click()
    expect(picker.locator(".template-values input:invalid")).not_to_have_count(0)
    expect(desk.page.locator("message-thread .message.out")).to_have_count(0)
    assert tom.received() == []
