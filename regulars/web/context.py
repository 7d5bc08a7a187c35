"""What the frame around every screen needs. The rail's queries run only when a page draws it."""

from __future__ import annotations

import json
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language_info

from regulars.web.doors import WebRequest
from regulars.web.layouts.navigation import navigation_of
from regulars.web.preferences import time_zone_dialog
from regulars.web.security import phone_url
from regulars.web.settings.register import page_of
from regulars.workspaces.serving import state_of


def shell(request: HttpRequest) -> dict[str, object]:
    asking = cast("WebRequest", request)
    member = getattr(asking, "member", None)
    actor = getattr(asking, "actor", None)
    info = get_language_info(getattr(asking, "LANGUAGE_CODE", settings.LANGUAGE_CODE))
    return {
        "member": member,
        "actor": actor,
        "frame": "layouts/app.html" if member else "layouts/alone.html",
        "workspace": member.workspace if member else None,
        "direction": "rtl" if info["bidi"] else "ltr",
        "theme": member.user.theme if member else "system",
        "time_zone": member.user.time_zone if member else "",
        "choosing_time_zone": SimpleLazyObject(lambda: time_zone_dialog(member.user)) if member else None,
        "own_state": SimpleLazyObject(lambda: state_of(member)) if member else "",
        "shortcuts": json.dumps(member.user.shortcuts) if member else "",
        "density": member.user.density if member else "comfortable",
        "undo_send": str(member.user.undo_send_seconds) if member else "",
        "rail_width": _cookie(request, "rail", ("wide", "narrow"), "wide"),
        "context_pane": _cookie(request, "context", ("open", "closed"), "open"),
        "navigation": SimpleLazyObject(lambda: navigation_of(actor)) if actor else None,
        "current_page": page_of(request.resolver_match.url_name) if request.resolver_match else None,
        "languages": settings.LANGUAGES,
        "phone_url": phone_url(request) if member else "",
        "demo": settings.DEMO,
    }


def _cookie(request: HttpRequest, name: str, allowed: tuple[str, ...], usual: str) -> str:
    """Kept in a cookie that scripts write (``page.js: remember``)."""
    value = request.COOKIES.get(f"regulars_{name}", usual)
    return value if value in allowed else usual
