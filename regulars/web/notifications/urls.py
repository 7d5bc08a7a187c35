from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.notifications import views

urlpatterns: list[URLPattern] = [
    path("notifications", views.show, name="notifications"),
    path("notifications/count", views.count, name="count-notifications"),
    path("notifications/read", views.read, name="read-notifications"),
    path("notifications/mail/<str:word>/stop", views.stop_mail, name="stop-notification-mail"),
    path("conversations/<str:conversation_id>/muting", views.muting, name="mute-conversation"),
]
