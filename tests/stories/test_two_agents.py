"""Two people work side by side and see each other's work as it happens, each in their own language."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.running.product import Product

from .customers import Customer
from .desks import ADMIN, OWNER, RUSSIAN_AGENT, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_everything_one_does_the_other_sees(desks: Desks, product: Product):
    vera = Customer(product, "Vera Lindholm")
    vera.says("My parcel is two days late")
    maya, darya = desks.open(OWNER), desks.open(RUSSIAN_AGENT)
    for desk in (maya, darya):
        _stay(desk)
        desk.choose(vera)
    expect(maya.page.locator("html")).to_have_attribute("lang", "en")
    expect(darya.page.locator("html")).to_have_attribute("lang", "ru")

    _assign(maya, "Дарья Котова")
    expect(_assignee(maya)).to_have_text("Дарья Котова")
    expect(_assignee(darya)).to_have_text("Вы")

    there = maya.page.locator(".presence-bar .bar-text")
    expect(there).to_have_text("Дарья Котова is looking at this too")
    expect(darya.page.locator("face-row [role=img]")).to_have_count(1)
    darya.composer.fill("It left")
    expect(there).to_have_text("Дарья Котова is writing an answer")
    darya.reply("It left our house on Monday")
    expect(maya.bubbles("It left our house on Monday")).to_have_count(1)
    expect(maya.bubbles("It left our house on Monday").locator(".message-author bdi")).to_have_text(
        "Дарья Котова"
    )
    expect(darya.bubbles("It left our house on Monday").locator(".message-author bdi")).to_have_text("Вы")
    vera.gets("It left our house on Monday")
    for desk in (maya, darya):
        expect(desk.ticks("It left our house on Monday")).to_have_attribute("data-status", "delivered")
    vera.reads()
    for desk in (maya, darya):
        expect(desk.ticks("It left our house on Monday")).to_have_attribute("data-status", "read")

    maya.page.locator("[role=tab][data-mode=note]").click()
    maya.composer.fill("She is a café, offer the express")
    maya.composer.press("Enter")
    for desk in (maya, darya):
        expect(desk.page.locator("message-thread .note .text")).to_have_text(
            "She is a café, offer the express"
        )
    assert vera.texts() == ["It left our house on Monday"]
    _nothing_was_loaded_anew(maya, darya)


def test_unread_and_resolving_reach_every_screen(desks: Desks, product: Product):
    ines, pavel = Customer(product, "Ines Duarte"), Customer(product, "Pavel Orlov")
    ines.says("Do you deliver to Porto?")
    pavel.says("Do you deliver to Kazan?")
    maya, darya = desks.open(OWNER), desks.open(RUSSIAN_AGENT)
    for desk in (maya, darya):
        _stay(desk)
        expect(desk.row(ines)).to_have_attribute("data-unread", "1")
    maya.choose(pavel)
    expect(darya.row(pavel).locator(".unread-dot")).to_have_count(0)
    ines.says("And how long does it take?")
    for desk in (maya, darya):
        expect(desk.row(ines)).to_have_attribute("data-unread", "2")
    darya.choose(ines)
    for desk in (maya, darya):
        expect(desk.row(ines).locator(".unread-dot")).to_have_count(0)

    _look_away(darya)
    ines.says("I can wait until Friday")
    expect(darya.bubbles("I can wait until Friday")).to_have_count(1)
    for desk in (maya, darya):
        expect(desk.row(ines)).to_have_attribute("data-unread", "1")
    _look_away(darya, away=False)
    for desk in (maya, darya):
        expect(desk.row(ines).locator(".unread-dot")).to_have_count(0)

    maya.choose(ines)
    maya.page.locator(".thread-actions [data-command=resolve]").click()
    for desk in (maya, darya):
        expect(desk.page.locator("#thread-head [data-reopen]")).to_have_count(1)
    ines.says("Thank you, I have ordered")
    for desk in (maya, darya):
        expect(desk.bubbles("Thank you, I have ordered")).to_have_count(1)
        expect(desk.page.locator("#thread-head [data-reopen]")).to_have_count(0)
    expect(darya.page.locator("#composer-text")).to_have_attribute("placeholder", "Напишите ответ")
    _nothing_was_loaded_anew(maya, darya)


def test_an_open_page_follows_the_role_of_its_member(desks: Desks, product: Product):
    """By itself: the address stays, and nobody loads anything. How soon is in the benchmarks (``looking``)."""
    leon = Customer(product, "Leon Fischer")
    leon.says("A question for the boss")
    maya, jonas = desks.open(OWNER), desks.open(ADMIN)
    jonas.expects(r"404 \(Not Found\)")  # the page asks whether it still may, and hears that it may not
    maya.choose(leon)
    _assign(maya, "Ana Petrova")
    expect(_assignee(maya)).to_have_text("Ana Petrova")
    jonas.choose(leon)
    manage = jonas.page.locator(".rail a[href='/settings/members']")
    maya.goto("/settings/members")
    try:
        _choose_role(maya, ADMIN, "agent")
        expect(jonas.row(leon)).to_have_count(0)
        expect(jonas.thread_name).to_have_count(0)
        expect(manage).to_have_count(0)
        assert jonas.page.request.get(f"{jonas.url}/settings/members").status == 403
    finally:
        _choose_role(maya, ADMIN, "admin")
    expect(manage).to_have_count(1)
    expect(jonas.row(leon)).to_have_count(1)


def _choose_role(desk: Desk, email: str, role: str) -> None:
    select = desk.page.locator("tr", has_text=email).locator("form[data-submit-on-change] select")
    with desk.page.expect_response("**/settings/members/*") as answered:
        select.select_option(role, no_wait_after=True)
    assert answered.value.status == 302
    expect(select).to_have_value(role)


def _assign(desk: Desk, name: str) -> None:
    desk.page.locator(".assign > button").click()
    desk.page.locator("#assign-menu .menu-item", has_text=name).click()


def _assignee(desk: Desk) -> Locator:
    return desk.page.locator("#thread-head .assignee-name")


def _look_away(desk: Desk, *, away: bool = True) -> None:
    """Have another tab before the eyes, as far as the page can tell, or this one again."""
    desk.page.evaluate(
        """state => {
          Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        "hidden" if away else "visible",
    )


def _stay(desk: Desk) -> None:
    """Mark the page, so that loading it anew would be noticed."""
    desk.page.evaluate("window.stayed = true")


def _nothing_was_loaded_anew(*desks: Desk) -> None:
    assert [desk.page.evaluate("window.stayed") for desk in desks] == [True for _ in desks]
