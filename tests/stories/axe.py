"""Rule checks by axe-core, in the browser: what breaks the page for people who see, hear or move differently."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """(rules) => axe.run(document, {
  resultTypes: ["violations"],
  elementRef: false,
  ...(rules.length ? { runOnly: { type: "rule", values: rules } } : {}),
})"""

LOOKS: tuple[tuple[Literal["light", "dark"], str, ViewportSize], ...] = (
    ("light", "ltr", {"width": 1440, "height": 900}),
    ("dark", "rtl", {"width": 1440, "height": 900}),
    ("light", "rtl", {"width": 1024, "height": 768}),
    ("dark", "ltr", {"width": 390, "height": 844}),
)
"""every width, and every theme in every direction; one load of a page shows them all"""

PAGE_SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute("aria-label") || each.innerText?.trim() || each.labels?.length
    || each.querySelector("img[alt]:not([alt='']), .visually-hidden")))
  .map((each) => each.outerHTML.slice(0, 120))"""


@cache
def _source() -> str:
    return SOURCE.read_text()


def _violations(page: Page, *rules: str) -> list[str]:
    """Serious and critical findings as sentences with their places; only of these rules when some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())  # through the debugger: the page's content policy stays as it is
    found = page.evaluate(RUN, list(rules))
    return [
        sentence for each in found["violations"] if each["impact"] in GRAVE for sentence in _sentences(each)
    ]


def _sentences(violation: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']}: {' '.join(node['target'])}: {node['failureSummary'].splitlines()[-1].strip()}"
        for node in violation["nodes"]
    ]


def in_all_looks(page: Page) -> list[str]:
    """What is wrong with the screen in both themes, both directions and three widths; it is left as it was met."""
    found = []
    for theme, direction, size in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        page.evaluate("(direction) => (document.documentElement.dir = direction)", direction)
        wrong = _violations(page) + [f"without a name: {each}" for each in page.evaluate(NAMELESS)]
        if page.evaluate(PAGE_SCROLLS_SIDEWAYS):
            wrong.append("the page scrolls sideways")
        found += [f"{theme} {direction} {size['width']}: {each}" for each in wrong]
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size(LOOKS[0][2])
    return found


def findings(page: Page) -> str:
    """What is wrong with the screen as it is, in all its looks; a line each."""
    found = [f"light: {each}" for each in _violations(page)]
    found += [f"without a name: {each}" for each in page.evaluate(NAMELESS)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in _violations(page, "color-contrast")]
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dir = 'rtl'")
    if page.evaluate(PAGE_SCROLLS_SIDEWAYS):
        found.append("right to left: the page scrolls sideways")
    page.evaluate("document.documentElement.dir = 'ltr'")
    return "\n".join(found)
