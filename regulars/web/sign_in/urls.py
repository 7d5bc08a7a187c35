from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.sign_in import forgotten, second_step, views

urlpatterns: list[URLPattern] = [
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/second-step", second_step.second_step, name="second-step"),
    path("sign-in/passkey", second_step.enter_by_passkey, name="enter-by-passkey"),
    path("sign-in/passkey/question", second_step.passkey_question, name="passkey-question"),
    path("settings/account/proof", second_step.prove_yourself, name="prove-yourself"),
    path("settings/account/proof/question", second_step.proof_question, name="proof-question"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("set-up", views.set_up, name="set-up"),
    path("invitations/<str:secret>", views.invitation, name="invitation"),
    path("password/forgotten", forgotten.forgotten, name="forgotten-password"),
    path("password/new/<str:secret>", forgotten.new_password, name="password-reset"),
    path("language", views.choose_language, name="choose-language"),
]
