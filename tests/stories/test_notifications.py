"""What concerns a member is told wherever they are, and cleared everywhere when it was seen; the app of a device."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.running.product import Product

from .customers import Customer
from .desks import AGENT, OWNER, PHONE, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def bell(desk: Desk) -> Locator:
    return desk.page.locator(".rail [data-notification-count]")


def test_it_is_told_on_every_screen_and_cleared_by_opening_it_on_one(desks: Desks, product: Product):
    vera = Customer(product, "Vera Lind")
    vera.says("Is my lamp ready?")
    agent, at_home, owner = (
        desks.open(AGENT, "/settings/tags"),
        desks.open(AGENT, "/notifications"),
        desks.open(OWNER),
    )
    before = bell(agent).inner_text() or "0"
    owner.choose(vera)
    owner.page.locator("#thread-head .assign [popovertarget]").click()
    owner.page.locator("#thread-head .assign [role^=menuitem]", has_text="Ana Petrova").first.click()
    count = str(int(before) + 1)
    for desk in (agent, at_home):
        expect(bell(desk)).to_have_text(count)
        expect(desk.page).to_have_title(re.compile(rf"^\({count}\) "))
    expect(at_home.page.locator(".notification", has_text="Vera Lind")).to_contain_text("Assigned to you")
    agent.page.locator(".bell-button").click()
    agent.page.locator("#bell-panel .notification", has_text="Vera Lind").get_by_role("link").click()
    expect(agent.thread_name).to_have_text("Vera Lind")
    for desk in (agent, at_home):
        expect(bell(desk)).to_have_text("" if before == "0" else before)
    expect(at_home.page.locator(".notification", has_text="Vera Lind")).to_have_count(0)


def test_a_browser_that_is_woken_says_it_once_and_opens_the_conversation(desks: Desks):
    desk = desks.open(OWNER, "/settings/notifications", permissions=["notifications"])
    page = desk.page
    page.evaluate(
        "navigator.serviceWorker.register('/service-worker.js').then(() => navigator.serviceWorker.ready)"
    )
    cdp = desk.context.new_cdp_session(page)
    versions: list[dict[str, object]] = []
    cdp.on("ServiceWorker.workerRegistrationUpdated", lambda told: versions.extend(told["registrations"]))
    cdp.send("ServiceWorker.enable")
    page.evaluate("() => true")  # what it told arrives first
    (registration,) = {each["registrationId"] for each in versions}
    page.goto("about:blank")  # a page in sight says it itself
    told = {
        "title": "Vera Lind",
        "body": "Wrote to you",
        "tag": "t1",
        "url": "/inbox/mine",
        "count": 1,
        "unread": ["t1"],
    }
    for _ in range(2):
        cdp.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": desk.url, "registrationId": registration, "data": json.dumps(told)},
        )
    desk.goto("/settings/notifications")
    shown = """navigator.serviceWorker.ready.then((it) => it.getNotifications())
      .then((all) => all.map((one) => [one.title, one.tag]))"""
    assert page.evaluate(shown) == [["Vera Lind", "t1"]]


def test_without_a_connection_the_app_says_what_waits_and_sends_it_once_in_order(
    desks: Desks, product: Product
):
    desk = desks.open(OWNER, viewport=PHONE)
    desk.expects(r"net::ERR_|ERR_INTERNET_DISCONNECTED|Failed to load resource|Failed to fetch")
    ines = Customer(product, "Ines Duarte")
    ines.says("Are you open tomorrow?")
    desk.page.evaluate(
        "navigator.serviceWorker.register('/service-worker.js').then(() => navigator.serviceWorker.ready)"
    )
    desk.row(ines).click()
    expect(desk.thread_name).to_have_text("Ines Duarte")
    desk.context.set_offline(True)
    for text in ("Yes, from nine", "until six", "and on Saturday"):
        desk.composer.fill(text)
        desk.composer.press("Enter")
    expect(waiting(desk.page)).to_have_count(3)
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="Working offline")).to_be_visible()
    expect(desk.page.locator("[data-waiting]")).to_have_text(
        "3 messages are waiting here. They go out when you are back."
    )
    assert ines.texts() == []
    desk.context.set_offline(False)
    ines.gets("and on Saturday")
    assert ines.texts() == ["Yes, from nine", "until six", "and on Saturday"]


def waiting(page: Page) -> Locator:
    return page.locator("message-thread .message.pending", has_text="Not sent yet")
