"""What a browser makes of it: the inbox on its first load, another view in its place, other rights. In Chromium."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from typing import Any

from playwright.sync_api import BrowserContext, Page, ViewportSize, sync_playwright

from benchmarks.accepting import Effort
from benchmarks.figures import Figure, median
from benchmarks.following import measure_role_changes
from benchmarks.product import Product
from benchmarks.seeding import seed
from benchmarks.showing import conversations_of

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VIEWS = ("unassigned", "resolved", "open", "mine")
"""in the order of the switches: full and empty lists by turns"""
MOST_SWITCH, MOST_KILOBYTES, MOST_FOLLOWING = 200.0, 130.0, 1000.0
WINDOW: ViewportSize = {"width": 1440, "height": 900}

# In every page: from the click on a view until its heading is painted, whether the page stays or another one is loaded.
_WATCH = """
document.addEventListener("click", (event) => {
  const view = event.target.closest?.(".rail [data-view]");
  const words = view?.textContent.trim().replace(/\\s*\\d*$/, "");
  if (view) sessionStorage.asked = JSON.stringify({ at: Date.now(), words });
}, { capture: true });
requestAnimationFrame(function look() {
  const asked = JSON.parse(sessionStorage.asked ?? "null");
  const heading = document.querySelector(".list-head h1")?.textContent.trim();
  if (asked && heading === asked.words) {
    delete sessionStorage.asked;
    setTimeout(() => (sessionStorage.took = Date.now() - asked.at)); // after the frame that this callback is part of
  }
  requestAnimationFrame(look);
});
"""
_FIRST_PAINT = """() => new Promise((done) => new PerformanceObserver((list) => {
  const found = list.getEntriesByName("first-contentful-paint")[0];
  if (found) done(found.startTime);
}).observe({ type: "paint", buffered: true }))"""
_FETCH = """async (path) => {
  const began = performance.now();
  const answer = await fetch(path, { headers: { "X-Fragment": "pane" } });
  await answer.text();
  return performance.now() - began;
}"""


def measure_looking(product: Product, effort: Effort) -> Iterator[Figure]:
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        return
    product.start_worker()
    conversations_of(product)
    product.cookies = product.cookies or seed(product, "sign-in", 2)["cookies"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        visits = [_visit(browser.new_context(viewport=WINDOW), product) for _ in range(effort.rounds)]
        yield from _figures(visits)
        yield from _following_figures(measure_role_changes(browser, product, effort.rounds))
        browser.close()


def _following_figures(times: dict[str, list[float]]) -> Iterator[Figure]:
    name, followed = "role change until an open page followed", median(times["followed"])
    yield Figure(name, followed, "ms", at_most=MOST_FOLLOWING)
    heard = median(times["heard"])
    yield Figure("role change beside its event", followed, "ms", heard, "one event through the stream")


def _figures(visits: list[dict[str, Any]]) -> Iterator[Figure]:
    def middle(name: str) -> float:
        return median([value for visit in visits for value in visit[name]])

    yield Figure("another view until painted", middle("switches"), "ms", at_most=MOST_SWITCH)
    yield Figure(
        "another view beside its fetch", middle("switches"), "ms", middle("fetches"), "the fetch alone"
    )
    yield Figure("first paint of the inbox", middle("paint"), "ms", middle("bare"), "one word of text")
    yield Figure("the inbox on its first load", middle("kilobytes"), "kB", at_most=MOST_KILOBYTES)


def _visit(context: BrowserContext, product: Product) -> dict[str, Any]:
    """With nothing kept from before."""
    name, _, value = product.cookies[0].partition("=")
    url = str(product.facts["url"])
    context.add_cookies([{"name": name, "value": value.partition(";")[0], "url": url}])
    page = context.new_page()
    page.goto(f"{url}/healthz")
    bare = page.evaluate(_FIRST_PAINT)
    kilobytes = _weigh(page, f"{url}/inbox/open")
    paint = page.evaluate(_FIRST_PAINT)
    page.add_init_script(_WATCH)
    page.reload()
    switches, fetches = [], []
    for view in VIEWS * 2:
        fetches.append(page.evaluate(_FETCH, f"/inbox/{view}"))
        switches.append(_switch(page, view))
    context.close()
    return {
        "bare": [bare],
        "paint": [paint],
        "kilobytes": [kilobytes],
        "switches": switches,
        "fetches": fetches,
    }


def _weigh(page: Page, address: str) -> float:
    """Kilobytes that came over the line for the page, heads included and fonts left out."""
    session = page.context.new_cdp_session(page)
    fonts: set[str] = set()
    sizes: dict[str, float] = {}

    def answered(each: dict[str, Any]) -> None:
        if each["type"] == "Font":
            fonts.add(each["requestId"])

    def loaded(each: dict[str, Any]) -> None:
        sizes[each["requestId"]] = each["encodedDataLength"]

    session.on("Network.responseReceived", answered)
    session.on("Network.loadingFinished", loaded)
    session.send("Network.enable")
    page.goto(address, wait_until="load")
    page.wait_for_function("() => document.fonts.status === 'loaded'")
    session.detach()
    return sum(size for request, size in sizes.items() if request not in fonts) / 1000


def _switch(page: Page, view: str) -> float:
    page.evaluate("() => delete sessionStorage.took")
    page.locator(f".rail [data-view={view}]").click(no_wait_after=True)
    ended = time.monotonic() + 20
    while time.monotonic() < ended:
        page.wait_for_timeout(20)
        took = page.evaluate("() => sessionStorage.took")
        if took is not None:
            return float(took)
    raise RuntimeError(f"the view {view} never came")
