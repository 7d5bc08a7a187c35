"""The settings as people use them: forms in dialogs, teams that change while others look, pages by other words."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from .axe import findings
from .desks import ADMIN, LEAD, OWNER, PHONE, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REFUSED = r"422 \(Unprocessable"


def make_team(desk: Desk, name: str) -> None:
    desk.page.locator(".page-bar [data-dialog=new-team]").press("Enter")
    desk.page.keyboard.type(name)
    desk.page.keyboard.press("Enter")
    expect(row(desk, name)).to_have_count(1)


def row(desk: Desk, name: str) -> Locator:
    heading = desk.page.locator("th", has_text=re.compile(f"^\\s*{re.escape(name)}\\s*$"))
    return desk.page.locator("tbody tr").filter(has=heading)


def test_a_mistake_comes_back_into_the_open_dialog_with_what_was_typed(desks: Desks):
    desk = desks.open(OWNER, "/settings/members")
    desk.expects(REFUSED)
    page = desk.page
    opener = page.locator(".page-bar [data-dialog=invite]")
    opener.press("Enter")
    email = page.locator("#invite-email")
    expect(email).to_be_focused()
    email.fill("no address")
    email.press("Enter")
    expect(page.locator("dialog#invite .errors li")).to_have_count(1)
    expect(email).to_be_focused()
    expect(email).to_have_value("no address")
    assert findings(page) == ""
    page.keyboard.press("Escape")
    expect(page.locator("dialog#invite")).to_be_hidden()
    expect(opener).to_be_focused()


def test_keys_stay_typed_when_another_field_is_wrong(desks: Desks):
    desk = desks.open(OWNER, "/settings/numbers")
    desk.expects(REFUSED)
    page = desk.page
    page.locator(".page-bar [data-dialog=connect]").click()
    page.locator("#connect-name").fill("Second")
    page.locator("#connect-account_id").fill("WABA")
    page.locator("#connect-access_token").fill("EAA-secret")
    page.locator("dialog#connect [type=submit]").click()
    expect(page.locator("#connect-account_id")).to_be_focused()
    expect(page.locator("#connect-access_token")).to_have_value("EAA-secret")


def test_what_is_shown_once_is_read_out_and_focused(desks: Desks):
    desk = desks.open(OWNER, "/settings/members")
    _invite(desk, "newcomer@example.com")
    expect(desk.page.locator("[data-told]")).to_be_focused()
    expect(desk.page.locator("[data-told] .value")).to_contain_text("/invitations/")


@pytest.mark.parametrize("place", ["[data-told]", "[data-told] button"])
def test_what_is_shown_once_keeps_the_focus_while_a_colleague_changes_the_page(desks: Desks, place: str):
    desk, other = desks.open(OWNER, "/settings/members"), desks.open(ADMIN, "/settings/members")
    told = desk.page.locator("[data-told] .value")
    _invite(desk, f"first-{len(place)}@example.com")
    link = told.inner_text()
    desk.page.locator(place).focus()
    email = f"second-{len(place)}@example.com"
    _invite(other, email)
    expect(desk.page.locator("tbody tr").filter(has_text=email)).to_have_count(1)
    expect(desk.page.locator(place)).to_be_focused()
    expect(told).to_have_text(link)


def _invite(desk: Desk, email: str) -> None:
    desk.page.locator(".page-bar [data-dialog=invite]").click()
    desk.page.locator("#invite-email").fill(email)
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("tbody tr").filter(has_text=email)).to_have_count(1)


def test_a_team_is_made_renamed_and_removed_while_a_colleague_looks(desks: Desks):
    admin, lead = desks.open(ADMIN, "/settings/teams"), desks.open(LEAD, "/settings/teams")
    make_team(admin, "Night desk")
    expect(row(lead, "Night desk")).to_have_count(1, timeout=2_000)
    row(admin, "Night desk").locator("[data-dialog^=rename]").click()
    expect(admin.page.locator("dialog[open] input[name=name]")).to_be_focused()
    admin.page.keyboard.press("Control+a")
    admin.page.keyboard.type("Late desk")
    admin.page.keyboard.press("Enter")
    expect(row(lead, "Late desk")).to_have_count(1, timeout=2_000)
    expect(row(admin, "Late desk").locator("[data-dialog^=rename]")).to_be_focused()
    row(admin, "Late desk").locator("[data-dialog^=remove]").click()
    assert findings(admin.page) == ""
    admin.page.locator("dialog[open] [type=submit]").click()
    for desk in (admin, lead):
        expect(row(desk, "Late desk")).to_have_count(0)


def test_a_press_is_a_click_though_a_colleague_changes_the_page_before_its_release(desks: Desks):
    admin, owner = desks.open(ADMIN, "/settings/teams"), desks.open(OWNER, "/settings/teams")
    opener = admin.page.locator("tbody [data-dialog^=rename]").first
    opener.hover()
    admin.page.mouse.down()
    make_team(owner, "Dawn desk")
    admin.page.wait_for_timeout(1_500)  # long enough to be told of it, and to ask for the page
    admin.page.mouse.up()
    expect(admin.page.locator("dialog[open] input[name=name]")).to_be_focused()
    admin.page.keyboard.press("Escape")
    expect(row(admin, "Dawn desk")).to_have_count(1)


def test_a_menu_that_was_asked_for_holds_nothing_up(desks: Desks):
    """The page is not told of the release of the button that opened the browser's own menu."""
    admin, owner = desks.open(ADMIN, "/settings/teams"), desks.open(OWNER, "/settings/teams")
    admin.page.locator("tbody tr").first.hover()
    admin.page.mouse.down(button="right")
    make_team(owner, "Dusk desk")
    expect(row(admin, "Dusk desk")).to_have_count(1)
    admin.page.mouse.up(button="right")


def test_the_command_box_finds_pages_by_other_words(desks: Desks):
    desk = desks.open(OWNER, "/settings/ledger")
    for words, name in (
        ("webhook", "Numbers"),
        ("colleagues", "Members"),
        ("queues", "Teams"),
        ("password", "Your account"),
    ):
        desk.page.keyboard.press("Control+k")
        desk.page.keyboard.type(words)
        expect(
            desk.page.locator("#command-results [role=option]").filter(has_text=name).first
        ).to_be_visible()
        desk.page.keyboard.press("Escape")


def test_settings_fit_a_phone(desks: Desks):
    for address in ("teams", "members", "numbers", "tokens"):
        desk = desks.open(OWNER, f"/settings/{address}", viewport=PHONE)
        width = desk.page.evaluate("() => document.scrollingElement.scrollWidth")
        assert (address, width) == (address, PHONE["width"])
