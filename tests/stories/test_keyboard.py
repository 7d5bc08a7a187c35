"""An agent's first minutes with the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.running.product import Product

from .customers import Customer
from .desks import AGENT, OWNER, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_signing_in_without_a_pointer(desks: Desks):
    desk = desks.stranger()
    desk.goto("/sign-in")
    keys = desk.page.keyboard
    expect(desk.page.locator("input[name=email]")).to_be_focused()
    keys.type(AGENT)
    keys.press("Tab")
    keys.type("demo-quiet-lighthouse-soup")
    keys.press("Enter")
    expect(desk.page.locator("nav.rail")).to_be_visible()


@pytest.mark.parametrize(
    ("direction", "names"),
    [("ltr", ("Astrid Holm", "Bruno Costa")), ("rtl", ("أسماء هلال", "بدر قاسم"))],
    ids=["from the left", "from the right"],
)
def test_the_first_minutes(desks: Desks, product: Product, direction: str, names: tuple[str, str]):
    first, second = (Customer(product, name) for name in names)
    first.says("I am the older one")
    desk = desks.open(OWNER)
    expect(desk.row(first)).to_be_visible()
    desk.page.evaluate("(direction) => (document.documentElement.dir = direction)", direction)
    second.says("I am the newer one")
    expect(desk.row(second)).to_be_visible()
    page, keys = desk.page, desk.page.keyboard

    keys.press("j")
    expect(desk.thread_name).to_have_text(second.name)
    keys.press("j")
    expect(desk.thread_name).to_have_text(first.name)
    keys.press("k")
    expect(desk.thread_name).to_have_text(second.name)
    expect(desk.row(second)).to_be_focused()

    keys.press("r")
    expect(desk.composer).to_be_focused()
    keys.type("jk? This stays text")
    keys.press("Shift+Enter")
    keys.type("on two lines")
    keys.press("Enter")
    second.gets("jk? This stays text\non two lines")
    expect(desk.composer).to_have_value("")

    keys.press("Escape")
    keys.press("Enter")
    expect(desk.thread_name).to_have_text(second.name)
    keys.press("n")
    expect(desk.composer).to_be_focused()
    keys.type("for us only")
    keys.press("Enter")
    expect(page.locator("message-thread .note .text")).to_have_text("for us only")
    assert second.texts() == ["jk? This stays text\non two lines"]

    _leave_the_text(desk)
    keys.press("e")
    expect(page.locator("#thread-head [data-reopen]")).to_have_count(1)
    keys.press("Control+z")
    expect(page.locator("#thread-head [data-reopen]")).to_have_count(0)

    keys.press("?")
    expect(page.locator("#cheat-sheet")).to_be_visible()
    keys.press("Escape")
    expect(page.locator("#cheat-sheet")).to_be_hidden()
    keys.press("Control+k")
    keys.type(names[0].split()[0].lower())
    expect(page.locator("#command-results [aria-selected=true]")).to_contain_text(first.name)
    keys.press("Enter")
    expect(desk.thread_name).to_have_text(first.name)

    before = page.evaluate("document.querySelector('.rows').scrollTop")
    keys.press("Escape")
    expect(desk.row(first)).to_be_focused()
    assert page.evaluate("location.pathname + location.search") == "/inbox/open?order=newest"
    assert page.evaluate("document.querySelector('.rows').scrollTop") == before
    keys.press("Enter")
    expect(desk.thread_name).to_have_text(first.name)
    _another_view_takes_the_place_of_the_list(desk, first)


def test_the_first_minutes_at_a_small_window(desks: Desks, product: Product):
    """As at 400 % of magnification: list and thread stand alone, and keys lead from one to the other."""
    nils = Customer(product, "Nils Berg")
    nils.says("Are you open?")
    desk = desks.open(OWNER, viewport={"width": 375, "height": 667})
    page, keys = desk.page, desk.page.keyboard
    expect(desk.row(nils)).to_be_visible()
    keys.press("j")
    expect(desk.thread_name).to_have_text(nils.name)
    expect(page.locator(".list-pane")).to_be_hidden()
    keys.press("r")
    keys.type("until six")
    keys.press("Enter")
    nils.gets("until six")
    keys.press("Escape")
    expect(page.locator(".list-pane")).to_be_visible()
    expect(desk.row(nils)).to_be_focused()
    keys.press("?")
    expect(page.locator("#cheat-sheet")).to_be_visible()
    keys.press("Escape")
    keys.press("[")
    expect(page.locator(".rail")).to_be_in_viewport()
    assert page.evaluate("document.querySelector('.rail').contains(document.activeElement)")
    keys.press("Escape")
    expect(page.locator(".rail")).not_to_be_in_viewport()


def _another_view_takes_the_place_of_the_list(desk: Desk, open_one: Customer) -> None:
    page, keys = desk.page, desk.page.keyboard
    title, current = page.locator(".list-head h1"), page.locator(".rail [aria-current=page]")
    page.evaluate("window.stayed = true")
    _leave_the_text(desk)
    keys.press("g")
    keys.press("d")
    expect(title).to_have_text("Resolved")
    expect(current).to_have_text("Resolved")
    assert "view=resolved" in page.url
    page.go_back()
    expect(title).to_have_text("All open")
    expect(current).to_have_text("All open")
    expect(desk.row(open_one)).to_have_attribute("aria-current", "true")
    desk.expects(r"net::ERR_FAILED")
    page.route("**/inbox/mine", lambda route: route.abort(), times=1)
    keys.press("g")
    keys.press("m")
    expect(page.locator(".toast.bad")).to_contain_text("The list could not be loaded")
    expect(current).to_have_text("All open")
    expect(desk.row(open_one)).to_have_count(1)
    expect(desk.thread_name).to_have_text(open_one.name)
    assert page.evaluate("window.stayed") is True


def test_letters_are_keys_on_any_layout(desks: Desks, product: Product):
    zoya = Customer(product, "Зоя Маркова")
    zoya.says("Добрый день")
    desk = desks.open(AGENT)
    expect(desk.row(zoya)).to_be_visible()
    _press_physical(desk, "KeyJ", "о")
    expect(desk.thread_name).to_have_text(zoya.name)
    _press_physical(desk, "KeyR", "к")
    expect(desk.composer).to_be_focused()


def test_single_letters_can_be_changed_and_switched_off(desks: Desks, product: Product):
    gus = Customer(product, "Gus Ferrari")
    gus.says("Ciao")
    desk = desks.open(OWNER)
    desk.choose(gus)
    _leave_the_text(desk)
    keys = desk.page.keyboard
    sheet, reopen = desk.page.locator("cheat-sheet"), desk.page.locator("#thread-head [data-reopen]")
    key_of_resolve = sheet.locator("[data-command-key=resolve]")
    keys.press("?")
    key_of_resolve.press("Enter")
    keys.press("r")
    expect(sheet).to_contain_text("Taken by “Reply”")
    keys.press("Escape")
    expect(key_of_resolve).to_be_focused()
    other = desk.context.new_page()
    other.goto(desk.page.url)
    expect(other.locator("message-thread")).to_be_attached()
    key_of_resolve.press("Enter")
    keys.press("y")
    expect(key_of_resolve).to_be_focused()
    expect(key_of_resolve).to_contain_text("Y")
    keys.press("Escape")
    other.locator("message-thread").focus()
    other.keyboard.press("?")
    changed = other.locator("cheat-sheet [data-command-key=resolve]")
    expect(changed).to_contain_text("Y")
    other.close()
    desk.page.reload()
    expect(desk.bubbles("Ciao")).to_have_count(1)
    _leave_the_text(desk)
    keys.press("e")
    keys.press("y")
    expect(reopen).to_have_count(1)
    keys.press("?")
    desk.page.locator("input[data-single-keys]").uncheck()
    keys.press("Escape")
    keys.press("y")
    keys.press("Control+k")
    expect(desk.page.locator("#command-box")).to_be_visible()
    expect(reopen).to_have_count(1)
    keys.press("Escape")
    desk.page.locator("[popovertarget=member-menu]").click()
    desk.page.locator("#member-menu [data-command=cheat-sheet]").click()
    with desk.page.expect_response("**/preferences"):
        desk.page.locator("input[data-single-keys]").check()
    key_of_resolve.press("Enter")
    with desk.page.expect_response("**/preferences"):
        sheet.locator("button", has_text="As usual").click()


def test_hands_from_a_mail_program_keep_their_keys(desks: Desks, product: Product):
    kim = Customer(product, "Kim Sato")
    kim.says("Konnichiwa")
    desk = desks.open(OWNER)
    desk.choose(kim)
    settings = desk.context.new_page()
    settings.goto(f"{desk.url}/settings/keyboard")
    usual, mail = (settings.get_by_role("radio", name=name) for name in ("Regulars", "Mail"))
    expect(usual).to_be_checked()
    with settings.expect_response("**/preferences"):
        mail.check()
    expect(settings.locator("[data-command-key=tag]")).to_contain_text("L")

    _leave_the_text(desk)
    desk.page.keyboard.press("t")
    desk.page.keyboard.press("l")
    expect(desk.page.locator("#tag-menu-head")).to_be_visible()
    desk.page.keyboard.press("Escape")

    key_of_note = settings.locator("[data-command-key=note]")
    key_of_note.press("Enter")
    settings.keyboard.press("l")
    expect(settings.locator("key-settings")).to_contain_text("Taken by “Tag”")
    settings.keyboard.press("w")
    expect(key_of_note).to_contain_text("W")
    expect(settings.get_by_role("radio", checked=True)).to_have_count(0)
    expect(settings.locator("[data-own-keys]")).to_be_visible()
    with settings.expect_response("**/preferences"):
        usual.check()
    settings.reload()
    expect(usual).to_be_checked()
    expect(settings.locator("[data-command-key=tag]")).to_contain_text("T")
    settings.close()


def test_arrows_walk_through_messages_and_open_their_menu(desks: Desks, product: Product):
    ivy = Customer(product, "Ivy Tan")
    ivy.says("the first line")
    ivy.says("the second line")
    desk = desks.open(OWNER)
    desk.choose(ivy)
    expect(desk.bubbles("the second line")).to_have_count(1)
    page, keys = desk.page, desk.page.keyboard
    page.locator("message-thread").focus()
    keys.press("ArrowUp")
    expect(desk.bubbles("the second line")).to_be_focused()
    keys.press("ArrowUp")
    expect(desk.bubbles("the first line")).to_be_focused()
    keys.press("+")
    expect(page.locator("#message-menu")).to_be_visible()
    keys.press("Enter")
    expect(desk.bubbles("the first line").locator(".reaction")).to_contain_text("👍")
    keys.press("Enter")
    page.locator("#message-menu .menu-item").first.press("Enter")
    expect(page.locator(".composer-quote .quote-text")).to_have_text("the first line")
    expect(desk.composer).to_be_focused()
    keys.type("to the first")
    keys.press("Enter")
    expect(desk.bubbles("to the first").locator(".quote-text")).to_have_text("the first line")


def _leave_the_text(desk: Desk) -> None:
    desk.page.locator("message-thread").focus()


def _press_physical(desk: Desk, code: str, key: str) -> None:
    """A key of a keyboard with another alphabet."""
    desk.page.evaluate(
        """([code, key]) => document.activeElement.dispatchEvent(
             new KeyboardEvent("keydown", { code, key, bubbles: true, cancelable: true }))""",
        [code, key],
    )
