"""The inbox in Thai on a phone 390 points wide: list, thread, answer, back, and nothing sticks out."""

from __future__ import annotations

from pathlib import Path

import polib
import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import PHONE, THAI_AGENT, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LOCALE = Path(__file__).resolve().parents[2] / "regulars" / "locale" / "th" / "LC_MESSAGES"
VISIBLE_WORDS = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.closest("bdi, kbd, .isolate, [lang]:not(html)"))
  .flatMap((each) => [
    ...[...each.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.textContent.trim()),
    each.getAttribute("aria-label"), each.getAttribute("placeholder"), each.dataset.tip,
  ]).filter(Boolean)"""
COVERED = """(field) => {
  const box = field.getBoundingClientRect();
  const there = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  return !(there === field) || box.bottom > innerHeight || box.top < 0;
}"""


def test_answering_on_a_phone_in_thai(desks: Desks, product: Product):
    malee = Customer(product, "มาลี ศรีสุข")
    malee.says("ร้านเปิดวันอาทิตย์ไหมคะ " + "กาแฟคั่วอ่อน" * 12)
    desk = desks.open(THAI_AGENT, viewport=PHONE, has_touch=True, is_mobile=True, locale="th-TH")
    page = desk.page
    expect(page.locator("html")).to_have_attribute("lang", "th")
    _fits(desk, "list")
    assert _english_words(desk) == []

    desk.row(malee).tap()
    expect(desk.thread_name).to_have_text(malee.name)
    expect(page.locator(".list-pane")).to_be_hidden()
    _fits(desk, "thread")
    assert page.locator(".composer-text").evaluate(COVERED) is False
    assert _english_words(desk) == []

    desk.composer.tap()
    desk.composer.fill("เปิดสิบโมงถึงสี่โมงเย็นค่ะ")
    page.locator("button.send").tap()
    expect(desk.ticks("เปิดสิบโมงถึงสี่โมงเย็นค่ะ")).to_have_attribute("data-status", "delivered")
    malee.gets("เปิดสิบโมงถึงสี่โมงเย็นค่ะ")
    _fits(desk, "answered")

    page.locator("#thread-head .back").tap()
    expect(page.locator(".list-pane")).to_be_visible()
    expect(page.locator("#conversation")).to_be_hidden()
    expect(desk.row(malee)).to_contain_text("เปิดสิบโมงถึงสี่โมงเย็นค่ะ")
    _fits(desk, "back at the list")


def test_the_rest_of_the_product_is_within_a_thumb_s_reach(desks: Desks, product: Product):
    malee = Customer(product, "ดวงใจ แก้ววิเศษ")
    malee.says("สวัสดีค่ะ ดวงใจเองค่ะ")
    desk = desks.open(THAI_AGENT, viewport=PHONE, has_touch=True, is_mobile=True, locale="th-TH")
    page = desk.page
    page.locator(".bottom-bar [popovertarget=me-menu]").tap()
    page.locator("#me-menu [data-command=rail]").tap()
    expect(page.locator(".rail")).to_be_in_viewport()
    _fits(desk, "navigation")
    page.locator(".rail a[href='/inbox/resolved']").tap()
    page.wait_for_url("**/inbox/resolved*")
    page.locator(".bottom-bar a[href='/search']").tap()
    page.locator("search-screen input[type=search]").fill("ดวงใจ")
    page.locator(".search-results a", has_text=malee.name).first.tap()
    expect(desk.thread_name).to_have_text(malee.name)
    page.locator("#thread-head .thread-who").tap()
    expect(page.locator("#context")).to_be_in_viewport()
    _fits(desk, "contact")
    page.locator("#context .context-close").tap()
    expect(page.locator("#context")).not_to_be_in_viewport()


def _fits(desk: Desk, where: str) -> None:
    """Nothing makes the page wider than the screen."""
    width = desk.page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"], f"{where}: {width} points wide"


def _english_words(desk: Desk) -> list[str]:
    """What stands on the screen in English although the catalogues have it in Thai, or should."""
    entries = [entry for name in ("django", "djangojs") for entry in polib.pofile(str(LOCALE / f"{name}.po"))]
    english = {entry.msgid for entry in entries if entry.msgid.isascii() and entry.msgid != entry.msgstr}
    return sorted(set(desk.page.evaluate(VISIBLE_WORDS)) & english)
