"""A quick reply by keyboard alone: a slash, some letters, what is still empty, and out it goes, counted once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import AGENT, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = [
    {"language": "en", "text": "Hello {{first_name|there}}, {{product}} costs {{price}}."},
    {"language": "ko", "text": "안녕하세요"},
]


def _keep(product: Product, shortcut: str, **more: Any) -> str:
    body = {"shortcut": shortcut, "name": f"Story {shortcut}", "texts": TEXTS, **more}
    return str(product.api("POST", "/quick-replies", json=body).json()["id"])


def _uses(product: Product, reply: str) -> int:
    return int(product.api("GET", f"/quick-replies/{reply}").json()["uses"])


def test_a_quick_reply_goes_out_by_keyboard_alone(desks: Desks, product: Product):
    reply = _keep(product, "storyprice")
    buttons = [{"language": "en", "text": "Shall we send it?", "buttons": ["Yes", "No"]}]
    tapped = _keep(product, "да", texts=buttons)
    ruth = Customer(product, "Ruth Replies")
    ruth.says("What is it?")
    desk = desks.open(AGENT)
    desk.choose(ruth)
    keys, options = desk.page.keyboard, desk.page.locator(".quick-reply-option")
    desk.composer.focus()

    keys.type("1/2 and https://example.com/a")  # neither a date nor a link asks for a reply
    expect(desk.page.locator(".quick-replies")).to_be_hidden()
    keys.press("ControlOrMeta+a")
    keys.type("/zz")
    expect(desk.page.locator(".quick-reply-none")).to_have_text("No quick reply has these words.")
    keys.press("Escape")
    expect(desk.composer).to_have_value("/zz")
    keys.press("ControlOrMeta+a")
    keys.type("/story storyp")
    expect(options).to_have_count(1)
    expect(desk.page.locator(".quick-reply-preview .bubble")).to_contain_text("Hello Ruth, {{product}} costs")
    keys.press("Enter")
    expect(desk.composer).to_have_value("Hello Ruth, {{product}} costs {{price}}.")

    keys.press("Enter")
    expect(desk.page.locator(".composer-write .composer-problem")).to_have_text(
        "{{product}} is empty: fill it or remove it."
    )
    keys.type("Tea")
    keys.press("Tab")
    keys.type("€4")
    expect(desk.page.locator(".composer-gaps")).to_be_hidden()
    assert _uses(product, reply) == 0
    keys.press("Enter")
    expect(desk.bubbles("Hello Ruth, Tea costs €4.")).to_have_count(1)
    assert ruth.gets("Hello Ruth, Tea costs €4.")
    assert _uses(product, reply) == 1

    keys.type("/")
    expect(options.first).to_be_visible()
    keys.type("да ")  # the whole shortcut, and a space
    expect(desk.composer).to_have_value("Shall we send it?")
    expect(desk.page.locator(".composer-extra [name=button]").nth(1)).to_have_value("No")
    keys.press("Enter")
    expect(desk.page.locator(".message.out .choice-row")).to_have_count(2)
    assert _uses(product, tapped) == 1
