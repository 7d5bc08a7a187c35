"""The gallery of components, which the demo shows at /design/gallery, can be drawn."""

from __future__ import annotations

from django.http import HttpResponse
from django.test import RequestFactory

from regulars.web.design.gallery import gallery


def test_every_component_is_drawn(db: None) -> None:
    request = RequestFactory().get("/design/gallery?theme=dark&dir=rtl")
    page = gallery(request)
    assert isinstance(page, HttpResponse)
    assert (page.status_code, 'dir="rtl"' in page.content.decode()) == (200, True)
