"""A list is kept as a view and follows what happens; a macro does several things by one key, and is taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .axe import findings
from .customers import Customer
from .desks import AGENT, OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_list_is_kept_shown_to_a_colleague_and_follows_what_happens(desks: Desks, product: Product):
    inga = Customer(product, "Inga Moen")
    inga.says("Is the blue one back?")
    owner, agent = desks.open(OWNER, "/inbox/open"), desks.open(AGENT)
    page = owner.page
    page.locator("[popovertarget=sort-menu]").click()
    page.get_by_role("menuitem", name="Save as view").click()
    expect(page.locator("[name='c.0.field']")).to_have_value("conversation.status")
    page.locator("input[name=name]").fill("Hot and open")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.locator("[name='c.1.field']").select_option("conversation.priority")
    page.locator("[name='c.1.value']").select_option("urgent")
    page.get_by_label("Everybody").check()
    assert findings(page) == ""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".list-head h1")).to_have_text("Hot and open")
    expect(agent.page.locator(".rail [data-saved]", has_text="Hot and open")).to_have_count(1, timeout=5_000)

    agent.choose(inga)
    row = page.locator(".conversation-row", has_text="Inga Moen")
    expect(row).to_have_count(0)
    agent.page.locator(".thread-more [popovertarget]").click()
    agent.page.locator("#thread-more-menu [data-priority=urgent]").click()
    expect(row).to_have_count(1, timeout=5_000)
    agent.page.locator("message-thread").focus()
    agent.page.keyboard.press("e")
    expect(row).to_have_count(0, timeout=5_000)


def test_a_macro_by_its_key_fills_the_composer_and_is_taken_back(desks: Desks, product: Product):
    jonas = Customer(product, "Jonas Lind")
    jonas.says("Do you roast on Fridays?")
    desk = desks.open(AGENT)
    page = desk.page
    desk.choose(jonas)
    page.locator("message-thread").focus()
    page.keyboard.press("Control+m")
    page.locator("#macro-menu [data-run-macro]").first.wait_for()
    assert findings(page) == ""
    page.keyboard.type("damaged")
    page.keyboard.press("Enter")
    expect(page.locator("#thread-head .row-priority.high")).to_have_count(1)
    expect(page.locator("message-thread .note", has_text="Asked for a photo")).to_have_count(1)
    page.locator("message-thread").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#thread-head .row-priority")).to_have_count(0)
    page.keyboard.press("Control+m")
    page.locator("#macro-menu [data-run-macro]").first.wait_for()
    page.keyboard.type("take it")
    page.keyboard.press("Enter")
    expect(page.locator(".composer-text")).not_to_have_value("")
    assert page.locator("message-thread .message.out").count() == 0
