"""What a browser says it is, in words that its owner recognizes. Pure.

``User-Agent`` strings are frozen but for name and platform (https://www.rfc-editor.org/rfc/rfc9110#name-user-agent;
the browsers' "user agent reduction"), so a short table in the order of who pretends to be whom is enough.
"""

from __future__ import annotations

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("YaBrowser/", "Yandex Browser"),
    ("Whale/", "Whale"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_PLATFORMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(user_agent: str) -> str:
    return next((name for mark, name in _BROWSERS if mark in user_agent), "")


def platform_name(user_agent: str) -> str:
    return next((name for mark, name in _PLATFORMS if mark in user_agent), "")


def is_phone(user_agent: str) -> bool:
    return any(mark in user_agent for mark in ("Mobile", "iPhone", "Android"))
