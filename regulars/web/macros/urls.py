from __future__ import annotations

from django.urls import URLPattern, path

from regulars.web.macros import running

urlpatterns: list[URLPattern] = [
    path("macros/choices", running.choices, name="macro-choices"),
    path("macros/run", running.run_on_some, name="run-macro-on-some"),
    path("macros/in/<str:view>", running.run_on_list, name="run-macro-on-list"),
    path("conversations/<str:conversation_id>/macro", running.run_on_one, name="run-macro"),
]
