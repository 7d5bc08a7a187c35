"""Work on conversations with the keyboard alone: snooze, name a colleague, follow, select several, take it back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import LEAD, OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_colleague_is_named_and_sees_it_without_reloading(desks: Desks, product: Product):
    nora = Customer(product, "Nora Wik")
    nora.says("Is it in stock?")
    desk, lead = desks.open(OWNER), desks.open(LEAD)
    keys = desk.page.keyboard
    before = int(lead.page.locator(".rail [data-counter=mentions]").text_content() or 0)
    desk.choose(nora)
    desk.page.locator("message-thread").focus()
    keys.press("n")
    keys.type("Please look, @서")
    expect(desk.page.locator("#mention-menu [aria-selected=true]")).to_have_text("김서연")
    keys.press("Enter")
    keys.press("Enter")
    expect(desk.page.locator("message-thread .note .mention").last).to_have_text("@김서연")
    expect(lead.page.locator(".rail [data-counter=mentions]")).to_have_text(str(before + 1))
    lead.page.keyboard.press("g")
    lead.page.keyboard.press("n")
    expect(lead.row(nora)).to_have_class(re.compile("mentioned"))
    lead.choose(nora)
    expect(lead.page.locator(".rail [data-counter=mentions]")).to_have_text(str(before or ""))


def test_snoozed_in_ones_own_words_and_taken_back(desks: Desks, product: Product):
    omar = Customer(product, "Omar Haddad")
    omar.says("Tomorrow is fine")
    desk = desks.open(OWNER)
    keys, head = desk.page.keyboard, desk.page.locator("#thread-head")
    desk.choose(omar)
    desk.page.locator("message-thread").focus()
    keys.press("s")
    expect(desk.page.locator("#snooze-menu [data-until]").first).to_be_visible()
    keys.type("через 2 часа")
    expect(desk.page.locator("#snooze-menu [data-until]")).to_have_count(1)
    keys.press("Enter")
    expect(head.locator(".thread-facts")).to_contain_text("Snoozed until")
    keys.press("Control+z")
    expect(head.locator(".thread-facts")).not_to_contain_text("Snoozed until")
    keys.press("f")
    expect(head.locator("[data-follow]")).to_have_attribute("data-values", '{"on": "no"}')


def test_several_at_once_and_back(desks: Desks, product: Product):
    first, second = Customer(product, "Pia Lund"), Customer(product, "Quinn Ode")
    first.says("one")
    desk = desks.open(OWNER)
    expect(desk.row(first)).to_be_visible()
    second.says("two")
    expect(desk.row(second)).to_be_visible()
    desk.page.goto(f"{product.url}/inbox/open?order=newest")
    keys, bar = desk.page.keyboard, desk.page.locator(".bulk-bar")
    desk.row(second).focus()
    keys.press("x")
    keys.press("Shift+ArrowDown")
    expect(bar.locator(".bulk-count")).to_have_text("2 selected")
    desk.page.wait_for_timeout(2_000)  # what was written a second ago counts as unseen
    keys.press("e")
    expect(desk.page.locator("toast-region .toast").last).to_contain_text("2 conversations changed.")
    expect(bar).to_be_hidden()
    keys.press("Control+z")
    expect(desk.page.locator("toast-region .toast").last).to_contain_text("Taken back")
    expect(desk.row(first)).to_have_attribute("data-status", "open")
    expect(desk.row(second)).to_have_attribute("data-status", "open")
