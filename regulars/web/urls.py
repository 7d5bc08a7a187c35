"""The screens' addresses. Each view carries its ``permission`` (see ``doors``)."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import cache_control

from regulars.web.design.conditions.views import condition_form
from regulars.web.design.gallery import gallery
from regulars.web.preferences import preferences
from regulars.web.strings import strings

YEAR = 365 * 24 * 3600
"""for what has its version in its address"""

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("regulars.web.inbox.urls")),
    path("", include("regulars.web.installing.urls")),
    path("", include("regulars.web.macros.urls")),
    path("", include("regulars.web.notifications.urls")),
    path("", include("regulars.web.people.urls")),
    path("", include("regulars.web.routing.urls")),
    path("", include("regulars.web.cases.urls")),
    path("", include("regulars.web.search.urls")),
    path("", include("regulars.web.sign_in.urls")),
    path("", include("regulars.web.settings.urls")),
    path("conditions/<str:subject>/form", condition_form, name="condition-form"),
    path("preferences", preferences, name="preferences"),
    path("strings/<str:language>.js", cache_control(max_age=YEAR, immutable=True)(strings), name="strings"),
]
if settings.DEMO:  # for whoever works on the screens
    urlpatterns.append(path("design/gallery", gallery, name="gallery"))
