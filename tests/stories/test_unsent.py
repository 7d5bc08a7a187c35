"""What is not sent stays what it was: no private note becomes a reply, nothing sent comes back, nothing is left out."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from tests.running.product import Product

from .customers import Customer
from .desks import OWNER, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BROKEN = r"net::ERR_|ERR_INTERNET_DISCONNECTED|Failed to load resource"
PICTURE = Path(__file__).parents[2] / "docs" / "pictures" / "inbox.png"


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """A page that may meet broken connections and refusals."""
    opened = desks.open(OWNER)
    opened.expects(BROKEN)
    return opened


def test_a_note_does_not_become_a_reply_by_going_back(desk: Desk, product: Product):
    """A browser that goes back fills in fields as they were left; here the field stands for two kinds of words."""
    nora = Customer(product, "Nora Private")
    nora.says("hello")
    desk.choose(nora)
    desk.page.locator("[role=tab][data-mode=note]").click()
    with desk.page.expect_response("**/draft"):
        desk.composer.fill("she owes us money")
    desk.goto("/settings/templates")
    desk.page.go_back()
    expect(desk.thread_name).to_have_text(nora.name)
    expect(desk.composer).to_have_value("")
    desk.composer.press("Enter")
    desk.page.locator("[role=tab][data-mode=note]").click()
    expect(desk.composer).to_have_value("she owes us money")
    desk.page.locator("[role=tab][data-mode=reply]").click()
    desk.reply("Your parcel is on its way")
    nora.gets("Your parcel is on its way")
    assert nora.texts() == ["Your parcel is on its way"]


def test_what_stands_in_the_field_and_nobody_typed_is_not_sent(desk: Desk, product: Product):
    nora = Customer(product, "Nora Unknown")
    nora.says("hello")
    desk.choose(nora)
    desk.page.evaluate("document.querySelector('.composer-text').value = 'from somewhere'")
    desk.composer.press("Enter")
    expect(desk.composer).to_have_value("")
    desk.reply("typed")
    nora.gets("typed")
    assert nora.texts() == ["typed"]


def test_what_was_sent_does_not_come_back(desk: Desk, product: Product):
    """Nor the page on which it stood: browsers keep none."""
    pia = Customer(product, "Pia Again")
    pia.says("hello")
    desk.choose(pia)
    here = desk.page.url
    with desk.page.expect_response("**/draft"):
        desk.composer.fill("once")
    desk.goto("/settings/templates")
    desk.goto(here)
    expect(desk.composer).to_have_value("once")
    desk.composer.press("Enter")
    expect(desk.ticks("once")).to_have_attribute("data-status", "delivered")
    desk.page.go_back()
    desk.page.go_back()
    expect(desk.thread_name).to_have_text(pia.name)
    expect(desk.composer).to_have_value("")
    assert pia.texts() == ["once"]


def test_all_of_it_outlives_the_page(desk: Desk, product: Product):
    """A place, a picture and a quote that could not be sent are there after a reload, as are the words."""
    olga = Customer(product, "Olga Offline")
    olga.says("Where are you?")
    desk.choose(olga)
    desk.attach(PICTURE)
    desk.bubbles("Where are you?").hover()
    desk.page.get_by_role("button", name="Reply to this message").click()
    desk.page.evaluate("document.querySelector('message-composer').extra.open('location')")
    extra = desk.page.locator(".composer-extra")
    extra.locator("[name=pin]").fill("13.75, 100.5")
    desk.page.route("**/conversations/*/messages", _refuse)
    desk.composer.press("Enter")
    waiting = desk.page.locator("message-thread .pending")
    expect(waiting).to_contain_text("inbox.jpg")
    desk.page.reload()
    expect(waiting).to_contain_text("inbox.jpg")
    expect(waiting).to_contain_text("Location")
    desk.page.unroute_all()
    waiting.get_by_role("button", name="Back to the text field").click()
    expect(extra.locator("[name=pin]")).to_have_value("13.75, 100.5")
    expect(desk.page.locator(".attachments")).to_contain_text("inbox.jpg")
    expect(desk.page.locator(".composer-quote .quote-text")).to_have_text("Where are you?")
    desk.composer.press("Enter")
    expect(desk.page.locator("message-thread .message.out .ticks[data-status=delivered]")).to_have_count(2)
    assert [each["type"] for each in olga.received()] == ["image", "location"]


def _refuse(route: Route) -> None:
    route.abort("connectionrefused")
