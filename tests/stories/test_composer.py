"""What is written goes out once, whole, and to whom the screen shows; and what is not sent is not lost."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.running.product import Product

from .customers import Customer
from .desks import AGENT, OWNER, THAI_AGENT, Desk, Desks, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DAY = 24 * 3600
BROKEN = r"net::ERR_|ERR_INTERNET_DISCONNECTED|Failed to load resource"


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """A page that may meet broken connections and refusals."""
    opened = desks.open(OWNER)
    opened.expects(BROKEN)
    return opened


def arrive_and_cut(route: Route) -> None:
    """The server acts, and its answer is lost."""
    route.fetch()
    route.abort("connectionreset")


def closed_window(product: Product, name: str) -> Customer:
    customer = Customer(product, name)
    customer.says("Hello", timestamp=int(time.time()) - DAY - 60)
    customer.product.control("POST", f"customers/{customer.id}/window", {"open": False})
    return customer


def fill_template(desk: Desk) -> None:
    picker = desk.pick_template("order_update")
    values = picker.locator(".template-values input")
    expect(values).to_have_count(2)
    values.nth(0).fill("Ruth")
    values.nth(1).fill("HP-77")


def templates_of(customer: Customer) -> list[Any]:
    return [each for each in customer.received() if each["type"] == "template"]


def second_tab(desk: Desk, customer: Customer) -> Desk:
    """The same person's other tab, at the same conversation."""
    tab = object.__new__(Desk)
    tab.__dict__.update(desk.__dict__)
    tab.page = desk.context.new_page()
    tab.goto("/inbox/open?order=newest")
    tab.choose(customer)
    return tab


# --- once ------------------------------------------------------------------------------------------


def test_what_was_sent_from_another_device_leaves_this_one(desks: Desks, product: Product):
    """A computer and a phone of the same person share what is being written, and send it once."""
    ruth = Customer(product, "Ruth Devices")
    ruth.says("hello")
    phone, computer = desks.open(AGENT), desks.open(AGENT)
    for mode, text in (("reply", "*Dear* Ruth"), ("note", "she is a regular")):
        phone.choose(ruth)
        phone.page.locator(f"[role=tab][data-mode={mode}]").click()
        with phone.page.expect_response("**/draft"):
            phone.composer.fill(text)
        computer.goto("/inbox/open?order=newest")
        computer.choose(ruth)
        computer.page.locator(f"[role=tab][data-mode={mode}]").click()
        expect(computer.composer).to_have_value(text)
        phone.composer.press("Enter")
        expect(computer.composer).to_have_value("")
    assert ruth.texts() == ["*Dear* Ruth"]


def test_from_two_devices_at_once_it_goes_out_once(desks: Desks, product: Product):
    ruth = Customer(product, "Ruth Devices at once")
    ruth.says("hello")
    phone, computer = desks.open(AGENT), desks.open(AGENT)
    phone.choose(ruth)
    with phone.page.expect_response("**/draft"):
        phone.composer.fill("yes")
    computer.goto("/inbox/open?order=newest")
    computer.choose(ruth)
    expect(computer.composer).to_have_value("yes")
    for desk in (phone, computer):
        desk.composer.press("Enter", no_wait_after=True)
    for desk in (phone, computer):
        expect(desk.bubbles("yes")).to_have_count(1)
        expect(desk.ticks("yes")).to_have_attribute("data-status", "delivered")
    assert ruth.texts() == ["yes"]


def test_a_template_pressed_twice_goes_out_once(desk: Desk, product: Product):
    ruth = closed_window(product, "Ruth Doble")
    desk.choose(ruth)
    fill_template(desk)
    desk.page.locator(".template-picker button[type=submit]").dblclick()
    sent = desk.page.locator("message-thread .message.out[data-kind=template]")
    expect(sent.locator(".ticks")).to_have_attribute("data-status", "delivered")
    assert len(templates_of(ruth)) == 1


def test_a_template_whose_answer_is_lost_goes_out_once(desk: Desk, product: Product):
    ruth = closed_window(product, "Ruth Lostig")
    desk.choose(ruth)
    fill_template(desk)
    button = desk.page.locator(".template-picker button[type=submit]")
    desk.page.route("**/conversations/*/template", arrive_and_cut, times=1)
    button.click()
    expect(desk.page.locator(".template-picker .composer-problem")).to_be_visible()
    with desk.page.expect_response("**/conversations/*/template") as answered:
        button.click()
    assert (answered.value.status, answered.value.headers.get("x-repeated")) == (201, "true")
    expect(desk.page.locator("message-thread .message.out[data-kind=template]")).to_have_count(1)
    assert len(templates_of(ruth)) == 1


def test_a_template_from_two_tabs_goes_out_once(desk: Desk, product: Product):
    ruth = closed_window(product, "Ruth Twotab")
    desk.choose(ruth)
    fill_template(desk)
    other = second_tab(desk, ruth)
    fill_template(other)
    for tab in (desk, other):
        tab.page.locator(".template-picker button[type=submit]").click(no_wait_after=True)
    for tab in (desk, other):
        expect(tab.page.locator("message-thread .message.out[data-kind=template]")).to_have_count(1)
    assert len(templates_of(ruth)) == 1


def test_a_note_is_written_once(desk: Desk, product: Product):
    lena = Customer(product, "Lena Note")
    lena.says("hello")
    desk.choose(lena)
    desk.page.locator("[role=tab][data-mode=note]").click()
    desk.composer.fill("She is a café")
    desk.page.route("**/conversations/*/notes", arrive_and_cut, times=1)
    desk.composer.press("Enter")
    expect(desk.page.locator("message-thread .note")).to_have_count(
        1
    )  # the stream tells of it, the answer is lost
    expect(desk.composer).to_have_value("")
    expect(desk.page.locator(".composer-write .composer-problem")).to_be_hidden()
    desk.composer.press("Enter")
    desk.composer.press("Enter")
    desk.page.reload()
    expect(desk.page.locator("message-thread .note")).to_have_count(1)


def test_two_tabs_share_a_text_and_send_it_once(desk: Desk, product: Product):
    kim = Customer(product, "Kim Twotab")
    kim.says("hello")
    desk.choose(kim)
    other = second_tab(desk, kim)
    desk.composer.press_sequentially("from both")
    expect(other.composer).to_have_value("from both")
    for tab in (desk, other):
        tab.page.evaluate("window.sent = document.querySelector('message-composer').sending.send()")
    for tab in (desk, other):
        expect(tab.bubbles("from both")).to_have_count(1)
        expect(tab.composer).to_have_value("")
    desk.reply("and once more")
    expect(other.bubbles("and once more")).to_have_count(1)
    expect(other.composer).to_have_value("")
    assert kim.texts() == ["from both", "and once more"]


def test_the_enter_of_a_composition_does_not_send(desk: Desk, product: Product):
    jun = Customer(product, "Jun Compose")
    jun.says("안녕하세요")
    desk.choose(jun)
    desk.composer.fill("안녕")
    desk.page.evaluate(
        """() => document.querySelector(".composer-text").dispatchEvent(
             new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))"""
    )
    expect(desk.composer).to_have_value("안녕")
    assert desk.bubbles("안녕").count() == 0
    desk.composer.press("Enter")
    expect(desk.bubbles("안녕")).to_have_count(1)


# --- whole -----------------------------------------------------------------------------------------


def test_what_was_refused_meanwhile_is_there_again(desk: Desk, product: Product):
    """Words, file and quote come back, also when another conversation was opened before the refusal."""
    nina, olaf = Customer(product, "Nina Refused"), Customer(product, "Olaf Other")
    for customer in (nina, olaf):
        customer.says("hello")
    desk.choose(nina)
    desk.attach(Path(__file__).parents[2] / "docs" / "pictures" / "inbox.png")
    desk.bubbles("hello").hover()
    desk.page.get_by_role("button", name="Reply to this message").click()
    desk.composer.fill("as promised")
    held: list[Route] = []
    desk.page.route("**/conversations/*/messages", lambda route: held.append(route), times=1)  # noqa: PLW0108
    desk.composer.press("Enter")
    expect(desk.composer).to_have_value("")
    desk.choose(olaf)
    assert held
    held[0].fulfill(status=409, body="Not like this", content_type="text/plain")
    expect(desk.page.locator(".toast")).to_contain_text("Not like this")
    desk.choose(nina)
    expect(desk.composer).to_have_value("as promised")
    expect(desk.page.locator(".attachments img")).to_have_count(1)
    expect(desk.page.locator(".composer-quote .quote-text")).to_have_text("hello")
    expect(desk.page.locator(".composer-write .composer-problem")).to_have_text("Not like this")
    desk.composer.press("Enter")
    expect(desk.page.locator("message-thread .message.out .ticks[data-status=delivered]")).to_have_count(1)
    assert [each["type"] for each in nina.received()] == ["image"]


def test_a_long_text_is_not_cut(desk: Desk, product: Product):
    lou = Customer(product, "Lou Long")
    lou.says("Tell me everything")
    desk.choose(lou)
    text = " ".join(["word"] * 1160)
    assert len(text) == 5799
    desk.composer.fill(text)
    problem = desk.page.locator(".composer-write .composer-problem")
    expect(problem).to_contain_text("5,799")
    desk.composer.press("Enter")
    expect(desk.composer).to_have_value(text)
    problem.get_by_role("button").click()
    expect(desk.composer).to_have_value("")
    sent = desk.page.locator("message-thread .message.out .ticks[data-status=delivered]")
    expect(sent).to_have_count(2)
    assert " ".join(lou.texts()) == text


def test_a_place_a_text_and_a_note_of_any_length_go_out_whole(desk: Desk, product: Product):
    eva = Customer(product, "Eva Place")
    eva.says("Where are you?")
    desk.choose(eva)
    desk.composer.fill("Here we are")
    desk.page.locator("[popovertarget=composer-more]").click()
    desk.page.locator("[data-extra=location]").click()
    desk.page.locator(".composer-extra [name=pin]").fill("https://www.google.com/maps/@37.55,126.92,17z")
    desk.page.locator(".composer-foot .send").click()
    eva.gets("Here we are")
    expect(desk.page.locator("message-thread .message.out .ticks[data-status=delivered]")).to_have_count(2)
    assert [each["type"] for each in eva.received()] == ["text", "location"]
    note = "long note " * 900
    desk.page.locator("[role=tab][data-mode=note]").click()
    desk.composer.fill(note)
    desk.composer.press("Enter")
    expect(desk.page.locator("message-thread .note .text")).to_have_text(note.strip())


# --- to whom the screen shows ----------------------------------------------------------------------


def test_what_cannot_be_opened_leaves_row_address_and_composer_together(desk: Desk, product: Product):
    old, new = Customer(product, "Olga Old"), Customer(product, "Nina New")
    old.says("I am open")
    new.says("I cannot be loaded")
    desk.choose(old)
    here = desk.page.url
    desk.page.route(lambda url: "/conversations/" in url and "view=" in url, lambda route: route.abort())
    desk.row(new).click()
    expect(desk.page.locator("toast-region .toast")).to_contain_text("could not be loaded")
    assert desk.page.url == here
    expect(desk.row(old)).to_have_attribute("aria-current", "true")
    expect(desk.row(new)).to_have_attribute("aria-current", "false")
    desk.reply("to the one who is shown")
    old.gets("to the one who is shown")
    assert new.texts() == []


def test_while_a_thread_is_on_its_way_nothing_goes_to_the_old_one(desk: Desk, product: Product):
    old, new = Customer(product, "Ole Before"), Customer(product, "Nora After")
    old.says("I am open")
    new.says("I am slow")
    desk.choose(old)
    desk.composer.fill("half a")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    desk.page.route(lambda url: "/conversations/" in url and "view=" in url, hold)
    desk.row(new).click()
    expect(desk.page.locator("#conversation[aria-busy=true]")).to_be_visible()
    desk.page.keyboard.type("enji deas")
    desk.page.keyboard.press("Backspace")
    desk.page.keyboard.type("r")
    desk.page.keyboard.press("Enter")
    assert desk.page.evaluate("document.querySelector('.composer-text').value") == "half a"
    for route in held:
        route.continue_()
    desk.page.unroute_all()
    expect(desk.thread_name).to_have_text(new.name)
    expect(desk.composer).to_have_value("enji dear")
    expect(desk.page.locator("#thread-head [data-reopen]")).to_have_count(0)
    desk.choose(old)
    expect(desk.composer).to_have_value("half a")


def test_after_the_command_box_keys_mean_what_is_shown(desk: Desk, product: Product):
    near, far = Customer(product, "Nell Near"), Customer(product, "Fay Farthing")
    near.says("near")
    far.says("far")
    desk.choose(near)
    desk.row(near).focus()
    keys = desk.page.keyboard
    keys.press("Control+k")
    keys.type("Farthing")
    expect(desk.page.locator("#command-results [aria-selected=true]")).to_contain_text(far.name)
    keys.press("Enter")
    expect(desk.thread_name).to_have_text(far.name)
    expect(desk.composer).to_be_focused()
    keys.type("nice to eat")
    expect(desk.composer).to_have_value("nice to eat")
    keys.press("Enter")
    far.gets("nice to eat")
    assert near.texts() == []


def test_keys_act_on_the_row_with_the_focus(desk: Desk, product: Product):
    shown, focused = Customer(product, "Sam Shown"), Customer(product, "Fred Focused")
    shown.says("I am open")
    focused.says("My row has the focus")
    desk.choose(shown)
    desk.row(focused).focus()
    with desk.page.expect_response("**/status"):
        desk.page.keyboard.press("e")
    desk.row(focused).focus()
    desk.page.keyboard.press("r")
    expect(desk.thread_name).to_have_text(focused.name)
    expect(desk.page.locator("#thread-head [data-reopen]")).to_have_count(1)
    desk.choose(shown)
    expect(desk.page.locator("#thread-head [data-reopen]")).to_have_count(0)


def test_a_window_that_closes_under_the_hands_leaves_letters_letters(desk: Desk, product: Product):
    ida = Customer(product, "Ida Window")
    ida.says("hello")
    desk.choose(ida)
    desk.composer.press_sequentially("half a sent")
    desk.page.evaluate("document.querySelector('message-composer').onWindow('closed')")
    keys = desk.page.keyboard
    keys.type("ence")
    desk.page.wait_for_timeout(1_200)  # a hand that rests
    keys.type("e")
    keys.press("Backspace")
    keys.type("e")
    desk.page.evaluate("""() => document.body.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Process", keyCode: 229, code: "KeyE", bubbles: true }))""")
    keys.type("e")
    desk.page.wait_for_timeout(300)
    expect(desk.page.locator("#thread-head [data-reopen]")).to_have_count(0)
    keys.press("Escape")
    with desk.page.expect_response("**/status"):
        desk.row(ida).focus()
        keys.press("e")


# --- not lost --------------------------------------------------------------------------------------


def test_a_colleague_who_answers_first_takes_no_words_away(desks: Desks, product: Product):
    vera = Customer(product, "Vera First")
    vera.says("Who answers?")
    ana, mate = desks.open(AGENT), desks.open(THAI_AGENT)
    ana.expects(r"404 \(Not Found\)")
    mate.expects(r"409 \(Conflict\)")  # she is answering already
    ana.choose(vera)
    mate.choose(vera)
    ana.composer.fill("A long and careful answer")
    expect(mate.page.locator("answer-state")).not_to_be_empty()
    mate.composer.fill("Me!")
    mate.composer.press("Enter")
    mate.page.locator(".collision-foot button").last.click()
    kept = ana.page.locator(".kept-text textarea")
    expect(kept).to_have_value("A long and careful answer")
    expect(ana.thread_name).to_have_count(0)


def test_the_next_member_on_the_browser_sees_no_draft_of_the_last(desks: Desks, product: Product):
    ada = Customer(product, "Ada Shared")
    ada.says("hello")
    desk = desks.stranger()
    desk.expects(r"401 \(Unauthorized\)")  # a row under the pointer is asked for while the session ends
    sign_in(desk, OWNER)
    desk.goto("/inbox/open?order=newest")
    desk.choose(ada)
    desk.page.locator("[role=tab][data-mode=note]").click()
    desk.composer.fill("she never pays")
    desk.page.wait_for_timeout(1200)
    desk.page.locator(".rail [popovertarget]").last.click()
    desk.page.locator("form[action='/sign-out'] button:visible").click()
    desk.page.wait_for_url(lambda address: address.endswith("/sign-in"))  # not to what the last one looked at
    sign_in(desk, "admin@demo.example")
    desk.goto("/inbox/open?order=newest")
    desk.choose(ada)
    desk.page.locator("[role=tab][data-mode=note]").click()
    expect(desk.composer).to_have_value("")


def test_a_text_written_offline_and_the_servers_draft_are_both_kept(
    desk: Desk, desks: Desks, product: Product
):
    max_ = Customer(product, "Max Device")
    max_.says("hello")
    desk.choose(max_)
    saved(desk, lambda: desk.composer.fill("from the laptop"))
    phone = desks.stranger()
    sign_in(phone, OWNER)
    phone.goto("/inbox/open?order=newest")
    phone.choose(max_)
    expect(phone.composer).to_have_value("from the laptop")
    desk.page.route("**/draft", lambda route: route.abort())
    desk.composer.fill("typed offline")
    saved(phone, lambda: phone.composer.fill("from the phone"))
    desk.page.wait_for_timeout(1000)
    desk.page.unroute_all()
    desk.page.reload()
    expect(desk.composer).to_have_value("typed offline\nfrom the phone")
    phone.page.reload()
    expect(phone.composer).to_have_value("from the phone")


def saved(desk: Desk, act: Any) -> None:
    with desk.page.expect_response("**/draft"):
        act()


def test_what_could_not_be_sent_survives_a_reload(desk: Desk, product: Product):
    ugo = Customer(product, "Ugo Later")
    ugo.says("hello")
    desk.choose(ugo)
    desk.page.route("**/conversations/*/messages", lambda route: route.abort())
    desk.composer.fill("into the tunnel")
    desk.composer.press("Enter")
    desk.composer.fill("and out again")
    desk.composer.press("Enter")
    expect(unsent(desk.page)).to_have_count(2)
    desk.page.reload()
    expect(unsent(desk.page)).to_have_count(2)
    assert ugo.texts() == []
    desk.page.unroute_all()
    desk.page.reload()
    ugo.gets("and out again")
    expect(desk.bubbles("into the tunnel")).to_have_count(1)
    expect(unsent(desk.page)).to_have_count(0)
    assert ugo.texts() == ["into the tunnel", "and out again"]


def unsent(page: Page) -> Any:
    return page.locator("message-thread .message.pending", has_text="Not sent yet")
