"""A newcomer signs in and answers a simulated customer."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import AGENT, Desks, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEEP_STATES = """() => {
  window.seen = [];
  const note = () => {
    for (const ticks of document.querySelectorAll("message-thread .message.out .ticks")) {
      const status = ticks.dataset.status;
      if (window.seen.at(-1) !== status) window.seen.push(status);
    }
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
}"""
FORWARD = ["queued", "sending", "accepted", "sent", "delivered", "read"]


def test_a_newcomer_signs_in_and_answers(desks: Desks, product: Product):
    nora = Customer(product, "Nora Quist")
    nora.is_online(True)
    desk = desks.stranger()
    desk.goto("/")
    expect(desk.page).to_have_title("Sign in · Regulars")
    sign_in(desk, AGENT)
    desk.goto("/inbox/unassigned?order=newest")
    nora.says("Good morning, do you grind the beans too?")
    desk.choose(nora)
    expect(desk.bubbles("Good morning, do you grind the beans too?")).to_have_count(1)

    desk.page.evaluate(KEEP_STATES)
    nora.is_online(False)
    desk.reply("Yes, for any brewer.")
    expect(desk.ticks("Yes, for any brewer.")).to_have_attribute("data-status", "sent")
    nora.is_online(True)
    expect(desk.ticks("Yes, for any brewer.")).to_have_attribute("data-status", "delivered")
    nora.reads()
    expect(desk.ticks("Yes, for any brewer.")).to_have_attribute("data-status", "read")
    seen = desk.page.evaluate("window.seen")
    assert seen[0] == "queued"
    assert seen == [status for status in FORWARD if status in seen]
    assert [status for status in seen if status in ("sent", "delivered", "read")] == [
        "sent",
        "delivered",
        "read",
    ]


def test_the_phone_shows_the_answer_exactly_once(desks: Desks, product: Product):
    omar = Customer(product, "Omar Haddad")
    omar.says("Is the roastery open on Sunday?")
    desk = desks.open(AGENT)
    desk.choose(omar)
    phone = desks.stranger()
    phone.goto(omar.phone_url)
    desk.reply("Yes, from ten to four.")
    expect(phone.page.locator(".msg .text", has_text="Yes, from ten to four.")).to_have_count(1)
    expect(desk.ticks("Yes, from ten to four.")).to_have_attribute("data-status", "read")
    assert omar.texts() == ["Yes, from ten to four."]
    expect(phone.page.locator(".msg")).to_have_count(2)
    expect(desk.page.locator("message-thread .message")).to_have_count(2)
