"""The screens' addresses. Each view carries its ``permission`` (see ``doors``)."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.cache import cache_control

from regulars.web.design.gallery import gallery
from regulars.web.preferences import preferences
from regulars.web.strings import strings

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("regulars.web.inbox.urls")),
    path("", include("regulars.web.sign_in.urls")),
    path("", include("regulars.web.settings.urls")),
    path("preferences", preferences, name="preferences"),
    path("strings/<str:language>.js", cache_control(max_age=3600)(strings), name="strings"),
]
if settings.DEBUG:
    urlpatterns.append(path("design/gallery", gallery, name="gallery"))
