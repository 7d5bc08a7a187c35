"""Mail as people meet it: set up and tried, an invitation in the mailbox, a password that was forgotten."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from regulars.mail.tests.catcher import Catcher, catching

from .axe import findings
from .desks import OWNER, Desks

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NEWCOMER = "mailed@demo.example"
FIRST, SECOND = "a long enough secret", "seven purple lanterns"
PATIENCE = 30.0


@pytest.fixture
def catcher(mail_port: int) -> Iterator[Catcher]:
    with catching(Catcher(port=mail_port)) as made:
        yield made


def test_invited_by_mail_and_a_forgotten_password(desks: Desks, catcher: Catcher) -> None:
    owner = desks.open(OWNER, "/settings/mail")
    page = owner.page
    try:
        _set_up(page, catcher.port)
        assert findings(page) == ""
        page.get_by_role("button", name="Send a test to me").click()
        expect(page.locator(".banner.good")).to_contain_text(OWNER)
        assert _newest(catcher, OWNER)["Subject"].endswith("works")
        catcher.answers["RCPT"] = ["550 5.1.1 nobody"]
        page.get_by_role("button", name="Send a test to me").click()
        expect(page.locator(".banner.bad")).to_contain_text("550 5.1.1 nobody")
        assert findings(page) == ""

        owner.goto("/settings/members")
        page.locator(".page-bar [data-dialog=invite]").click()
        page.locator("#invite-email").fill(NEWCOMER)
        page.locator("dialog#invite [type=submit]").click()
        expect(page.locator("[data-told]")).to_contain_text("is on its way")
        newcomer = desks.stranger()
        newcomer.goto(_link(_newest(catcher, NEWCOMER)))
        newcomer.page.fill("[name=name]", "Max Mailed")
        newcomer.page.fill("[name=password]", FIRST)
        newcomer.page.locator("button.primary").click()
        expect(newcomer.page.locator("nav.rail")).to_be_visible()

        elsewhere = desks.stranger()
        elsewhere.goto("/sign-in")
        elsewhere.page.get_by_role("link", name="Forgot your password?").click()
        assert findings(elsewhere.page) == ""
        elsewhere.page.fill("[name=email]", NEWCOMER)
        elsewhere.page.locator("button.primary").click()
        expect(elsewhere.page.locator(".banner.good")).to_be_visible()
        elsewhere.goto(_link(_newest(catcher, NEWCOMER, "new password")))
        assert findings(elsewhere.page) == ""
        newcomer.expects(r"401 \(Unauthorized\)")  # a new password ends their session, and what it listens to
        elsewhere.page.fill("[name=password]", SECOND)
        elsewhere.page.locator("button.primary").click()
        expect(elsewhere.page.locator(".banner.good")).to_contain_text("Sign in with it")
        elsewhere.page.fill("[name=email]", NEWCOMER)
        elsewhere.page.fill("[name=password]", SECOND)
        elsewhere.page.locator("button.primary").click()
        expect(elsewhere.page.locator("nav.rail")).to_be_visible()
        newcomer.goto("/inbox/mine")
        expect(newcomer.page).to_have_url(re.compile(r"/sign-in"))
        assert "was changed" in _newest(catcher, NEWCOMER, "was changed")["Subject"]
    finally:
        owner.goto("/settings/mail")
        page.get_by_role("button", name="Send nothing by mail any more").click()
        expect(page.get_by_text("Mail is not set up")).to_be_visible()


def _set_up(page: Page, port: int) -> None:
    """At the story's own server."""
    page.locator(".empty-state [data-dialog=mail-server]").click()
    dialog = page.locator("dialog#mail-server")
    dialog.locator("[name=host]").fill("127.0.0.1")
    dialog.locator("[name=security][value=none]").check()
    dialog.locator("[name=port]").fill(str(port))
    dialog.locator("[name=sender_address]").fill("inbox@demo.example")
    dialog.locator("[type=submit]").click()
    expect(page.locator("dl.facts")).to_contain_text(f"127.0.0.1:{port}")


def _newest(catcher: Catcher, to: str, about: str = "") -> EmailMessage:
    """Once it is there."""
    began = time.monotonic()
    while True:
        found = [each for each in catcher.taken if each["To"] == to and about in each["Subject"]]
        if found:
            return found[-1]
        assert time.monotonic() - began < PATIENCE, [each["Subject"] for each in catcher.taken]
        time.sleep(0.2)


def _link(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"https?://\S+", body.get_content())
    assert found is not None
    return found[0]
