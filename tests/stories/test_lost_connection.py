"""The live connection goes away and comes back: the page says so, then catches up; nothing is lost or doubled."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.running.product import Product, wait_until

from .customers import PATIENCE, Customer
from .desks import AGENT, OWNER, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BROKEN = r"net::ERR_|ERR_INTERNET_DISCONNECTED|Failed to load resource"


@pytest.fixture
def desk(desks: Desks) -> Iterator[Desk]:
    """A page that may meet broken connections, and must never be loaded anew."""
    opened = desks.open(OWNER)
    opened.expects(BROKEN)
    opened.page.evaluate("window.stayed = true")
    yield opened
    assert opened.page.evaluate("window.stayed") is True, "the page was loaded anew"


def test_a_killed_web_process_is_told_and_caught_up_with(desk: Desk, product: Product):
    emil, rosa = Customer(product, "Emil Novak"), Customer(product, "Rosa Jimenez")
    emil.says("before")
    desk.choose(emil)
    expect(desk.bubbles("before")).to_have_count(1)
    banner = desk.page.locator("stale-banner")
    expect(banner).to_be_hidden()

    desk.page.route("**/live?*", _refuse)
    product.kill("web")
    expect(banner).to_be_visible()
    expect(banner).to_have_text(re.compile(r"^\s*Last update \d+:\d\d\s[AP]M, reconnecting\s*$"))
    said = ["while away 1", "while away 2", "while away 3"]
    for text in said:
        emil.says(text)
    rosa.says("somebody new")
    product.wait_until_ready()
    assert wait_until(lambda: _stored(product, rosa) == 1 and _stored(product, emil) == 4, PATIENCE)
    desk.reply("answered in the dark")
    emil.gets("answered in the dark")
    expect(banner).to_be_visible()
    assert [text for text in desk.texts if text in said] == []
    expect(desk.row(rosa)).to_have_count(0)

    desk.page.unroute("**/live?*")
    expect(banner).to_be_hidden(timeout=30_000)
    expect(desk.bubbles(said[-1])).to_have_count(1)
    expect(desk.row(rosa)).to_have_count(1)
    expect(desk.ticks("answered in the dark")).to_have_attribute("data-status", "delivered")
    emil.says("after")
    expect(desk.bubbles("after")).to_have_count(1)
    assert sorted(desk.texts) == sorted(["before", *said, "answered in the dark", "after"])
    assert len(set(_ids(desk))) == len(_ids(desk)) == 6
    assert emil.texts() == ["answered in the dark"]


def test_a_thread_is_read_though_the_word_of_it_was_lost(desk: Desk, product: Product):
    vera = Customer(product, "Vera Blum")
    vera.says("Is anybody there?")
    expect(desk.row(vera)).to_have_attribute("data-unread", "1")
    asked: list[str] = []

    def lose_the_first_two(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) < 3:
            route.abort()
        else:
            route.continue_()

    desk.page.route("**/reading", lose_the_first_two)
    desk.choose(vera)
    expect(desk.row(vera).locator(".unread-dot")).to_have_count(0)
    assert len(asked) == 3


def test_an_answer_written_offline_goes_out_once(desk: Desk, product: Product):
    jun = Customer(product, "Jun Park")
    jun.says("Can I pick it up today?")
    desk.choose(jun)
    desk.context.set_offline(True)
    waiting = desk.reply("Yes, until six")
    expect(waiting).to_contain_text("No connection. Not sent yet.")
    expect(desk.ticks("Yes, until six")).to_have_attribute("data-status", "queued")
    assert jun.received() == []
    desk.context.set_offline(False)
    expect(desk.ticks("Yes, until six")).to_have_attribute("data-status", "delivered")
    expect(waiting).not_to_contain_text("No connection")
    expect(desk.page.locator("stale-banner")).to_be_hidden()
    assert jun.texts() == desk.texts[1:] == ["Yes, until six"]


def test_an_answer_whose_reply_is_lost_goes_out_once(desk: Desk, product: Product):
    """The request arrives, its answer does not: trying again may not send it a second time."""
    kofi = Customer(product, "Kofi Mensah")
    kofi.says("Is it still there?")
    desk.choose(kofi)
    desk.page.route("**/conversations/*/messages", _arrive_and_cut, times=1)
    desk.composer.fill("Yes, one left")
    # the route is only served while this thread waits for the browser, not while it asks the phone
    with desk.page.expect_event("requestfailed", lambda request: request.url.endswith("/messages")):
        desk.composer.press("Enter")
    again = desk.page.locator("message-thread .message", has_text="Not sent yet").get_by_role("button")
    kofi.gets("Yes, one left")
    # looked for and clicked in one step: the live connection is quicker, or takes the button away at any moment
    again.evaluate_all("buttons => buttons.forEach((each) => each.click())")
    expect(desk.bubbles("Yes, one left")).to_have_count(1)
    expect(desk.ticks("Yes, one left")).to_have_attribute("data-status", "delivered")
    expect(desk.page.locator("message-thread .pending")).to_have_count(0)
    assert kofi.texts() == ["Yes, one left"]


def test_an_answer_whose_reply_is_lost_is_tried_again_by_hand(desk: Desk, product: Product):
    """Nothing is live that could tell of it: the button is all there is."""
    abena = Customer(product, "Abena Owusu")
    abena.says("And the red one?")
    assert wait_until(lambda: _stored(product, abena) == 1, PATIENCE)
    desk.page.route("**/live?*", _refuse)
    desk.page.reload()
    desk.page.evaluate("window.stayed = true")
    desk.choose(abena)
    desk.page.route("**/conversations/*/messages", _arrive_and_cut, times=1)
    pending = desk.reply("Yes, that one too")
    again = pending.filter(has_text="Not sent yet").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    abena.gets("Yes, that one too")
    again.click()
    expect(desk.page.locator("message-thread .pending")).to_have_count(0)
    expect(desk.bubbles("Yes, that one too")).to_have_count(1)
    assert abena.texts() == ["Yes, that one too"]


def test_what_arrives_between_looking_and_sending_is_not_answered(desk: Desk, product: Product):
    rosa = Customer(product, "Rosa Vidal")
    rosa.says("Three of the blue ones, please")
    desk.choose(rosa)
    expect(desk.row(rosa).locator(".unread-dot")).to_have_count(0)
    left: list[int] = []
    held: list[Route] = []

    def hold_reading(route: Route) -> None:
        if left:
            route.continue_()
        else:
            held.append(route)

    def arrive_first(route: Route) -> None:
        rosa.says("No, wait: the green ones")
        assert wait_until(lambda: _stored(product, rosa) == 2, PATIENCE)
        expect(desk.bubbles("No, wait: the green ones")).to_have_count(1)
        answer = route.fetch()
        left.append(_unread(product, rosa))
        route.fulfill(response=answer)

    desk.page.route("**/conversations/*/messages", arrive_first, times=1)
    desk.page.route("**/reading", hold_reading)
    with desk.page.expect_response("**/messages"):
        desk.reply("They are on their way")
    assert left == [1]
    for reading in held:
        reading.continue_()
    expect(desk.bubbles("No, wait: the green ones")).to_have_count(1)
    expect(desk.row(rosa).locator(".unread-dot")).to_have_count(0)


def test_what_arrives_while_a_conversation_is_being_opened_is_there(desk: Desk, product: Product):
    """The server drew the thread before the message came, and the page shows it after: nothing falls between."""
    ada, bo = Customer(product, "Ada Lindgren"), Customer(product, "Bo Ekman")
    ada.says("first")
    bo.says("of somebody else")
    desk.choose(bo)

    def hold(route: Route) -> None:
        drawn = route.fetch()
        ada.says("in between")
        assert wait_until(lambda: _stored(product, ada) == 2, PATIENCE)
        expect(desk.row(ada)).to_contain_text("in between")
        route.fulfill(response=drawn)

    desk.page.route(lambda url: "/conversations/" in url and "view=" in url, hold, times=1)
    desk.choose(ada)
    expect(desk.bubbles("in between")).to_have_count(1)
    assert desk.texts == ["first", "in between"]
    ada.says("and after")
    expect(desk.bubbles("and after")).to_have_count(1)


def test_the_stream_wins_over_a_slow_answer(desk: Desk, product: Product):
    """The answer to a send is drawn while the message is queued, but arrives after the stream told of its delivery."""
    kim = Customer(product, "Kim Larsson")
    kim.says("Quick question")
    desk.choose(kim)

    def hold(route: Route) -> None:
        drawn = route.fetch()
        expect(desk.ticks("Quick answer")).to_have_attribute("data-status", "delivered")
        route.fulfill(response=drawn)

    desk.page.route("**/conversations/*/messages", hold, times=1)
    with desk.page.expect_response("**/conversations/*/messages"):
        desk.reply("Quick answer")
    expect(desk.ticks("Quick answer")).to_have_attribute("data-status", "delivered")
    desk.page.wait_for_timeout(200)  # the page has done with the answer
    expect(desk.ticks("Quick answer")).to_have_attribute("data-status", "delivered")
    assert desk.texts == ["Quick question", "Quick answer"]


def test_drafts_outlive_the_page(desks: Desks, product: Product):
    lea, mia = Customer(product, "Lea Marchand"), Customer(product, "Mia Sorensen")
    lea.says("Hello")
    mia.says("Hello")
    desk = desks.open(AGENT)
    desk.choose(lea)
    desk.composer.fill("half an answer")
    expect(desk.page.locator(".draft-state")).not_to_be_empty()
    desk.choose(mia)
    expect(desk.composer).to_have_value("")
    desk.page.reload()
    expect(desk.thread_name).to_have_text(mia.name)
    desk.choose(lea)
    expect(desk.composer).to_have_value("half an answer")
    elsewhere = desks.open(AGENT)
    elsewhere.choose(lea)
    expect(elsewhere.composer).to_have_value("half an answer")
    desk.page.locator("[role=tab][data-mode=note]").click()
    expect(desk.composer).to_have_value("")
    assert lea.received() == []


def _refuse(route: Route) -> None:
    route.abort("connectionrefused")


def _arrive_and_cut(route: Route) -> None:
    route.fetch()
    route.abort("connectionreset")


def _stored(product: Product, customer: Customer) -> int:
    return product.count(
        "SELECT count(*) FROM conversations_message m JOIN contacts_contact c ON c.id = m.contact_id"
        " WHERE m.direction = 'in' AND c.profile_name = %s",
        customer.name,
    )


def _unread(product: Product, customer: Customer) -> int:
    return product.count(
        "SELECT v.unread_count FROM conversations_conversation v JOIN contacts_contact c ON c.id = v.contact_id"
        " WHERE c.profile_name = %s",
        customer.name,
    )


def _ids(desk: Desk) -> list[str]:
    ids: list[str] = desk.page.locator("message-thread .message").evaluate_all(
        "all => all.map(each => each.id)"
    )
    return ids
