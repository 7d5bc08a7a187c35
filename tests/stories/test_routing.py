"""Routing as people see it: a lead makes a queue, an agent comes and goes, and who waits is given to them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.running.product import Product

from .axe import findings
from .customers import Customer
from .desks import AGENT, LEAD, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


GONE = """
UPDATE workspaces_memberavailability
   SET chosen = 'off_duty', state = 'off_duty'
 WHERE member_id IN (SELECT member.id
                       FROM workspaces_member member JOIN workspaces_user person ON person.id = member.user_id
                      WHERE person.email NOT IN (%s, %s))
"""
"""who was on a screen in a story before this one, and is there still"""


def route(page: Page, number: str, *, on: bool) -> None:
    page.locator("[data-dialog=change-routing]").click()
    page.locator("dialog#change-routing").get_by_label(number, exact=True).set_checked(on)
    page.locator("dialog#change-routing [type=submit]").click()
    expect(page.locator(".facts .pill.good")).to_have_count(int(on))


def press(page: Page, state: str) -> None:
    page.keyboard.press("o")
    expect(page.locator("#own-availability .duty")).to_have_class(f"duty {state}")


def test_what_comes_is_given_to_who_is_there_and_goes_back_when_they_leave(desks: Desks, product: Product):
    lead, agent = desks.open(LEAD, "/settings/routing"), desks.open(AGENT, "/inbox/mine")
    page = lead.page
    page.locator(".page-bar a[href$='/queues/new']").click()
    page.locator("#id_name").fill("Everybody")
    assert findings(page) == ""
    page.locator(".form-sections [type=submit]").click()
    expect(page.locator(".arranged h3").first).to_have_text("Everybody")
    assert findings(page) == ""
    product.sql(GONE, LEAD, AGENT)
    press(page, "away")  # the agent alone is there
    route(page, "Shop", on=True)
    rosa = Customer(product, "Rosa Lind")
    rosa.says("Is the blue one still there?")
    expect(agent.row(rosa)).to_be_visible()
    agent.choose(rosa)
    expect(agent.page.locator(".system-line a[href*='/routing#decision-']")).to_be_visible()
    agent.goto("/off-duty")
    assert findings(agent.page) == ""
    agent.page.get_by_label("Back to the queue, for whoever is free").check()
    agent.page.locator(".form-sections [type=submit]").click()
    expect(agent.page.locator("#own-availability .duty")).to_have_class("duty off_duty")
    lead.goto("/now")
    expect(page.locator("#waiting tr", has_text="Rosa Lind")).to_contain_text("Everybody")
    assert findings(page) == ""
    press(page, "online")  # and what waited is the lead's, seen without loading anew
    name = page.locator("tbody th a", has=page.locator("bdi", has_text="김서연")).first
    expect(page.locator("#waiting tr", has_text="Rosa Lind")).to_contain_text(name.inner_text())
    press(agent.page, "online")
    lead.goto("/settings/routing")
    route(page, "Shop", on=False)
