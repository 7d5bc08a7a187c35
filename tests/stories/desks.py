"""A person's browser: signed in, watched for everything that goes wrong in it.

desk = desks.open("agent@demo.example")
desk.choose(nora)
desk.reply("Hello Nora")
"""

from __future__ import annotations

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Playwright,
    Response,
    expect,
)

from tests.running.product import Product

from .customers import Customer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",  # tests run as root, too
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-default-browser-check",
    "--no-first-run",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OWNER, ADMIN, LEAD, AGENT, THAI_AGENT, RUSSIAN_AGENT = (
    f"{name}@demo.example" for name in ("owner", "admin", "lead", "agent", "agent2", "agent3")
)
STATES = """lines => lines.map(
  (line) => `${line.id} ${line.className} ${line.querySelector(".ticks")?.dataset.status ?? "-"}`)"""
PATIENCE = 15_000
"""milliseconds that a page may take on a busy machine"""
GLANCE = 2_000
"""milliseconds that a page may take to say what it shows when its story has failed"""

expect.set_options(timeout=PATIENCE)


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def launch(playwright: Playwright, executable: str) -> Browser:
    """Start the browser; it asks nobody for anything by itself."""
    return playwright.chromium.launch(executable_path=executable, args=list(QUIET))


class Desk:
    """One person's browser with one page."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.context = context
        self.url = url
        self.complaints: list[str] = []
        self._expected: list[re.Pattern[str]] = []
        context.set_default_timeout(PATIENCE)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("response", self._on_response)
        self.page = context.new_page()

    def _on_console(self, message: ConsoleMessage) -> None:
        """Errors, which also is how the browser tells of a violated content policy."""
        if message.type == "error":
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _on_response(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} from {response.url}")

    @property
    def shown(self) -> str:
        """What the page says, and each message with the state of its ticks: for the report of a failed story."""
        if self.page.is_closed():
            return "(closed)"
        try:
            said = self.page.locator("body").inner_text(timeout=GLANCE)
            states = self.page.locator("message-thread .message").evaluate_all(STATES)
        except (
            Error
        ) as error:  # on its way to another page, or gone: a report says so and does not fail itself
            said, states = f"(not to be read: {error.message.splitlines()[0]})", []
        return "\n".join(
            [self.page.url, *re.sub(r"\s*\n\s*", " | ", said).split("\n"), *states, *self.complaints]
        )

    def expects(self, pattern: str) -> None:
        """This story breaks something on purpose: complaints that match are part of it."""
        self._expected.append(re.compile(pattern))

    def close(self) -> list[str]:
        """Close the browser; what went wrong in it, apart from what was meant to."""
        for page in self.context.pages:
            with suppress(Error):  # on its way to another page, which is nobody's fault
                page.evaluate("() => true")  # events that are under way arrive first
        self.context.close()
        return [each for each in self.complaints if not any(p.search(each) for p in self._expected)]

    def goto(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else self.url + path)

    # --- the list -------------------------------------------------------------------------------

    def row(self, customer: Customer) -> Locator:
        return self.page.locator(".conversation-row").filter(
            has=self.page.locator(".row-name", has_text=re.compile(f"^\\s*{re.escape(customer.name)}\\s*$"))
        )

    def choose(self, customer: Customer) -> None:
        """Click a row, wait until its thread is there, and take the pointer away: rows rest while it is above them."""
        self.row(customer).click()
        expect(self.thread_name).to_have_text(customer.name)
        self.thread_name.hover()

    # --- the thread -----------------------------------------------------------------------------

    @property
    def thread_name(self) -> Locator:
        return self.page.locator("#thread-head .thread-name")

    def bubbles(self, text: str) -> Locator:
        said = self.page.locator(".bubble > .text", has_text=re.compile(f"^\\s*{re.escape(text)}\\s*$"))
        return self.page.locator("message-thread .message").filter(has=said)

    def ticks(self, text: str) -> Locator:
        """The ticks of a message, whose ``data-status`` names the state."""
        return self.bubbles(text).locator(".message-meta .ticks")

    @property
    def texts(self) -> list[str]:
        return self.page.locator("message-thread .bubble > .text").all_inner_texts()

    # --- the composer ---------------------------------------------------------------------------

    @property
    def composer(self) -> Locator:
        return self.page.locator(".composer-text")

    def attach(self, file: Path | str) -> None:
        """A file for the next message, uploaded: before that, Enter only says what it waits for."""
        self.page.locator("message-composer input[type=file]").first.set_input_files(file)
        expect(self.page.locator(".attachments .attachment").last).to_contain_text(re.compile("[kM]B"))

    def reply(self, text: str) -> Locator:
        """Write and send; the message as it stands in the thread."""
        self.composer.fill(text)
        self.composer.press("Enter")
        sent = self.bubbles(text)
        expect(sent).to_have_count(1)
        return sent

    def pick_template(self, name: str, language: str = "English") -> Locator:
        """Open the sheet of templates and choose one; the sheet with its fields and preview."""
        self.page.keyboard.press("Alt+t")
        picker = self.page.locator(".template-picker")
        picker.locator(".template-option", has_text=name).filter(has_text=language).click()
        expect(picker.locator(".template-chosen")).to_contain_text(name)
        expect(picker.locator(".template-chosen")).to_contain_text(language)
        return picker


class Desks:
    """Opens browsers for people; every account signs in once and keeps its cookie."""

    def __init__(self, browser: Browser, product: Product, cookies: dict[str, Any]) -> None:
        self._browser = browser
        self._product = product
        self._cookies = cookies
        self._open: list[Desk] = []

    def stranger(self, **options: Any) -> Desk:
        """Somebody who has not signed in. ``options`` are those of a browser context."""
        settings = {"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce", **options}
        desk = Desk(self._browser.new_context(**settings), self._product.url)
        self._open.append(desk)
        return desk

    def open(self, email: str, path: str = "/inbox/open?order=newest", **options: Any) -> Desk:
        """A member of the demo at one of the product's pages."""
        known = self._cookies.get(email)
        desk = self.stranger(**({"storage_state": known} if known else {}), **options)
        if not known:
            sign_in(desk, email)
            self._cookies[email] = desk.context.storage_state()
        desk.goto(path)
        return desk

    @property
    def shown(self) -> str:
        return "\n\n".join(desk.shown for desk in self._open)

    def close(self) -> dict[str, list[str]]:
        """Close all; what went wrong, by the place of the desk."""
        found = {f"desk {place}": desk.close() for place, desk in enumerate(self._open)}
        self._open.clear()
        return {name: complaints for name, complaints in found.items() if complaints}


def sign_in(desk: Desk, email: str) -> None:
    """Come in through the demo's one-click accounts."""
    desk.goto("/sign-in")
    desk.page.locator(f"[data-demo-email='{email}']").click()
    expect(desk.page.locator("nav.rail")).to_be_attached()
