"""Every screen by the rules of axe-core in light, dark and right to left; focus, names, and a sheet that cannot lie."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import expect

from regulars.web.design.gallery import gallery
from regulars.web.settings.register import PAGES
from tests.running.product import Product

from .axe import findings, in_all_looks
from .customers import Customer
from .desks import OWNER, PHONE, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEYMAP = Path(__file__).resolve().parents[2] / "regulars" / "web" / "design" / "keyboard" / "keymap.js"
BESIDE_THE_SETTINGS = (
    "/settings/parked-events",
    "/settings/notices",
    "/scheduled",
    "/share",
    "/inbox/mine",
    "/inbox/resolved?q=nobody-has-this-name",
    "/no-such-page",
    "/invitations/nonsense",
)
NOT_FOUND = r"404 \(Not Found\)"
FONT_IS_KEPT = """() => {
  const font = performance.getEntriesByType("resource").find((each) => each.name.endsWith(".woff2"));
  return fetch(font.name).then((answer) => answer.headers.get("Cache-Control"));
}"""
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


def test_every_page_keeps_the_rules(desks: Desks, product: Product, customer: Customer):
    """In both themes, both directions and at three widths; each page is loaded once, its dialogs opened."""
    found = {}
    desk = desks.open(OWNER)
    desk.expects(NOT_FOUND)
    expect(desk.row(customer)).to_be_visible()
    delivery = desk.page.evaluate("fetch('/settings/deliveries').then((answer) => answer.text())")
    addresses = [reverse(page.key) for page in PAGES] + [*BESIDE_THE_SETTINGS, _first_delivery(delivery)]
    for address in addresses:
        desk.goto(address)
        found[address] = in_all_looks(desk.page)
        for opener in desk.page.locator("[data-dialog]:not(tbody tr + tr *):visible").all():
            name = opener.get_attribute("data-dialog")
            opener.press("Enter")
            expect(desk.page.locator("dialog[open]")).to_have_count(1)
            found[f"{address} {name}"] = findings(desk.page).splitlines()
            desk.page.keyboard.press("Escape")
            expect(opener).to_be_focused()
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_pages_that_no_address_shows_keep_the_rules(desks: Desks, rf: RequestFactory):
    """The gallery of all components, and what is shown when something is wrong: drawn here, dressed by the product."""
    pages = {
        "gallery": cast("HttpResponse", gallery(rf.get("/design/gallery"))).content.decode(),
        "unavailable": render_to_string("errors/unavailable.html", request=rf.get("/")),
        **{
            name: render_to_string(f"{name}.html", request=rf.get("/")) for name in ("403", "403_csrf", "500")
        },
    }
    desk = desks.stranger()
    desk.page.route(
        "**/drawn/*",
        lambda route: route.fulfill(
            body=pages[route.request.url.rpartition("/")[2]], content_type="text/html"
        ),
    )
    found = {}
    for name in pages:
        desk.goto(f"/drawn/{name}")
        found[name] = in_all_looks(desk.page)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


def test_the_doors_keep_the_rules(desks: Desks):
    desk = desks.stranger()
    desk.goto("/sign-in")
    desk.page.wait_for_function(
        "[...document.fonts].some((each) => each.status === 'loaded' && each.family.includes('Inter'))"
    )
    kept = desk.page.evaluate(FONT_IS_KEPT)
    assert "immutable" in kept
    desk.page.fill("[name=email]", "nobody@example.com")
    desk.page.fill("[name=password]", "wrong")
    desk.page.locator("button.primary").click()
    expect(desk.page.locator("[role=alert]")).to_be_visible()
    assert in_all_looks(desk.page) == []


def test_the_inbox_keeps_the_rules(desks: Desks, customer: Customer):
    """A thread of every kind, a note, templates, and whatever opens above: Escape takes it away, and nothing else."""
    desk = desks.open(OWNER)
    found = {"list": in_all_looks(desk.page)}
    desk.choose(customer)
    expect(desk.bubbles("really the last one")).to_have_count(1)
    desk.reply("answered")
    page = desk.page
    page.locator("[role=tab][data-mode=note]").click()
    desk.composer.fill("a note")
    desk.composer.press("Enter")
    expect(page.locator("message-thread .note")).to_have_count(1)
    page.locator("[role=tab][data-mode=template]").click()
    expect(page.locator("#template-preview")).to_be_visible()
    found["thread"] = in_all_looks(page)
    page.keyboard.press("Escape")
    opened = page.locator("dialog[open], [popover]:popover-open:not(.tooltip)")
    for keys in (("Control+k",), ("?",), ("a",), (*["ArrowUp"] * 3, "+")):
        page.locator("message-thread").focus()
        for key in keys:
            page.keyboard.press(key)
        expect(opened).to_have_count(1)
        found[keys[-1]] = findings(page).splitlines()
        page.keyboard.press("Escape")
        expect(opened).to_have_count(0)
        expect(desk.thread_name).to_have_text(customer.name)
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(("key", "panel"), [("[", ".rail"), ("]", "#context")])
def test_what_lies_over_a_narrow_page_is_alone_there(desks: Desks, customer: Customer, key: str, panel: str):
    desk = desks.open(OWNER)
    desk.choose(customer)
    page = desk.page
    page.set_viewport_size({"width": 1024, "height": 768})
    expect(page.locator("#context")).to_be_hidden()
    page.locator("message-thread").focus()
    page.keyboard.press(key)
    expect(page.locator(".scrim")).to_be_visible()
    assert page.evaluate("(panel) => document.querySelector(panel).contains(document.activeElement)", panel)
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('[inert], message-composer')") is None
    assert findings(page) == ""
    page.keyboard.press("Escape")
    expect(page.locator(".scrim")).to_have_count(0)
    expect(page.locator("message-thread")).to_be_focused()
    expect(desk.thread_name).to_have_text(customer.name)


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


LEAVING = {"go-settings", "go-account", "go-now", "go-cases", "go-scheduled", "go-views", "search"}
"""commands that open another page"""
FETCHED = {"template": ".template-sheet[open]", "open-case": "#open-case"}
"""what stands there a moment after its key: the next key would meet it"""


def _first_delivery(html: str) -> str:
    return str(re.findall(r'href="(/settings/deliveries/[^"?]+)"', html)[0])


def _keymap() -> list[dict[str, str]]:
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
    path = address.partition("?")[0]
    if page.evaluate("location.pathname") != path:
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
    if row["command"] in LEAVING:  # other lists come in place, beside the thread
        page.wait_for_url(lambda url: path not in url)
        return True
    taken = bool(page.evaluate("window.taken.defaultPrevented"))
    if row["command"] in FETCHED:
        expect(page.locator(FETCHED[row["command"]])).to_be_visible()
    page.evaluate(
        """document.querySelectorAll("dialog[open]").forEach((each) => each.close());
           document.querySelectorAll("[popover]:popover-open").forEach((each) => each.hidePopover())"""
    )
    return taken
