"""Every screen by the rules of axe-core in light, dark and right to left; focus, names, and a sheet that cannot lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .axe import findings
from .customers import Customer
from .desks import OWNER, PHONE, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEYMAP = Path(__file__).resolve().parents[2] / "regulars" / "web" / "design" / "keyboard" / "keymap.js"
PAGES = (
    "/settings/numbers",
    "/settings/templates",
    "/settings/members",
    "/settings/teams",
    "/settings/tokens",
    "/settings/ledger",
    "/settings/deliveries",
    "/settings/parked-events",
    "/settings/notices",
    "/settings/account",
    "/inbox/resolved?q=nobody-has-this-name",
    "/no-such-page",
)
NOT_FOUND = r"404 \(Not Found\)"
RING = """() => {
  const focused = document.activeElement;
  const style = getComputedStyle(focused);
  const frame = getComputedStyle(focused.closest(".composer") ?? focused);
  const inFrame = parseFloat(frame.borderTopWidth) + parseFloat(frame.boxShadow.split(" ").at(-1));
  const own = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  const width = focused.matches(".composer-text") ? inFrame : own;
  return { where: focused.outerHTML.slice(0, 100), width };
}"""
"""the ring around what has the focus, in pixels; the composer's text has it around its frame"""


@pytest.fixture
def customer(product: Product) -> Customer:
    """Somebody with enough in their conversation to look at."""
    known = Customer(product, f"Aino Virtanen {len(product.control('GET', 'customers')['items'])}")
    known.says("See https://example.com *now*")
    known.sends("image", {"sample": "kettle", "caption": "this one"})
    known.sends("audio", {"sample": "voice-en"})
    known.sends("document", {"sample": "purchase-order", "filename": "PO.pdf"})
    known.sends("location", {"latitude": 60.17, "longitude": 24.94, "name": "Kauppatori"})
    known.sends("unsupported", None, subtype="poll_creation")
    quoted = known.says("the last one")
    known.quotes(quoted, "really the last one")
    return known


@pytest.mark.parametrize("path", PAGES)
def test_pages_keep_the_rules(desks: Desks, product: Product, path: str):
    desk = desks.open(OWNER, path)
    desk.expects(NOT_FOUND)
    assert findings(desk.page) == ""


def test_the_doors_keep_the_rules(desks: Desks):
    desk = desks.stranger()
    desk.goto("/sign-in")
    assert findings(desk.page) == ""
    desk.page.fill("[name=email]", "nobody@example.com")
    desk.page.fill("[name=password]", "wrong")
    desk.page.locator("button.primary").click()
    expect(desk.page.locator("[role=alert]")).to_be_visible()
    assert findings(desk.page) == ""


def test_the_inbox_keeps_the_rules(desks: Desks, customer: Customer):
    desk = desks.open(OWNER)
    assert findings(desk.page) == ""
    desk.choose(customer)
    expect(desk.bubbles("really the last one")).to_have_count(1)
    desk.reply("answered")
    assert findings(desk.page) == ""
    page = desk.page
    page.locator("[role=tab][data-mode=note]").click()
    desk.composer.fill("a note")
    desk.composer.press("Enter")
    expect(page.locator("message-thread .note")).to_have_count(1)
    page.locator("[role=tab][data-mode=template]").click()
    expect(page.locator("#template-preview")).to_be_visible()
    assert findings(desk.page) == ""


@pytest.mark.parametrize("opener", ["Control+k", "?", "a", "+"])
def test_what_opens_above_the_inbox_keeps_the_rules(desks: Desks, customer: Customer, opener: str):
    desk = desks.open(OWNER)
    desk.choose(customer)
    page = desk.page
    expect(desk.bubbles("really the last one")).to_have_count(1)
    page.locator("message-thread").focus()
    if opener == "+":
        page.keyboard.press("ArrowUp")
    page.keyboard.press(opener)
    opened = page.locator("dialog[open], [popover]:popover-open:not(.tooltip)")
    expect(opened).to_have_count(1)
    assert findings(desk.page) == ""
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(desk.thread_name).to_have_text(customer.name)


@pytest.mark.parametrize("name", ["connect", "invite", "make-token"])
def test_dialogs_keep_the_rules_and_return_the_focus(desks: Desks, name: str):
    path = {"connect": "numbers", "invite": "members", "make-token": "tokens"}[name]
    desk = desks.open(OWNER, f"/settings/{path}")
    opener = desk.page.locator(f".page-bar [data-dialog={name}]")
    opener.press("Enter")
    expect(desk.page.locator(f"dialog#{name}")).to_be_visible()
    assert findings(desk.page) == ""
    desk.page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_phone_keeps_the_rules(desks: Desks, customer: Customer):
    desk = desks.open(OWNER, viewport=PHONE, has_touch=True, is_mobile=True)
    assert findings(desk.page) == ""
    desk.row(customer).tap()
    expect(desk.bubbles("really the last one")).to_have_count(1)
    assert findings(desk.page) == ""
    small = desk.page.evaluate(
        """[...document.querySelectorAll("#thread-head button, message-composer button")]
             .filter((each) => each.checkVisibility()).map((each) => each.getBoundingClientRect())
             .filter((box) => box.width < 24 || box.height < 24).length"""
    )
    assert small == 0


def test_the_focus_is_always_seen(desks: Desks, customer: Customer):
    desk = desks.open(OWNER)
    desk.choose(customer)
    page = desk.page
    page.reload()
    expect(desk.bubbles("really the last one")).to_have_count(1)
    rings: list[dict[str, Any]] = []
    while not rings or "composer-text" not in rings[-1]["where"]:
        page.keyboard.press("Tab")
        rings.append(page.evaluate(RING))
        assert len(rings) < 60, "the composer cannot be reached with Tab"
    assert [ring["where"] for ring in rings if ring["width"] < 2] == []


def test_the_cheat_sheet_tells_exactly_what_works(desks: Desks, customer: Customer):
    """Every row that the sheet shows answers its key, and every key that answers is on the sheet."""
    desk = desks.open(OWNER)
    desk.choose(customer)
    page = desk.page
    page.locator("message-thread").focus()
    page.keyboard.press("?")
    sheet = page.locator("cheat-sheet li")
    expect(sheet).not_to_have_count(0)
    shown = set(sheet.evaluate_all("all => all.map(each => each.firstChild.textContent)"))
    page.keyboard.press("Escape")
    address = page.evaluate("location.pathname + location.search")
    rows = _keymap()
    answered = {row["label"] for row in rows if not row["native"] and _answers(desk, address, row)}
    native = {row["label"] for row in rows if row["native"]}
    assert shown - native == answered
    assert native <= shown


def _keymap() -> list[dict[str, str]]:
    """The rows of the table of shortcuts."""
    pattern = re.compile(r'\{ command: "([\w-]+)", keys: \["([^"]+)".*?label: gettext\("([^"]+)"\)(.*?)\}')
    found = [
        {"command": command, "key": key, "label": label, "native": "yes" if "native: true" in rest else ""}
        for command, key, label, rest in pattern.findall(KEYMAP.read_text())
    ]
    assert len(found) == KEYMAP.read_text().count("command: ")
    return found


def _answers(desk: Desk, address: str, row: dict[str, str]) -> bool:
    """Press a shortcut before the thread; whether somebody took the key."""
    page = desk.page
    if page.evaluate("location.pathname") != address.partition("?")[0]:
        desk.goto(address)
    if row["command"] == "undo":
        page.locator(".thread-actions [data-command=resolve]").click()
        expect(page.locator(".toast button", has_text="Undo")).to_be_visible()
    page.locator("message-thread").focus()
    page.evaluate(
        "window.taken = null; document.addEventListener('keydown', (event) => (window.taken = event))"
    )
    for part in row["key"].split(" "):
        page.keyboard.press(part.replace("Mod", "Control") if len(part) > 1 else part.lower())
    if row["command"].startswith("go-"):
        page.wait_for_url(lambda url: address not in url)
        return True
    taken = bool(page.evaluate("window.taken.defaultPrevented"))
    page.evaluate(
        """document.querySelectorAll("dialog[open]").forEach((each) => each.close());
           document.querySelectorAll("[popover]:popover-open").forEach((each) => each.hidePopover())"""
    )
    return taken
