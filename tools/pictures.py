"""The pictures of the README and the docs, rendered from the running product: ``python -m tools.pictures``.

Starts a demo in a temporary home, works in it like an agent, and writes docs/pictures/*.png.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from regulars.supervision import net

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"
START_PATIENCE = 180.0
ALIVE_AFTER = 45.0
"""seconds until the simulated customers have said enough for a picture"""
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGES = {
    "roles": "settings/roles/compare?left=lead&right=agent",
    "tags": "settings/tags",
    "blocked-people": "settings/blocked-people",
    "quick-replies": "settings/quick-replies",
    "cases": "cases",
    "case-board": "cases/board",
    "business-hours": "settings/business-hours",
    "protected-messages": "settings/protection",
    "mail": "settings/mail",
    "jobs": "settings/jobs",
    "routing": "settings/routing",
    "now": "now",
    "service-levels": "settings/service-levels",
    "idle-conversations": "settings/idle-conversations",
    "saved-views": "settings/views",
    "macros": "settings/macros",
    "audit-trail": "settings/audit",
    "second-factor": "settings/account/second-factor",
    "notifications": "settings/notifications",
}
"""as an owner sees them"""


@contextmanager
def demo() -> Iterator[dict[str, Any]]:
    with tempfile.TemporaryDirectory(prefix="regulars-pictures-") as home:
        Path(home).chmod(0o755)
        port = net.free_port(and_next=True)
        ready = Path(home) / "ready.json"
        command = [sys.executable, "-m", "regulars", "serve", "--demo", "--port", str(port), "--home", home]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        try:
            deadline = time.monotonic() + START_PATIENCE
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit("the demo did not start; see: regulars serve --demo")
                time.sleep(0.2)
            yield json.loads(ready.read_text())
        finally:
            process.terminate()
            process.wait(30)


def sign_in(browser: Browser, facts: dict[str, Any], email: str, size: dict[str, int], theme: str) -> Page:
    context = browser.new_context(viewport=size, color_scheme=theme, device_scale_factor=1.5)  # type: ignore[arg-type]
    page = context.new_page()
    member = next(each for each in facts["members"] if each["email"] == email)
    page.goto(f"{facts['url']}/sign-in")
    page.fill("input[name=email]", member["email"])
    page.fill("input[name=password]", member["password"])
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/inbox/**")
    return page


def save(page: Page, name: str, part: str = "") -> None:
    """Write a picture with 256 colors: a third of the size, and nobody sees the difference.

    ``part``: the selector of what alone is on it.
    """
    page.wait_for_timeout(1200)
    taken = page.locator(part).first.screenshot() if part else page.screenshot()
    image = Image.open(io.BytesIO(taken)).convert("RGB")
    PICTURES.mkdir(parents=True, exist_ok=True)
    image.quantize(256, dither=Image.Dither.NONE).save(PICTURES / f"{name}.png", optimize=True)


def open_first(page: Page, text: str) -> None:
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".composer-text")
    page.keyboard.press("r")
    page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_timeout(9000)  # it may be taken back for five seconds


def open_past(page: Page, url: str) -> None:
    """A conversation of the demo that was resolved and reopened, with its episodes in the panel."""
    page.goto(f"{url}/inbox/all")
    for row in page.locator("conversation-list a[data-conversation]").all():
        row.click()
        page.wait_for_timeout(800)
        if page.locator("#context .panel-episodes li").count() > 1:
            return


def block_one(page: Page, url: str) -> None:
    """So that the list of blocked people has somebody."""
    page.goto(f"{url}/inbox/open")
    page.locator(".conversation-row:not(:has(.row-kind))").first.click()
    page.wait_for_timeout(1200)
    page.locator(".thread-more button").first.click()
    page.locator(".thread-more [data-post$='/block']").last.click()
    page.wait_for_timeout(3000)


def write_out(page: Page, url: str) -> None:
    """The first page of a conversation as PDF."""
    page.goto(f"{url}/inbox/all")
    page.locator(".conversation-row").first.click()
    page.wait_for_timeout(1200)
    page.locator(".thread-more button").first.click()
    page.locator(".thread-more [data-post$='/transcript']").first.click()
    page.wait_for_url("**/settings/jobs")
    page.wait_for_timeout(5000)
    page.reload()
    with page.expect_download() as download:
        page.locator("a[href*='/transcripts/']").first.click()
    sheet = pypdfium2.PdfDocument(download.value.path())[0].render(scale=1.6).to_pil().convert("RGB")
    sheet.quantize(256, dither=Image.Dither.NONE).save(PICTURES / "transcript.png", optimize=True)


def schedule(page: Page, url: str) -> None:
    """The dialog of times over an answer that waits for its time."""
    page.goto(f"{url}/inbox/open?order=newest")
    page.locator("conversation-list a[data-conversation]").first.click()
    page.wait_for_timeout(2500)
    for text in ("Good morning! Your parcel is at the depot and comes today.", "We are here until six."):
        page.locator(".composer-text").fill(text)
        page.keyboard.press("Control+Alt+Enter")
        page.wait_for_selector(".later-time")
        if page.locator(".message.scheduled").count():
            break
        page.locator(".later-time").nth(1).click()
        page.wait_for_selector(".message.scheduled")


def main() -> int:
    with demo() as facts, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]
        )
        time.sleep(ALIVE_AFTER)
        agent = sign_in(browser, facts, "owner@demo.example", DESKTOP, "light")
        open_first(agent, "Hello! I am sorry about that. A new one leaves today.")
        save(agent, "inbox")
        agent.keyboard.type("/grind")
        agent.wait_for_selector(".quick-reply-preview .bubble")
        save(agent, "quick-reply-picker", ".quick-replies")
        agent.keyboard.press("Escape")
        dark = sign_in(browser, facts, "admin@demo.example", DESKTOP, "dark")
        dark.goto(f"{facts['url']}/settings/ledger")
        save(dark, "ledger-dark")
        light = sign_in(browser, facts, "admin@demo.example", DESKTOP, "light")
        light.goto(f"{facts['url']}/settings/deliveries")
        light.locator("table [data-post]").first.click()
        light.wait_for_selector(".toast")
        save(light, "deliveries")
        owner = sign_in(browser, facts, "owner@demo.example", DESKTOP, "light")
        open_past(owner, facts["url"])
        save(owner, "episodes", "#context")
        owner.locator("#context [data-post*=export]").click()
        block_one(owner, facts["url"])
        for name, path in PAGES.items():
            owner.goto(f"{facts['url']}/{path}")
            save(owner, name)
        owner.goto(f"{facts['url']}/inbox/open")
        owner.locator(".conversation-row").first.focus()
        for key in ("x", "Shift+ArrowDown", "!"):
            owner.keyboard.press(key)
        save(owner, "bulk")
        owner.goto(f"{facts['url']}/search?q=order")
        owner.wait_for_selector("[data-result]")
        save(owner, "search")
        owner.goto(f"{facts['url']}/design/gallery")
        save(owner, "conditions", "condition-form")
        write_out(owner, facts["url"])
        schedule(owner, facts["url"])
        save(owner, "send-later")
        thai = sign_in(browser, facts, "agent2@demo.example", PHONE, "light")
        save(thai, "phone-thai")
        packer = sign_in(browser, facts, "packing@demo.example", DESKTOP, "light")
        packer.goto(f"{facts['url']}/inbox/all")
        packer.locator("conversation-list a[data-conversation]").first.click()
        save(packer, "masked-number", "#context")
        save(sign_in(browser, facts, "agent@demo.example", PHONE, "light"), "phone-places")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
