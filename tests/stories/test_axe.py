"""One load of a page shows what is wrong in each of its looks, just as a fresh load of each look would."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from .axe import LOOKS, SIZES, in_all_looks, in_this_look

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SEEDED = """<!doctype html><html lang="en" dir="ltr"><title>Seeded</title><style>
  main { color: #111; background: #fff }
  @media (prefers-color-scheme: dark) { .dim { color: #444; background: #333 } }
  [dir="rtl"] .faint { color: #ddd }
  [dir="rtl"] .wide { inline-size: 120vw }
  .narrow { display: none }
  @media (width < 700px) { .narrow { display: block } }
</style><main><h1>Seeded</h1><p class="dim">in the dark</p><p class="faint">from right to left</p>
<div class="wide">wide</div><div class="narrow"><button></button></div></main></html>"""


def test_what_is_wrong_in_one_look_is_found_there_as_by_a_fresh_load(browser: Browser):
    once = browser.new_page(viewport=SIZES[0])
    once.set_content(SEEDED)
    found = in_all_looks(once)
    fresh = []
    sample = LOOKS[::3]  # each size, theme and direction is among them
    for size, theme, direction in sample:
        page = browser.new_page(viewport=size, color_scheme=theme)
        page.set_content(SEEDED.replace('dir="ltr"', f'dir="{direction}"'))
        fresh += [f"{theme} {direction} {size['width']}: {each}" for each in in_this_look(page)]
        page.close()
    once.close()
    looks = {f"{theme} {direction} {size['width']}" for size, theme, direction in sample}
    assert sorted(each for each in found if each.partition(": ")[0] in looks) == sorted(fresh)
    assert _places(found, "color-contrast: .dim") == _looks(theme="dark")
    assert _places(found, "color-contrast: .faint") == _looks(direction="rtl")
    assert _places(found, "the page scrolls sideways") == _looks(direction="rtl")
    assert _places(found, "button-name") == _places(found, "without a name") == _looks(width=390)


def _looks(**wanted: object) -> set[str]:
    looks = ({"theme": theme, "direction": way, "width": size["width"]} for size, theme, way in LOOKS)
    return {
        f"{look['theme']} {look['direction']} {look['width']}"
        for look in looks
        if all(look[name] == value for name, value in wanted.items())
    }


def _places(found: list[str], what: str) -> set[str]:
    return {
        where for where, _, sentence in (each.partition(": ") for each in found) if sentence.startswith(what)
    }
