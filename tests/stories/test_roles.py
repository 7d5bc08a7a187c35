"""Roles by the keyboard: one is copied, given and changed, and the colleague who has it loses what it took at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.running.product import Product

from .axe import findings
from .customers import Customer
from .desks import ADMIN, OWNER, Desk, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def row(desk: Desk, name: str) -> Locator:
    return desk.page.locator("tbody tr").filter(has=desk.page.locator("th bdi", has_text=name))


def open_dialog(desk: Desk, opener: Locator) -> Locator:
    opener.press("Enter")
    dialog = desk.page.locator("dialog[open]")
    expect(dialog.locator("input[name=name]")).to_be_focused()
    return dialog


def save(desk: Desk, *, goes_to: str) -> None:
    """With Enter in the field of the name; over when the page that it leads to stands there."""
    field = desk.page.locator("dialog[open] input[name=name]")
    field.focus()
    with desk.page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        field.press("Enter")
    assert answered.value.status == 302
    expect(desk.page).to_have_url(re.compile(f"{goes_to}$"))
    expect(desk.page.locator("dialog[open]")).to_have_count(0)


def give(desk: Desk, email: str, role: str) -> None:
    desk.goto("/settings/members")
    select = desk.page.locator("tr", has_text=email).locator("form[data-submit-on-change] select")
    with desk.page.expect_response("**/settings/members/*") as answered:
        select.select_option(label=role, no_wait_after=True)
    assert answered.value.status == 302
    expect(select.locator("option:checked")).to_have_text(re.compile(f"^\\s*{role}\\s*$"))


def test_a_role_is_made_given_and_changed_under_an_open_inbox(desks: Desks, product: Product):
    mine, others = Customer(product, "Ida Falk"), Customer(product, "Emil Roth")
    for each in (mine, others):
        each.says("Is anybody there?")
    maya = desks.open(OWNER)
    maya.choose(others)
    maya.page.locator(".assign > button").click()
    maya.page.locator("#assign-menu .menu-item", has_text="Ana Petrova").click()
    expect(maya.page.locator("#thread-head .assignee-name")).to_have_text("Ana Petrova")

    maya.goto("/settings/roles")
    assert findings(maya.page) == ""
    dialog = open_dialog(maya, maya.page.locator(".page-bar [data-dialog=new-role]"))
    maya.page.keyboard.type("Night desk")
    maya.page.keyboard.press("Tab")
    expect(dialog.locator("[name=copy_of]:checked")).to_be_focused()
    maya.page.keyboard.press("ArrowDown")
    maya.page.keyboard.press("ArrowDown")
    expect(dialog.locator("[name=copy_of]:checked")).to_have_value("admin")
    save(maya, goes_to="/settings/roles")
    expect(row(maya, "Night desk")).to_have_count(1)
    give(maya, ADMIN, "Night desk")

    jonas = desks.open(ADMIN)
    jonas.expects(r"404 \(Not Found\)")  # the page asks whether it still may, and hears that it may not
    jonas.choose(mine)
    resolve, numbers = (
        jonas.page.locator(each)
        for each in ("#thread-head [data-command=resolve]", ".rail a[href='/settings/numbers']")
    )
    for there in (resolve, jonas.row(others)):
        expect(there).to_have_count(1)
    seen = jonas.page.evaluate("window.stayed = 'since then'")
    try:
        maya.goto("/settings/roles")
        dialog = open_dialog(maya, row(maya, "Night desk").locator("[data-dialog^=change]"))
        assert findings(maya.page) == ""
        reach = dialog.locator("[name=reach_conversations]:checked")
        reach.focus()
        expect(reach).to_have_value("all")
        maya.page.keyboard.press("ArrowUp")
        maya.page.keyboard.press("ArrowUp")
        expect(dialog.locator("[name=reach_conversations]:checked")).to_have_value("own")
        for right in ("messages:send", "conversations:resolve"):
            tick = dialog.locator(f"input[value='{right}']")
            tick.focus()
            maya.page.keyboard.press("Space")
            expect(tick).not_to_be_checked()
        save(maya, goes_to="/settings/roles")
        expect(jonas.row(others)).to_have_count(0)
        expect(jonas.row(mine)).to_have_count(1)
        expect(resolve).to_have_count(0)
        expect(jonas.page.locator("message-composer [role=tab]")).to_have_text(["Note"])
        expect(jonas.thread_name).to_have_text(mine.name)
        assert jonas.page.evaluate("window.stayed") == seen
    finally:
        give(maya, ADMIN, "Admin")
    expect(jonas.row(others)).to_have_count(1)
    expect(numbers).to_have_count(1)
    maya.goto("/settings/roles")
    row(maya, "Night desk").locator("[data-dialog^=remove]").press("Enter")
    taker = maya.page.locator("dialog[open] [name=to]").first
    expect(taker).to_be_focused()
    taker.press("Space")
    taker.press("Enter")
    expect(row(maya, "Night desk")).to_have_count(0)


def test_roles_fit_a_phone(desks: Desks):
    for path in ("/settings/roles", "/settings/roles/compare?left=admin&right=agent"):
        desk = desks.open(OWNER, path, viewport={"width": 390, "height": 844})
        width = desk.page.evaluate("() => document.scrollingElement.scrollWidth")
        assert (path, width) == (path, 390)
