"""Every route with every built-in role, a stranger who has all rights elsewhere, and nobody.

The right that stands at the route decides, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from regulars.api.routes import ROUTES
from regulars.web.doors import PUBLIC, SIGNED_IN, methods_of
from regulars.workspaces.permissions import BUILT_IN
from tests.architecture.test_safe_requests import fill, ids_of_everything, read_to_its_end
from tests.cast import Cast

WORDS = {"view", "language", "subject", "secret", "tag"}
"""parts of addresses that name nothing of one workspace"""
REFUSED, NOT_THERE = 403, 404


@dataclass(frozen=True)
class Ask:
    method: str
    path: str
    permission: str
    is_provider: bool = False

    @property
    def names(self) -> set[str]:
        return set(re.findall(r"[<{](?:str:)?(\w+)[>}]", self.path)) - WORDS


def pages(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> Iterator[Ask]:
    for each in patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from pages(each.url_patterns, path)
            continue
        permission = getattr(each.callback, "permission", PUBLIC)
        if not path.startswith("/api/") and permission != PUBLIC:
            for method in sorted({"GET", "POST"} & set(methods_of(each.callback))):
                yield Ask(method, path, permission, hasattr(each.callback, "talks_to_provider"))


def rest() -> Iterator[Ask]:
    for route in ROUTES:
        path = "/api/v1" + route.path.replace("{", "<str:").replace("}", ">")
        yield Ask(route.method, path, route.permission, route.talks_to_provider)


def status(client: Client, ask: Ask, address: str) -> int:
    """What it did is taken back."""
    point = transaction.savepoint()
    try:
        response = client.generic(ask.method, address, b"", content_type="application/json")
        read_to_its_end(response)
        return response.status_code
    finally:
        transaction.savepoint_rollback(point)


def differing(asks: list[Ask], client: Client, ids: dict[str, str], may: frozenset[str]) -> dict[str, int]:
    """Where the door is open that should be shut, or shut that should be open."""
    wrong = {}
    for ask in asks:
        is_open = ask.permission in may
        if is_open and (ask.method != "GET" or ask.is_provider):
            continue  # what it does there has its own tests; here it is asked whether the door opens
        answered = status(client, ask, fill(ask.path, ids))
        if (answered == REFUSED) is is_open:
            wrong[f"{ask.method} {ask.path}"] = answered
    return wrong


@pytest.mark.parametrize("role", [*BUILT_IN])
def test_pages_open_for_who_holds_the_right_and_for_nobody_else(cast: Cast, role: str) -> None:
    asks = list(pages(get_resolver().url_patterns))
    client = Client(raise_request_exception=False)
    cast.token("owner")
    client.force_login(cast.owner.user)
    ids = ids_of_everything(cast)
    client.force_login(cast.members[role].user)
    assert differing(asks, client, ids, BUILT_IN[role].permissions | {SIGNED_IN}) == {}


@pytest.mark.parametrize("role", [*BUILT_IN])
def test_rest_opens_for_who_holds_the_right_and_for_nobody_else(cast: Cast, role: str) -> None:
    asks = list(rest())
    client = Client(raise_request_exception=False)
    cast.token("owner")
    client.force_login(cast.owner.user)
    ids = ids_of_everything(cast)
    script = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {cast.token(role)}"})
    assert differing(asks, script, ids, BUILT_IN[role].permissions | {"any-token"}) == {}


def test_a_stranger_with_every_right_elsewhere_finds_nothing_of_ours(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    cast.token("owner")
    client.force_login(cast.owner.user)
    ids = ids_of_everything(cast)
    client.force_login(cast.stranger.owner.user)
    script = Client(
        raise_request_exception=False, headers={"Authorization": f"Bearer {cast.stranger.token('owner')}"}
    )
    found = {}
    for asks, door in ((list(pages(get_resolver().url_patterns)), client), (list(rest()), script)):
        for ask in asks:
            if ask.names and ask.method in {"GET", "DELETE"}:
                answered = status(door, ask, fill(ask.path, ids))
                if answered != NOT_THERE:
                    found[f"{ask.method} {ask.path}"] = answered
    # what is asked is not read to its end; whose it is nobody looked at
    assert found == {
        "GET /acts/choices/<str:what>": 200,  # names no object: their own members, to choose from
        "GET /api/v1/contacts/<str:contact_id>/explanation": 422,
        "GET /api/v1/conversations/<str:conversation_id>/explanation": 422,
    }


def test_nobody_comes_in_without_signing_in(cast: Cast) -> None:
    client = Client(raise_request_exception=False)
    cast.token("owner")
    client.force_login(cast.owner.user)
    ids = ids_of_everything(cast)
    nobody = Client(raise_request_exception=False)
    screens = {
        f"{ask.method} {ask.path}": answered
        for ask in pages(get_resolver().url_patterns)
        if (answered := status(nobody, ask, fill(ask.path, ids))) != 302
    }
    scripts = {
        f"{ask.method} {ask.path}": answered
        for ask in rest()
        if (answered := status(nobody, ask, fill(ask.path, ids))) != 401
    }
    assert (screens, scripts) == ({}, {})
