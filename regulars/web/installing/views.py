"""What a browser asks for to make an app of Regulars: the same for everybody, and nothing of anybody."""

from __future__ import annotations

import hashlib
import json
from functools import cache

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from regulars.media.app_icons import SIZES, app_icon
from regulars.web.design.assets import BUILT, asset_file, asset_url
from regulars.web.doors import WebRequest, public
from regulars.web.inbox.lists import view_label
from regulars.web.installing.sharing import SHARE_TARGET
from regulars.web.strings import strings_version

DAY = "public, max-age=86400"
SHELL = ("app.css", "offline.js", "icons.svg", "inter-latin-wght-normal.woff2")
"""what the page without a connection is made of"""


@require_safe
@public
def manifest(request: WebRequest) -> HttpResponse:
    """https://www.w3.org/TR/appmanifest/, in the reader's language."""
    told = {
        "id": "/",
        "name": "Regulars",
        "short_name": "Regulars",
        "description": _("The shared WhatsApp inbox that you run yourself"),
        "lang": request.LANGUAGE_CODE,
        "dir": "auto",
        "start_url": "/inbox",
        "scope": "/",
        "display": "standalone",
        "theme_color": "#f6f7f9",
        "background_color": "#ffffff",
        "icons": [
            {
                "src": reverse(f"app-icon-{size}"),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in SIZES[1:]
            for purpose in ("any", "maskable")
        ],
        "share_target": SHARE_TARGET,
        "shortcuts": [
            {"name": view_label("mine"), "url": reverse("inbox-view", args=["mine"])},
            {"name": view_label("unassigned"), "url": reverse("inbox-view", args=["unassigned"])},
            {"name": _("Notifications"), "url": reverse("notifications")},
        ],
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    response["Vary"] = "Cookie, Accept-Language"
    return response


@require_safe
@public
def icon(request: WebRequest, size: int) -> HttpResponse:
    return HttpResponse(app_icon(size), content_type="image/png", headers={"Cache-Control": DAY})


@require_safe
@public
def worker(request: WebRequest) -> HttpResponse:
    """At the root, because a service worker cares for the addresses below its own. Asked anew with each visit."""
    shell = [*(asset_url(name) for name in SHELL), _strings(request)]
    told = json.dumps({"version": _version(), "shell": shell, "offline": reverse("offline")})
    body = f"self.regulars = {told};\n{_worker_source()}"
    return HttpResponse(body, content_type="text/javascript", headers={"Cache-Control": "no-cache"})


def _strings(request: WebRequest) -> str:
    """The words of the page's script, in the language that this browser reads."""
    language = request.LANGUAGE_CODE
    return f"{reverse('strings', args=[language])}?v={strings_version(language)}"


@cache
def _worker_source() -> str:
    return (BUILT / asset_file("worker.js")).read_text()


@cache
def _version() -> str:
    """Another one with whatever is built anew: the addresses of the shell hold its hashes."""
    named = "".join(asset_file(name) for name in (*SHELL, "worker.js"))
    return hashlib.sha256(named.encode()).hexdigest()[:12]


@require_safe
@public
def offline(request: WebRequest) -> HttpResponse:
    """Kept by browsers that have the app: it may name nobody."""
    nobody = {"member": None, "theme": "system", "density": "comfortable", "time_zone": ""}
    return render(request, "installing/offline.html", nobody)
