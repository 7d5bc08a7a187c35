from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.account import views

urlpatterns: list[URLPattern] = [
    path("settings/account", views.account, name="account"),
    path("settings/account/password", views.password, name="change-password"),
    path("settings/account/sessions/others/end", views.end_others, name="end-other-sessions"),
    path("settings/account/sessions/<str:session_id>/end", views.end_session, name="end-session"),
]
