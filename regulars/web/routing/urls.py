from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.routing import duty, now, why

urlpatterns: list[URLPattern] = [
    *now.routes,
    path("availability", duty.choose_own, name="own-availability"),
    path("availability/own", duty.show_own, name="show-own-availability"),
    path("off-duty", duty.off_duty, name="off-duty"),
    path("off-duty/leave", duty.leave, name="go-off-duty"),
    path("conversations/<str:conversation_id>/routing", why.why, name="conversation-routing"),
]
