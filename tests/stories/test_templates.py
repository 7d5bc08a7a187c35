"""The reply window closes, a template goes out as its preview showed it, and its button comes back as an answer."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.running.product import Product, wait_until

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

    picker = desk.pick_template("order_update")
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
    picker = desk.pick_template("order_update")
    picker.locator(".template-values input").nth(1).fill("")
    picker.locator("button[type=submit]").click()
    expect(picker.locator(".template-values .errors")).to_have_text(["Value 2 is missing"])
    expect(picker.locator(".template-values input").nth(1)).to_be_focused()
    picker.locator(".template-values input").nth(0).fill("Tommy")
    desk.page.keyboard.press("Escape")  # what was filled in survives closing the sheet
    desk.page.locator(".template-suggestion.begun").click()
    expect(picker.locator(".template-values input").nth(0)).to_have_value("Tommy")
    expect(desk.page.locator("message-thread .message.out")).to_have_count(0)
    assert tom.received() == []


IS_DRAWN = "(pictures) => pictures.every((picture) => picture.complete && picture.naturalWidth > 0)"


def test_a_carousel_with_pictures_goes_out_as_its_preview_showed_it(
    desks: Desks, product: Product, tmp_path: Path
):
    ida = Customer(product, "Ida Lund", phone="+447700900184")  # marketing reaches no number in the US
    ida.says("What do you have this week?")
    desk = desks.open(OWNER)
    desk.choose(ida)
    picker = desk.pick_template("tasting_boxes")
    expect(picker.locator(".card-title")).to_have_text(["Card 1", "Card 2"])
    Image.new("RGB", (64, 40), "peru").save(tmp_path / "box.png")
    for position in range(2):
        picker.locator("input[type=file]").nth(position).set_input_files(tmp_path / "box.png")
    for position, value in enumerate(("Ida", "24 euros", "22 euros")):
        picker.locator(".template-values .input").nth(position).fill(value)
    cards = picker.locator("#template-preview .carousel")
    texts = ["Three light roasts for 24 euros a box", "Three dark roasts for 22 euros a box"]
    expect(cards.locator(".text")).to_have_text(texts)
    expect(cards.locator("img")).to_have_count(2)
    picker.locator("button[type=submit]").click()

    sent = desk.page.locator("message-thread .message.out[data-kind=template]")
    expect(sent.locator(".ticks")).to_have_attribute("data-status", "delivered")
    expect(sent.locator(".carousel .text")).to_have_text(texts)
    sent.locator(".carousel").scroll_into_view_if_needed()
    assert wait_until(lambda: bool(sent.locator(".carousel img").evaluate_all(IS_DRAWN)), 15)
    (message,) = ida.received()
    assert [card["body"] for card in message["template"]["cards"]] == texts
    assert [card["header"]["type"] for card in message["template"]["cards"]] == ["image", "image"]
