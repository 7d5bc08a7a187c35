"""A fresh installation: the first owner, the first account, the first colleague."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.running.product import Product

from .axe import findings
from .desks import Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a long enough secret"
MESSAGES = ".field .errors li"


class EmptyProduct(Product):
    """Regulars as somebody gets it who wants to work with it: no demo, no sandbox, nobody."""

    demo = False


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Iterator[Product]:
    directory = Path(tempfile.mkdtemp(prefix="regulars-empty-"))
    directory.chmod(0o711)
    nowhere = {"WHATSAPP_GRAPH_URL": "http://127.0.0.1:9"}  # nobody is asked about the invented account
    running = EmptyProduct(directory / "home", environment=nowhere)
    try:
        running.start()
        yield running
    finally:
        running.stop()
        shutil.rmtree(directory, ignore_errors=True)


def test_the_first_owner_connects_an_account_and_invites_a_colleague(browser: Browser, empty: Product):
    doors = Desks(browser, empty, {})
    owner = doors.stranger(timezone_id="Asia/Seoul")
    page = owner.page
    owner.goto("/")
    expect(page).to_have_url(f"{empty.url}/set-up")
    expect(page.locator("h1")).to_have_text("Open the set-up address")
    assert findings(page) == ""
    owner.goto(empty.ready["set_up_url"].removeprefix(empty.url))
    expect(page.locator("select[name=time_zone]")).to_have_value("Asia/Seoul")
    assert findings(page) == ""
    _found_the_workspace(page)

    expect(page).to_have_url(f"{empty.url}/settings/numbers")
    assert findings(page) == ""
    _connect(page)
    _add_a_number(page)
    link = _invite(page, "colleague@example.com")

    colleague = doors.stranger(locale="ko-KR")
    colleague.goto(link)
    expect(colleague.page.locator("html")).to_have_attribute("lang", "ko")
    expect(colleague.page.locator(".isolate", has_text="colleague@example.com")).to_be_visible()
    assert findings(colleague.page) == ""
    colleague.page.fill("[name=name]", "Second Person")
    colleague.page.fill("[name=password]", PASSWORD)
    colleague.page.locator("button.primary").click()
    expect(colleague.page.locator("nav.rail")).to_be_visible()
    expect(colleague.page.locator(".rail a[href='/settings/numbers']")).to_have_count(0)
    expect(colleague.page.locator(".rail .rail-foot")).to_contain_text("Second Person")
    expect(colleague.page.locator(".rows .empty-state")).to_be_visible()
    assert findings(colleague.page) == ""

    late = doors.stranger()
    late.expects(r"404 \(")
    late.goto(link)
    expect(late.page.locator("h1")).to_have_text("This invitation is no longer open")
    late.goto("/set-up")
    expect(late.page).to_have_url(f"{empty.url}/sign-in")
    late.page.fill("[name=email]", "colleague@example.com")
    late.page.fill("[name=password]", "not the password")
    late.page.locator("button.primary").click()
    expect(late.page.locator("[role=alert]")).to_contain_text("Wrong e-mail or password")
    owner.expects(r"4(22|03) \(")
    assert doors.close() == {}


def _found_the_workspace(page: Page) -> None:
    """First with mistakes, which stand at their fields, then well; what was typed stays."""
    page.locator("button.primary").click()
    expect(page.locator(MESSAGES)).to_have_count(4)
    page.fill("[name=workspace_name]", "Corner Books")
    page.fill("[name=name]", "First Person")
    page.fill("[name=email]", "owner@example.com")
    page.fill("[name=password]", "short")
    page.locator("button.primary").click()
    expect(page.locator(MESSAGES)).to_have_count(1)
    expect(page.locator(".field", has=page.locator("[name=password]")).locator(".errors")).to_be_visible()
    expect(page.locator("[name=workspace_name]")).to_have_value("Corner Books")
    page.fill("[name=password]", PASSWORD)
    page.locator("button.primary").click()


def _connect(page: Page) -> None:
    page.locator(".empty-state [data-dialog=connect]").click()
    dialog = page.locator("dialog#connect")
    dialog.locator("[name=name]").fill("Corner Books")
    dialog.locator("button.primary").click()
    expect(dialog).to_be_visible()
    expect(dialog.locator(MESSAGES)).to_have_count(3)
    expect(dialog.locator("[name=name]")).to_have_value("Corner Books")
    for name, value in {
        "account_id": "100000000000901",
        "access_token": "token",
        "app_secret": "secret",
    }.items():
        dialog.locator(f"[name={name}]").fill(value)
    dialog.locator("button.primary").click()
    expect(page.locator(".account > header h2")).to_have_text("Corner Books")
    expect(page.locator(".webhook .value").first).to_contain_text("/webhooks/whatsapp/")


def _add_a_number(page: Page) -> None:
    page.get_by_role("button", name="Add a number").click()
    dialog = page.locator("dialog[id^=add-number]")
    dialog.locator("[name=name]").fill("Front desk")
    dialog.locator("[name=address]").fill("+1 202 555 0142")
    dialog.locator("button.primary").click()
    expect(dialog.locator(MESSAGES)).to_have_text("The phone number ID has 5 to 20 digits and nothing else")
    dialog.locator("[name=address]").fill("100000000000911")
    dialog.locator("button.primary").click()
    expect(page.locator(".account > .table-scroll tbody th")).to_contain_text("Front desk")


def _invite(page: Page, email: str) -> str:
    """Invite an agent; the link, which is shown once."""
    page.goto(page.url.replace("/settings/numbers", "/settings/members"))
    page.locator("[data-dialog=invite]").click()
    page.locator("dialog#invite [name=email]").fill(email)
    page.locator("dialog#invite button.primary").click()
    link = page.locator(".banner .copyable .value").inner_text()
    expect(page.locator("tr", has_text=email)).to_have_count(1)
    page.locator(".rail a[href='/settings/members']").click()
    expect(page.locator(".banner .copyable")).to_have_count(0)
    return link
