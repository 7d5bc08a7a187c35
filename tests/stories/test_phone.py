"""Regulars in the hand, 375 points wide: places under the thumb, the keyboard, and what other apps share with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import AGENT, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SMALL_PHONE = {"width": 375, "height": 667}
TOO_SMALL = """() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches(".skip-link"))
  .map((each) => [each.getBoundingClientRect(), each])
  .filter(([box]) => box.width && (box.width < 44 || box.height < 44))
  .map(([box, each]) => `${Math.round(box.width)}x${Math.round(box.height)} ${each.outerHTML.slice(0, 90)}`)"""
RISES = """(height) => {
  Object.defineProperty(visualViewport, "height", { get: () => height, configurable: true });
  visualViewport.dispatchEvent(new Event("resize"));
}"""
"""a keyboard that lies over the page, as on phones that do not make it smaller"""
DRAWN_ASIDE = """(line, across) => {
  const at = { pointerType: "touch", bubbles: true, clientY: 300 };
  line.dispatchEvent(new PointerEvent("pointerdown", { ...at, clientX: 180 }));
  line.dispatchEvent(new PointerEvent("pointermove", { ...at, clientX: 180 + across }));
  line.dispatchEvent(new PointerEvent("pointerup", { ...at, clientX: 180 + across }));
}"""
SHARE = """(words) => {
  const form = document.createElement("form");
  Object.assign(form, { action: "/share/received", method: "post", enctype: "multipart/form-data" });
  form.innerHTML = "<textarea name=text></textarea><input name=url><input type=file name=files>";
  [form.text.value, form.url.value] = [words, "https://lamps.example/7"];
  const chosen = new DataTransfer();
  chosen.items.add(new File(["seven lamps"], "lamps.txt", { type: "text/plain" }));
  form.files.files = chosen.files;
  document.body.append(form);
  form.submit();
}"""
HAS_APP = """() => navigator.serviceWorker.register("/service-worker.js").then(() => navigator.serviceWorker.ready)
  .then(() => navigator.serviceWorker.controller ??
    new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done)))
  .then(() => true)"""


def phone(desks: Desks, path: str = "/inbox/open?order=newest") -> Desk:
    return desks.open(AGENT, path, viewport=SMALL_PHONE, has_touch=True, is_mobile=True)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_a_thumb_reaches_everything(desks: Desks, product: Product, direction: str):
    nora = Customer(product, f"Nora Quist {direction}")
    nora.says("Is the blue lamp there?")
    desk = phone(desks)
    page = desk.page
    page.evaluate("(direction) => (document.documentElement.dir = direction)", direction)
    expect(desk.row(nora)).to_be_visible()
    bar = page.locator(".bottom-bar")
    places = [re.compile(f"^{name}") for name in ("Inbox", "Search", "Cases", "Me")]
    expect(bar.locator("a:not([role]), menu-button > button")).to_have_text(places, use_inner_text=True)
    expect(bar.locator("[aria-current=page]")).to_contain_text("Inbox")
    assert page.evaluate(TOO_SMALL) == []

    bar.get_by_role("button", name="Me").tap()
    sheet = page.locator("#me-menu")
    box = sheet.bounding_box()
    assert box
    assert (box["x"], box["width"], box["y"] + box["height"]) == (0, 375, 667)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()

    desk.row(nora).tap()
    expect(desk.bubbles("Is the blue lamp there?")).to_have_count(1)
    assert page.evaluate(TOO_SMALL) == []
    page.evaluate(RISES, 320)
    composer = page.locator("message-composer").bounding_box()
    assert composer
    assert composer["y"] + composer["height"] == 320
    assert page.locator("message-thread").evaluate(
        "(it) => it.scrollHeight - it.scrollTop - it.clientHeight < 2"
    )
    page.evaluate(RISES, 667)

    onward = 90 if direction == "ltr" else -90
    desk.bubbles("Is the blue lamp there?").evaluate(DRAWN_ASIDE, -onward)
    expect(page.locator(".composer-quote")).to_be_hidden()
    desk.bubbles("Is the blue lamp there?").evaluate(DRAWN_ASIDE, onward)
    expect(page.locator(".composer-quote .quote-text")).to_have_text("Is the blue lamp there?")

    page.locator("[popovertarget=composer-more]").tap()
    with page.expect_file_chooser() as camera:
        page.get_by_role("menuitem", name="Take a picture").tap()
    facts = camera.value.element.evaluate("(it) => [it.accept, it.getAttribute('capture')]")
    assert facts == ["image/*", "environment"]


def test_what_another_app_shares_waits_in_a_composer(desks: Desks, product: Product):
    nora = Customer(product, "Nora Sharp")
    nora.says("Which lamp was it?")
    desk = phone(desks)
    page = desk.page
    assert page.evaluate(HAS_APP)
    desk.expects("Failed to load resource|net::ERR")
    desk.context.set_offline(True)
    page.evaluate(SHARE, "the seventh")
    expect(page.get_by_role("heading", name="Working offline")).to_be_visible()
    desk.context.set_offline(False)  # the page that stands in goes on by itself
    expect(page.locator(".shared-text")).to_have_text("the seventh\nhttps://lamps.example/7")
    expect(page.locator(".shared-files")).to_have_text("lamps.txt")

    page.locator("share-screen input[type=search]").fill("sharp")
    choices = page.locator("[data-share-to]")
    expect(choices.locator(".truncate")).to_have_text([nora.name])
    choices.tap()
    expect(desk.composer).to_have_value("the seventh\nhttps://lamps.example/7")
    expect(page.locator(".attachments .attachment")).to_contain_text("lamps.txt")
    assert nora.texts() == []
    page.goto(desk.url + "/share")
    expect(page.get_by_text("Nothing waits to be shared")).to_be_visible()
