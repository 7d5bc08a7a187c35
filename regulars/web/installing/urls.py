from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.installing import views

urlpatterns: list[URLPattern] = [
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("app-icon-<int:size>.png", views.icon, name="app-icon"),
    path("service-worker.js", views.worker, name="service-worker"),
    path("offline", views.offline, name="offline"),
]
