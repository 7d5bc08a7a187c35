from __future__ import annotations

from django.urls import URLPattern, path

from regulars.media.app_icons import SIZES
from regulars.web.installing import sharing, views

urlpatterns: list[URLPattern] = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    *(path(f"app-icon-{size}.png", views.icon, {"size": size}, name=f"app-icon-{size}") for size in SIZES),
    path("service-worker.js", views.worker, name="service-worker"),
    path("share", sharing.share, name="share"),
    path("share/received", sharing.received, name="receive-share"),
    path("offline", views.offline, name="offline"),
]
