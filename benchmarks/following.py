"""A member's role changes, and the page that they have open follows by itself. Headless Chromium, two members."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, BrowserContext, Page

from benchmarks.product import Product

_MEMBERS = ".rail a[href='/settings/members']"

# In the page of whoever the change is about, however often it is loaded: since when the way to the members is gone.
_WATCH = f"""
requestAnimationFrame(function look() {{
  const shown = document.readyState !== "loading" && document.querySelector(".rail");
  if (shown && !document.querySelector("{_MEMBERS}") && !sessionStorage.followed)
    setTimeout(() => (sessionStorage.followed = Date.now())); // after the frame that this callback is part of
  requestAnimationFrame(look);
}});
"""
_LISTEN = """() => new Promise((opened) => {
  const source = new EventSource("/live");
  source.addEventListener("hello", () => opened());
  source.addEventListener("permissions", () => (window.heard = Date.now()));
})"""
_FORGET = "() => { delete sessionStorage.followed; delete window.heard; }"
_CHANGE = """async ([action, role, token]) => {
  const began = Date.now();
  const body = new URLSearchParams({ role });
  const headers = { "X-CSRFToken": token };
  const answer = await fetch(action, { method: "POST", body, headers, redirect: "manual" });
  if (answer.type !== "opaqueredirect") throw new Error(`the role was not changed: ${answer.status}`);
  return began;
}"""


def measure_role_changes(browser: Browser, product: Product, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from a change of role until its member's open page has ``followed``.

    And the floor: until a bare stream beside it has ``heard``.
    """
    changing, watching = (_signed_in(browser, product, place) for place in (0, 1))
    form, bare, page = changing.new_page(), watching.new_page(), watching.new_page()
    page.add_init_script(_WATCH)
    form.goto("/settings/members")
    bare.goto("/healthz")
    bare.evaluate(_LISTEN)
    page.goto("/inbox/open")
    found: dict[str, list[float]] = {"heard": [], "followed": []}
    for _round in range(rounds):
        _settle(page)
        for each in (page, bare):
            each.evaluate(_FORGET)
        began = _change_role(form, "agent")
        found["followed"].append(_time_of(page, "sessionStorage.followed") - began)
        found["heard"].append(_time_of(bare, "window.heard") - began)
        _change_role(form, "admin")
    _settle(page)
    changing.close()
    watching.close()
    return found


def _signed_in(browser: Browser, product: Product, place: int) -> BrowserContext:
    """One of the seeded members, all of whom are admins."""
    url = str(product.facts["url"])
    context = browser.new_context(base_url=url)
    name, _, value = product.cookies[place].partition("=")
    context.add_cookies([{"name": name, "value": value.partition(";")[0], "url": url}])
    return context


def _settle(page: Page) -> None:
    """Until it is what an admin sees, and its stream has had time to say hello."""
    page.wait_for_selector(_MEMBERS, state="attached")
    page.wait_for_timeout(500)


def _change_role(form: Page, role: str) -> float:
    """When the request left, in milliseconds of the machine's clock."""
    row = form.locator("tr", has_text=re.compile(r"\bscreen1@bench\.example"))
    action = row.locator("form[data-submit-on-change]").get_attribute("action")
    began: float = form.evaluate(_CHANGE, [action, role, form.locator("body").get_attribute("data-csrf")])
    return began


def _time_of(page: Page, name: str) -> float:
    """The time that a page has noted, once it has."""
    return float(page.wait_for_function(f"() => {name} ?? false").json_value())
