"""A condition is written with the keyboard alone: added, chosen, nested, removed; the focus goes along."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .desks import AGENT, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_a_condition_is_written_by_keyboard(desks: Desks):
    desk = desks.open(AGENT)
    desk.expects(r"\(Not Found\)")  # pictures of the examples lead nowhere
    desk.goto("/design/gallery")
    keys, form = desk.page.keyboard, desk.page.locator("condition-form").first
    sentence = form.locator(".conditions-sentence")
    expect(sentence).to_contain_text("Country is one of “KR”, “TH” and Messages from them")

    form.locator('button[value="add:c"]').focus()
    keys.press("Enter")
    field = form.locator('[name="c.4.field"]')
    expect(field).to_be_focused()
    keys.type("Tier", delay=60)  # slower than the form is drawn: the first letter alone names another field
    expect(field).to_have_value("contact.tier")
    expect(field).to_be_focused()
    keys.press("Tab")
    expect(form.locator('[name="c.4.op"]')).to_be_focused()
    keys.press("Tab")
    keys.type("A")
    keys.press("Enter")
    expect(sentence).to_contain_text("and Tier is “A”")
    expect(form.locator('[name="c.4.value"]')).to_be_focused()

    form.locator('button[value="nest:c"]').focus()
    keys.press("Space")
    expect(form.locator('[name="c.5.join"]')).to_be_focused()
    form.locator('button[value="remove:c.5"]').focus()
    keys.press("Enter")
    expect(form.locator('button[value="add:c"]')).to_be_focused()
    expect(form.locator('[name="c.5.join"]')).to_have_count(0)

    mistakes = desk.page.locator("condition-form").nth(1)
    expect(mistakes.locator('[id="c.0-error"]')).to_contain_text("the lower one first")
    expect(mistakes.locator(".conditions-sentence")).to_have_text("Something is still missing.")
