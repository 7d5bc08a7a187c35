from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.settings.register import PAGES
from regulars.web.settings.views import start

urlpatterns: list[URLPattern] = [
    path("settings", start, name="settings"),
    *(route for page in PAGES for route in page.routes),
]
