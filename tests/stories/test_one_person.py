"""Somebody who wrote from two numbers becomes one person, is read as one, and is two again."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .axe import findings
from .customers import Customer
from .desks import AGENT, PHONE, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_two_contacts_are_merged_read_together_and_parted_again(desks: Desks, product: Product):
    work, home = Customer(product, "Greta Sommer"), Customer(product, "G. Sommer private")
    now = int(time.time())
    work.says("I write from the office", timestamp=now - 2)
    home.says("And now from home", timestamp=now - 1)
    desk = desks.open(AGENT)
    desk.choose(work)
    page = desk.page
    page.locator("#context a", has_text="Merge with another contact").press("Enter")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type(home.phone)
    page.keyboard.press("Enter")
    page.locator(".merge-found a", has_text=home.name).press("Enter")
    assert findings(page) == ""
    page.get_by_role("button", name=f"Merge, shown as {work.name}").press("Enter")

    expect(desk.thread_name).to_have_text(work.name)
    for each in (work, home):  # one person in the list, too
        expect(desk.row(work)).to_have_count(2)
        expect(page.locator("#context")).to_contain_text(each.phone[-4:])
    page.locator("#context a", has_text="Read all together").press("Enter")
    said = page.locator(".together .bubble > .text")
    expect(said).to_have_text(["I write from the office", "And now from home"])
    assert findings(page) == ""
    work.says("The office once more")
    expect(said).to_have_text(["I write from the office", "And now from home", "The office once more"])
    page.locator(".together-answer a", has_text=work.phone[-4:]).press("Enter")
    expect(desk.thread_name).to_have_text(work.name)
    desk.reply("We read you both")
    work.gets("We read you both")
    assert "We read you both" not in home.texts()

    page.locator("#context .context-merge button").press("Enter")
    expect(desk.row(home)).to_have_count(1)
    expect(desk.row(work)).to_have_count(1)
    expect(page.locator("#context .context-merge")).to_have_count(0)
    expect(page.locator("#context a", has_text="Read all together")).to_have_count(0)
    assert desk.texts == ["I write from the office", "The office once more", "We read you both"]


def test_a_person_is_read_together_on_a_phone(desks: Desks, product: Product):
    customer = Customer(product, "Jette Brandt")
    customer.says("Only one number")
    desk = desks.open(AGENT, viewport=PHONE)
    desk.row(customer).click()
    expect(desk.thread_name).to_have_text(customer.name)
    desk.goto(desk.page.url.partition("?")[0] + "/person")
    expect(desk.page.locator(".together .bubble > .text")).to_have_text(["Only one number"])
    assert desk.page.evaluate("() => document.scrollingElement.scrollWidth") == PHONE["width"]
