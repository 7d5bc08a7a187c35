from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.sign_in import forgotten, views

urlpatterns: list[URLPattern] = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("set-up", views.set_up, name="set-up"),
    path("invitations/<str:secret>", views.invitation, name="invitation"),
    path("password/forgotten", forgotten.forgotten, name="forgotten-password"),
    path("password/new/<str:secret>", forgotten.new_password, name="password-reset"),
    path("language", views.choose_language, name="choose-language"),
]
