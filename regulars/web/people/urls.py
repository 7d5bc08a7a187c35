from __future__ import annotations

from django.urls import URLPattern

from regulars.web.people.views import ROUTES

urlpatterns: list[URLPattern] = ROUTES
