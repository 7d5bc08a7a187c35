"""All routes on one page. ``/webhooks``, ``/live`` and ``/healthz`` are answered before Django (``config.asgi``).

Every view carries its permission; ``python -m tools.routes`` prints them all with it.
"""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from regulars.web.health import ready
from regulars.web.metrics import metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("readyz", ready, name="ready"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", include("regulars.api.urls")),
    path("", include("regulars.web.urls")),
]

handler400 = "regulars.web.odd_requests.bad_request"
handler500 = "regulars.web.unavailable.server_error"
