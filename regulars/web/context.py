"""What the frame around every screen needs, without a query of its own."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language_info

from regulars.web.doors import WebRequest
from regulars.web.security import phone_url


def shell(request: HttpRequest) -> dict[str, object]:
    """Language, direction, theme, the member and the phone's address, for ``layouts/*.html``."""
    asking = cast(WebRequest, request)
    member = getattr(asking, "member", None)
    info = get_language_info(getattr(asking, "LANGUAGE_CODE", settings.LANGUAGE_CODE))
    return {
        "member": member,
        "actor": getattr(asking, "actor", None),
        "workspace": member.workspace if member else None,
        "direction": "rtl" if info["bidi"] else "ltr",
        "theme": member.user.theme if member else "system",
        "time_zone": member.user.time_zone if member else "",
        "languages": settings.LANGUAGES,
        "phone_url": phone_url(request) if member else "",
        "demo": settings.DEMO,
    }
