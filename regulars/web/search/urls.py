from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.search import views

urlpatterns: list[URLPattern] = [
    path("search", views.show, name="search"),
    path("search/counts", views.counts, name="search-counts"),
    path("search/suggestions", views.suggestions, name="search-suggestions"),
]
