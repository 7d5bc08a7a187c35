"""Sending later and taking back, by keyboard; two who answer one customer see each other and both texts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import ADMIN, AGENT, Desks

UNDO = "UPDATE workspaces_user SET undo_send_seconds = %s WHERE email = %s"


@pytest.fixture
def takes_back(product: Product) -> Iterator[None]:
    product.sql(UNDO, 10, AGENT)
    yield
    product.sql(UNDO, 0, AGENT)


@pytest.mark.usefixtures("takes_back")
def test_what_was_sent_comes_back_into_the_composer_and_leaves_later(desks: Desks, product: Product):
    customer = Customer(product, "Wanda Later")
    customer.says("Do you open on Sunday?")
    desk = desks.open(AGENT)
    desk.choose(customer)
    desk.reply("No, on Monday at nine")
    desk.composer.press("Control+z")
    expect(desk.composer).to_have_value("No, on Monday at nine")
    expect(desk.bubbles("No, on Monday at nine")).to_have_count(0)
    desk.composer.press("Control+Alt+Enter")
    expect(desk.page.locator(".later-time").first).to_be_focused()
    desk.page.keyboard.press("Enter")
    waiting = desk.page.locator(".message.scheduled")
    expect(waiting).to_contain_text("No, on Monday at nine")
    expect(desk.composer).to_have_value("")
    waiting.get_by_text("Send now").click()
    expect(waiting).to_have_count(0)
    expect(desk.ticks("No, on Monday at nine")).to_have_attribute("data-status", "delivered")
    assert customer.texts() == ["No, on Monday at nine"]


def test_two_who_answer_see_each_other_and_both_texts(desks: Desks, product: Product):
    customer = Customer(product, "Walt Together")
    customer.says("Where is my parcel?")
    ana, jonas, onlooker = desks.open(AGENT), desks.open(ADMIN), desks.open(ADMIN)
    jonas.expects("409")
    for desk in (ana, jonas):
        desk.choose(customer)
    ana.composer.fill("It left this morning")
    state = jonas.page.locator("answer-state")
    expect(state).to_have_text("Being answered by Ana Petrova")
    expect(onlooker.row(customer).locator(".answering")).to_have_text("Being answered by Ana Petrova")
    jonas.composer.fill("It is on its way")
    expect(state).to_have_text("Conflict: Ana Petrova is answering, too")
    jonas.composer.press("Enter")
    collision = jonas.page.locator(".collision")
    expect(collision).to_contain_text("It is on its way")
    expect(jonas.composer).to_have_value("It is on its way")
    ana.composer.press("Enter")
    expect(jonas.bubbles("It left this morning")).to_have_count(1)
    expect(state).to_have_text("Answered by Ana Petrova")
    expect(collision).to_have_count(0)
    jonas.composer.press("Enter")
    jonas.page.get_by_role("button", name="Send anyway").click()
    expect(jonas.bubbles("It is on its way")).to_have_count(1)
    assert jonas.texts[-2:] == ["It left this morning", "It is on its way"]
