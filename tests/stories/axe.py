"""Rule checks by axe-core, in the browser: what breaks the page for people who see, hear or move differently."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, ViewportSize

SOURCE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
RUN = """([only, without]) => axe.run(document, {
  resultTypes: ["violations"],
  elementRef: false,
  ...(only.length ? { runOnly: { type: "rule", values: only } } : {}),
  rules: Object.fromEntries(without.map((rule) => [rule, { enabled: false }])),
})"""

SIZES: tuple[ViewportSize, ...] = (
    {"width": 1440, "height": 900},
    {"width": 1024, "height": 768},
    {"width": 390, "height": 844},
)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOOKS = tuple((size, theme, direction) for size in SIZES for theme in THEMES for direction in ("ltr", "rtl"))
"""every theme in every direction at every width"""
RULES_OF_LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
"""what depends on more than which elements are there and which of them show: the others need no second look"""
SHOWN = """() => {
  axe.setup(document);
  const { isVisibleOnScreen, isVisibleToScreenReaders } = axe.commons.dom;
  const shown = [...document.querySelectorAll("*")].map((each) =>
    each.localName + (isVisibleOnScreen(each) ? "+" : "") + (isVisibleToScreenReaders(each) ? "*" : ""));
  axe.teardown();
  return shown.join(" ");
}"""
"""every element with whether it shows to the eye and to readers, as the rules themselves see it"""

DRESSED = """() => [...document.querySelectorAll("body, body *")].filter((each) => each.checkVisibility())
.map((each) => {
  const style = getComputedStyle(each);
  const scrolls = [each.scrollWidth > each.clientWidth, each.scrollHeight > each.clientHeight];
  const dress = [style.color, style.backgroundColor, style.backgroundImage, style.opacity];
  return [...dress, style.fontSize, style.fontWeight, style.textDecorationLine, ...scrolls].join();
}).join("|")"""
"""what the rules of looks go by: dressed the same, a screen that shows the same has nothing else to be found"""

PAGE_SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input:not([type=hidden]), select, textarea")]
  .filter((each) => each.checkVisibility())
  .filter((each) => !(each.getAttribute("aria-label") || each.innerText?.trim() || each.labels?.length
    || each.querySelector("img[alt]:not([alt='']), .visually-hidden")))
  .map((each) => each.outerHTML.slice(0, 120))"""


@cache
def _source() -> str:
    return SOURCE.read_text()


def _violations(page: Page, *, only: Sequence[str] = (), without: Sequence[str] = ()) -> list[str]:
    """Serious and critical findings of all rules, of some only or of the others, as sentences with their places."""
    _bring(page)
    found = page.evaluate(RUN, [list(only), list(without)])
    return [
        sentence for each in found["violations"] if each["impact"] in GRAVE for sentence in _sentences(each)
    ]


def _bring(page: Page) -> None:
    """Into the page by the debugger: the page's content policy stays as it is."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(_source())


def _sentences(violation: dict[str, Any]) -> list[str]:
    return [
        f"{violation['id']}: {' '.join(node['target'])}: {node['failureSummary'].splitlines()[-1].strip()}"
        for node in violation["nodes"]
    ]


def in_all_looks(page: Page) -> list[str]:
    """What is wrong with the screen in every theme, direction and width, from one load; it is left as it was met."""
    found = []
    wrong_with: dict[str, list[str]] = {}
    wrong_in: dict[str, list[str]] = {}
    _bring(page)
    for size, theme, direction in LOOKS:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=theme)
        page.evaluate("(direction) => (document.documentElement.dir = direction)", direction)
        shown = page.evaluate(SHOWN)
        if shown not in wrong_with:
            wrong_with[shown] = _nameless(page) + _violations(page, without=RULES_OF_LOOKS)
        dressed = f"{shown} {page.evaluate(DRESSED)}"
        if dressed not in wrong_in:
            wrong_in[dressed] = _violations(page, only=RULES_OF_LOOKS)
        wrong = wrong_with[shown] + wrong_in[dressed] + _sideways(page)
        found += [f"{theme} {direction} {size['width']}: {each}" for each in wrong]
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size(SIZES[0])
    return found


def in_this_look(page: Page) -> list[str]:
    """What is wrong with the screen as it is, by every rule."""
    return _nameless(page) + _violations(page) + _sideways(page)


def _nameless(page: Page) -> list[str]:
    return [f"without a name: {each}" for each in page.evaluate(NAMELESS)]


def _sideways(page: Page) -> list[str]:
    return ["the page scrolls sideways"] if page.evaluate(PAGE_SCROLLS_SIDEWAYS) else []


def findings(page: Page) -> str:
    """What is wrong with the screen as it is; in the dark its colors, from right to left its width. A line each."""
    found = [f"light: {each}" for each in _violations(page)]
    found += _nameless(page)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in _violations(page, only=["color-contrast"])]
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.dir = 'rtl'")
    found += [f"right to left: {each}" for each in _sideways(page)]
    page.evaluate("document.documentElement.dir = 'ltr'")
    return "\n".join(found)
