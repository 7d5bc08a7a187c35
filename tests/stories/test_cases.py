"""Cases as people work on them: opened by key, moved by mouse and by keyboard, resolved while a colleague looks."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .axe import findings
from .customers import Customer
from .desks import AGENT, OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TITLE = "Handle fell off twice"


def test_a_case_from_the_thread_to_its_end(desks: Desks, product: Product):
    greta = Customer(product, "Greta Holm")
    greta.says("The handle fell off again")
    agent, owner = desks.open(AGENT), desks.open(OWNER, "/cases/board")
    page, board = agent.page, owner.page
    agent.choose(greta)
    expect(page.locator("#context .case-acts")).to_have_count(1)
    page.locator("message-thread").focus()
    page.keyboard.press("c")
    expect(page.locator("dialog#open-case input[name=title]")).to_be_focused()
    page.keyboard.type(TITLE)
    page.keyboard.press("Enter")
    expect(page.locator("dialog#open-case")).to_have_count(0)
    line = page.locator("message-thread .system-line a", has_text="#")
    expect(page.locator("#context .case-beside", has_text=TITLE)).to_have_count(1, timeout=5_000)
    expect(line.last).to_be_visible()

    card = board.locator(".case-card", has_text=TITLE)
    column = board.locator(".case-column[data-status=waiting_others]")
    expect(card).to_have_count(1, timeout=5_000)
    card.drag_to(column.locator("header"))
    expect(column.locator(".case-card:not([inert])", has_text=TITLE)).to_have_count(1)
    card.locator(".case-link").focus()
    board.keyboard.press("Tab")
    board.keyboard.press("Enter")
    board.locator(".case-move .menu:popover-open [aria-checked=true]").press("ArrowUp")
    board.keyboard.press("Enter")
    expect(board.locator("[data-status=waiting_customer] .case-card", has_text=TITLE)).to_have_count(1)
    assert findings(board) == ""

    page.locator("#context .case-beside a", has_text=TITLE).click()
    expect(page.locator(".page-bar h1")).to_contain_text(TITLE)
    page.locator("#case-comment").fill("A new one is on its way")
    page.locator(".case-comment [type=submit]").click()
    expect(page.locator(".case-said")).to_have_count(1)
    assert findings(page) == ""
    page.locator(".page").focus()
    page.keyboard.press("e")
    page.locator("dialog[open] [name=outcome][value=solved]").check()
    page.locator("dialog[open] textarea").fill("Sent a new one")
    page.locator("dialog[open] [type=submit]").click()
    expect(page.locator(".case-outcome")).to_contain_text("Sent a new one")
    expect(board.locator("[data-status=resolved] .case-card", has_text=TITLE)).to_have_count(1, timeout=5_000)

    owner.page.keyboard.press("Control+k")
    number = re.findall(r"#\d+", page.locator(".page-bar h1").inner_text())[0]
    board.keyboard.type(number)
    board.locator("[role=option]", has_text=TITLE).click()
    expect(board.locator(".page-bar h1")).to_contain_text(TITLE)
