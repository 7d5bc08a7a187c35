"""``ETag`` and ``If-Match``: what people edit has a version, and a change can be meant for one.

The version is told by the shape (``version``), or follows from its fields that can be changed: what else of it moves (a
last message, how often something is in use) makes no other version. A function that takes ``if_match: IfMatch`` hands
the versions to its write verb, which compares with the row held. For all others they are compared here, before the
verb: of two such requests the later one is refused, but a screen that saves between the two steps is not noticed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from regulars.kernel.encoding import plain
from regulars.kernel.errors import ChangedMeanwhile, Invalid, NotFound
from regulars.kernel.locks import hold

if TYPE_CHECKING:
    from regulars.api.dispatch import Route
    from regulars.workspaces.access import Actor

HEADER = "If-Match"
IfMatch = Collection[str] | None
"""None without the header, or with ``*``: any version"""
_TAG = re.compile(r'"([\x21\x23-\x2b\x2d-\x7e]*)"')
"""ours have no comma"""


def versions_of(request: HttpRequest) -> IfMatch:
    told = request.headers.get(HEADER)
    if told is None or told.strip() == "*":
        return None
    tags = [_TAG.fullmatch(each.strip()) for each in told.split(",")]
    if None in tags:
        raise Invalid(
            _("The header %(name)s is not right") % {"name": HEADER},
            fields={HEADER: '* or entity tags in quotes, like "5f0c6a1b9d3e4721"'},
        )
    return [tag[1] for tag in tags if tag]


def takes_versions(route: Route, routes: Mapping[str, Route]) -> bool:
    """``routes``: those of the same path, by method."""
    return route.method in {"PATCH", "PUT", "DELETE"} and "GET" in routes and bool(_changing(routes))


def check_version(
    route: Route, routes: Mapping[str, Route], actor: Actor, ids: Mapping[str, Any], versions: IfMatch
) -> None:
    """Raises ``ChangedMeanwhile`` unless what is to be changed is in one of the versions. In a transaction."""
    if versions is None or "if_match" in route.hints:
        return
    reading = routes["GET"]
    reading.admit(actor)
    hold(f"{actor.workspace_id}:{route.path}:{sorted(ids.items())}")
    try:
        now = version_of(reading.handler(actor, **ids), routes)
    except NotFound:
        if route.id_names:
            raise
        now = None
    if now not in versions:
        raise ChangedMeanwhile(version=now)


def tag_with_version(response: HttpResponse, result: Any, routes: Mapping[str, Route]) -> None:
    if version := version_of(result, routes):
        response["ETag"] = f'"{version}"'


def version_of(result: Any, routes: Mapping[str, Route]) -> str | None:
    version = getattr(result, "version", None)
    if isinstance(version, str):
        return version
    change = _changing(routes)
    if change is None or not isinstance(result, msgspec.Struct):
        return None
    names = set(change.hints["body"].__struct_fields__) & set(result.__struct_fields__)
    told = {name: getattr(result, name) for name in names}
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic", enc_hook=plain)).hexdigest()[:16]


def _changing(routes: Mapping[str, Route]) -> Route | None:
    route = routes.get("PATCH") or routes.get("PUT")
    return route if route is not None and "body" in route.hints else None
