"""A group on screen: everybody can see that it is one, who says what in it, and who will read the answer."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from regulars.demo.seed import SANDBOX_TOKEN
from tests.running.bodies import FIRST_NUMBER
from tests.running.product import Product, wait_until

from .customers import Customer
from .desks import AGENT, DESKTOP, OWNER, PHONE, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SUBJECT = "Thursday book circle"


def _graph(product: Product, path: str, **body: str) -> None:
    """What the business asks the platform for, as the owner of the numbers."""
    address = f"{product.control_url.removesuffix('/control')}/v26.0/{path}"
    said = {"messaging_product": "whatsapp", **body}
    answer = httpx.post(address, json=said, headers={"Authorization": f"Bearer {SANDBOX_TOKEN}"}, timeout=30)
    assert answer.is_success, answer.text


class Circle:
    """A group of the sandbox with two people in it."""

    def __init__(self, product: Product, subject: str) -> None:
        self.product = product
        _graph(product, f"{FIRST_NUMBER}/groups", subject=subject)
        assert wait_until(lambda: self._find(subject) is not None, 10)
        self.id = str((self._find(subject) or {})["id"])
        self.gwen, self.hal = Customer(product, "Gwen Adair"), Customer(product, "Hal Brook")
        for person in (self.gwen, self.hal):
            self.do("join", person)

    def _find(self, subject: str) -> dict[str, Any] | None:
        items = self.product.control("GET", "groups")["items"]
        return next((each for each in items if each["subject"] == subject), None)

    def do(self, what: str, person: Customer, **more: Any) -> None:
        self.product.control("POST", f"groups/{self.id}", {"do": what, "customer": person.id, **more})

    def says(self, person: Customer, text: str) -> None:
        """It has arrived by then: what several people write at once the platform delivers in any order."""
        heard = "SELECT count(*) FROM conversations_message WHERE direction = 'in' AND text = %s"
        before = self.product.sql(heard, text)
        self.do("write", person, message={"type": "text", "text": text})
        assert wait_until(lambda: self.product.sql(heard, text) != before, 15)


@pytest.fixture(scope="module")
def circle(product: Product) -> Circle:
    made = Circle(product, SUBJECT)
    made.says(made.gwen, "Does Thursday suit everybody?")
    made.says(made.gwen, "At six, at the usual place")
    made.says(made.hal, "Yes, and my door code is 4471")
    return made


def _choose(desk: Desk, name: str) -> None:
    exactly = desk.page.locator(".row-name", has_text=re.compile(f"^\\s*{re.escape(name)}\\s*$"))
    desk.page.locator(".conversation-row", has=exactly).click()
    expect(desk.thread_name).to_have_text(name)


def test_a_group_says_so_everywhere(desks: Desks, circle: Circle):
    desk = desks.open(OWNER, viewport=DESKTOP)
    row = desk.page.locator(".conversation-row", has_text=SUBJECT)
    expect(row.locator(".row-kind")).to_have_text("Group")
    expect(row.locator(".speaker")).to_have_text("Hal Brook:")
    _choose(desk, SUBJECT)
    expect(desk.page.locator("#thread-head .thread-names")).to_contain_text(re.compile(r"Group\s+Shop"))
    authors = desk.page.locator("message-thread .message .message-author > bdi")
    expect(authors).to_have_text(["Gwen Adair", "Gwen Adair", "Hal Brook"])
    shown = [each.is_visible() for each in authors.all()]
    assert shown == [True, False, True]  # whoever goes on speaking is named once
    panel = desk.page.locator("#context")
    expect(panel.locator(".group-writer")).to_have_text(
        [re.compile("Hal Brook.*door code", re.DOTALL), re.compile("Gwen Adair.*usual place", re.DOTALL)]
    )
    expect(panel).not_to_contain_text(circle.gwen.phone)
    panel.locator(".group-writer", has_text="Gwen").click()
    expect(desk.bubbles("At six, at the usual place")).to_be_focused()
    expect(desk.thread_name).to_have_text(SUBJECT)


def test_a_quote_names_its_writer(desks: Desks, circle: Circle):
    desk = desks.open(OWNER)
    _choose(desk, SUBJECT)
    expect(desk.page).to_have_title(f"{SUBJECT} · Regulars")
    desk.bubbles("At six, at the usual place").hover()
    desk.page.get_by_role("button", name="Reply to this message").click()
    expect(desk.page.locator(".composer-quote .quote-author")).to_have_text("Gwen Adair")


def test_the_answer_goes_to_everybody_and_the_composer_said_so(desks: Desks, circle: Circle):
    desk = desks.open(AGENT, viewport=DESKTOP, locale="ru-RU")
    _choose(desk, SUBJECT)
    audience = desk.page.locator(".composer-audience")
    expect(audience).to_be_visible()
    desk.page.locator("[role=tab][data-mode=note]").click()
    expect(audience).to_be_hidden()
    desk.page.locator("[role=tab][data-mode=reply]").click()
    expect(audience).to_be_visible()
    desk.reply("Thursday at six it is")
    expect(desk.ticks("Thursday at six it is")).to_have_attribute("data-status", re.compile("delivered|read"))
    assert circle.gwen.received() == circle.hal.received() == []  # nothing in anybody's own chat


def test_a_group_on_the_phone_and_live(desks: Desks, circle: Circle):
    desk = desks.open(OWNER, viewport=PHONE)
    _choose(desk, SUBJECT)
    expect(desk.page.locator(".composer-audience")).to_be_visible()
    circle.says(circle.hal, "I may be late")
    late = desk.bubbles("I may be late")
    expect(late).to_have_count(1)
    expect(late.locator(".message-author > bdi")).to_have_text("Hal Brook")
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_new_subject_and_a_group_without_one(desks: Desks, product: Product):
    circle = Circle(product, "Before")
    circle.says(circle.gwen, "hello")
    desk = desks.open(OWNER)
    _choose(desk, "Before")
    _graph(product, circle.id, subject="Afterwards")
    expect(desk.thread_name).to_have_text("Afterwards")
    expect(desk.page.locator(".conversation-row .row-name", has_text="Afterwards")).to_have_count(1)
