from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.installing import views
from regulars.web.installing.icons import SIZES

urlpatterns: list[URLPattern] = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    *(path(f"app-icon-{size}.png", views.icon, {"size": size}, name=f"app-icon-{size}") for size in SIZES),
    path("service-worker.js", views.worker, name="service-worker"),
    path("offline", views.offline, name="offline"),
]
