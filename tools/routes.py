"""All routes on one page, with methods and permissions: ``python -m tools.routes`` writes docs/reference/routes.md.

``--check`` fails when the page is not what the code says, or when a route names no permission or no methods.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "routes.md"
HEAD = """# All routes with their methods and permissions

Made by `python -m tools.routes` from the code; `make check` fails when it is stale. GET (and HEAD) change nothing;
where one opens a raw delivery, the audit trail notes who looked.
*public*: no sign-in. *signed-in*: any member. Others: the member's or token's role must grant it
(`workspaces/permissions.py`), and objects are limited to what the actor may see (each room's `access.py`).

| route | methods | permission |
| --- | --- | --- |
"""


@dataclass(frozen=True, slots=True, order=True)
class RouteLine:
    """A line of the page; no methods or no permission is a mistake."""

    route: str
    methods: str
    permission: str


BEFORE_DJANGO = (
    RouteLine("/webhooks/whatsapp/{connection_key}", "GET, POST", "signature of the connection's app secret"),
    RouteLine("/live", "GET", "conversations:read"),
    RouteLine("/healthz", "GET", "public"),
)


def all_routes() -> list[RouteLine]:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.urls import get_resolver

    return sorted({*_walk(get_resolver().url_patterns, "/"), *BEFORE_DJANGO})


def _walk(patterns: list[Any], prefix: str) -> Iterator[RouteLine]:
    from regulars.web.doors import methods_of

    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _walk(pattern.url_patterns, route)
        else:
            methods = ", ".join(each for each in methods_of(pattern.callback) if each != "HEAD")
            yield RouteLine(route, methods, str(getattr(pattern.callback, "permission", "")))


def page() -> str:
    return HEAD + "".join(
        f"| `{line.route}` | {line.methods} | {line.permission} |\n" for line in all_routes()
    )


def main() -> int:
    unguarded = [line.route for line in all_routes() if not line.permission or not line.methods]
    if unguarded:
        print("These routes name no permission or no methods:", *unguarded, sep="\n  ")
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
