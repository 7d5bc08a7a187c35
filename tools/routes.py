"""All routes on one page, each with its permission: ``python -m tools.routes`` writes docs/reference/routes.md.

``--check`` fails when the page is not what the code says, or when a route names no permission.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "routes.md"
BEFORE_DJANGO = (
    ("GET, POST /webhooks/whatsapp/{connection_key}", "signature of the connection's app secret"),
    ("GET /live", "conversations:read"),
    ("GET /healthz", "public"),
)
HEAD = """# All routes with their permissions

Made by `python -m tools.routes` from the code; `make check` fails when it is stale. *public*: no sign-in.
*signed-in*: any member. Others: the member's or token's role must grant it (`workspaces/permissions.py`), and
objects are limited to what the actor may see (each room's `access.py`).

| route | permission |
| --- | --- |
"""


def all_routes() -> list[tuple[str, str]]:
    """(route, permission) of everything the web process answers; an empty permission is a mistake."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.urls import get_resolver

    found = {(route, permission) for route, permission in _walk(get_resolver().url_patterns, "/")}
    return sorted({*found, *BEFORE_DJANGO})


def _walk(patterns: list[Any], prefix: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield from _of_view(route, pattern.callback)


def _of_view(route: str, view: Any) -> Iterator[tuple[str, str]]:
    permission = getattr(view, "permission", None)
    by_method = getattr(view, "permissions", None)
    if by_method:
        for method, each in sorted(by_method.items()):
            yield f"{method} {route}", str(each)
    else:
        yield route, str(permission or "")


def page() -> str:
    return HEAD + "".join(f"| `{route}` | {permission} |\n" for route, permission in all_routes())


def main() -> int:
    unguarded = [route for route, permission in all_routes() if not permission]
    if unguarded:
        print("These routes name no permission:", *unguarded, sep="\n  ")
        return 1
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text() != page():
            print(f"{PAGE.name} is stale; write it anew with: python -m tools.routes")
            return 1
        return 0
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
