"""People before a browser, as far as HTTP goes: cookies, the CSRF token, redirects."""

from __future__ import annotations

import httpx

from tests.running.product import Product


def signed_in(product: Product, role: str = "owner") -> httpx.Client:
    client = httpx.Client(base_url=product.url, timeout=15, follow_redirects=True)
    client.get("/sign-in")
    member = next(each for each in product.ready["members"] if each["role"] == role)
    form = {"csrfmiddlewaretoken": client.cookies["regulars_csrf"], "next": "/"}
    answer = client.post("/sign-in", data={**form, "email": member["email"], "password": member["password"]})
    assert (answer.status_code, "regulars_session" in client.cookies) == (200, True), answer.text[:2_000]
    return client
