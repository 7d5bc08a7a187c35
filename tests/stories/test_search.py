"""Somebody looks for what a customer said: found in the words of four scripts, opened at its place, and back again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_searching_and_coming_back(desks: Desks, product: Product):
    vera = Customer(product, "Vera Lind")
    said = [
        "진공청소기배송언제와요",
        "ขอบคุณมากครับเครื่องดูดฝุ่น",
        "Пылесос ещё не приехал",
        "The vacuum cleaner is late",
    ]
    for text in said:
        vera.says(text)
    desk = desks.open(OWNER)
    expect(desk.row(vera)).to_be_visible()
    page, keys = desk.page, desk.page.keyboard

    keys.press("Control+Shift+F")
    box = page.locator("search-screen input[type=search]")
    expect(box).to_be_focused()
    results = page.locator("[data-result]")
    for part, text in zip(("청소", "ดูด", "пылесос", "cuum clea"), said, strict=True):
        box.fill(part)
        expect(results.locator("mark").first).to_be_visible()
        expect(results.filter(has_text=text)).to_have_count(1)

    keys.type(" fr")
    expect(page.locator(".search-help [role=option]:visible .search-operator").first).to_have_text("from:")
    keys.press("ArrowDown")
    keys.press("Enter")
    keys.type("vera")
    expect(page).to_have_url(re.compile("vera$"))
    expect(page.locator(".search-results[aria-busy]")).to_have_count(0)  # those of before are taken away
    expect(results).to_have_count(1)
    keys.press("ArrowDown")
    expect(results.first).to_be_focused()
    left = page.url

    keys.press("Enter")
    expect(desk.thread_name).to_have_text(vera.name)
    expect(page.locator("message-thread .message:focus")).to_contain_text("vacuum cleaner")
    keys.press("Escape")
    expect(results).to_have_count(1)
    assert page.url == left
    expect(results.first).to_be_focused()

    box.fill("zeppelin status:open")
    expect(page.locator(".empty-state")).to_contain_text("Nothing found")
    page.get_by_role("link", name="Also in resolved conversations").click()
    expect(page).to_have_url(re.compile(r"q=zeppelin&in=messages$"))
