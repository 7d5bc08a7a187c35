"""Every route names a permission, and a token gets exactly what its role, narrowed by its scopes, says."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest

from regulars.api.dispatch import ANY_TOKEN, Route
from regulars.api.routes import ROUTES
from regulars.api.tests.client import Api, problem
from regulars.workspaces.models import ApiToken
from regulars.workspaces.permissions import ALL_PERMISSIONS, BUILT_IN, permissions_of
from tests.cast import Cast

Counting = Callable[..., AbstractContextManager[object]]


def call(api: Api, route: Route) -> int:
    """The status of a route with ids that name nothing and an empty body."""
    path = route.path.format(**dict.fromkeys(route.id_names, uuid4()))
    status: int = api.send(route.method, path, b"{}").status_code
    return status


def test_every_route_names_a_permission_that_exists():
    strange = {route.permission for route in ROUTES} - ALL_PERMISSIONS - {ANY_TOKEN}
    assert strange == set()


def test_no_route_is_there_twice():
    keys = [(route.method, route.path) for route in ROUTES]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("role", BUILT_IN)
def test_a_role_opens_exactly_its_routes(as_role: Callable[[str], Api], role: str):
    api = as_role(role)
    allowed = permissions_of(role) | {ANY_TOKEN}
    opened = {(route.method, route.path): call(api, route) != 403 for route in ROUTES}
    assert opened == {(route.method, route.path): route.permission in allowed for route in ROUTES}


def test_scopes_narrow_a_role(cast: Cast):
    api = Api(cast.token("owner", scopes=["contacts:read"]))
    opened = {route.permission for route in ROUTES if call(api, route) != 403}
    assert opened == {"contacts:read", ANY_TOKEN}


def test_a_refusal_names_the_permission(as_role: Callable[[str], Api]):
    refused = as_role("agent").get("/tokens")
    assert problem(refused) == (403, "not-allowed")
    assert refused.json()["permission"] == "tokens:manage"


@pytest.mark.parametrize("token", [None, "", "rgl_unknown", "Ünknown"])
def test_without_a_good_token_nothing_opens(db: None, token: str | None):
    for route in ROUTES:
        response = Api(token).send(route.method, route.path.format(**dict.fromkeys(route.id_names, uuid4())))
        assert problem(response) == (401, "unauthorized")
        assert response["WWW-Authenticate"] == 'Bearer realm="regulars"'


def test_a_revoked_token_is_no_token(cast: Cast):
    api = Api(cast.token("owner"))
    assert api.get("/me").status_code == 200
    cast.revoke_tokens()
    assert problem(api.get("/me")) == (401, "unauthorized")


def test_use_is_noted_at_most_once_a_minute(cast: Cast, django_assert_num_queries: Counting):
    api = Api(cast.token("owner"))
    api.get("/me/permissions")
    first = ApiToken.objects.get(workspace=cast.workspace).last_used_at
    with django_assert_num_queries(1):
        api.get("/me/permissions")
    assert first is not None
    assert ApiToken.objects.get(workspace=cast.workspace).last_used_at == first


def test_a_token_knows_itself(cast: Cast):
    body = Api(cast.token("agent", scopes=["contacts:read", "tokens:manage"])).get("/me").json()
    row = ApiToken.objects.get(workspace=cast.workspace)
    assert body == {
        "kind": "token",
        "id": str(row.id),
        "name": "agent token",
        "role": "agent",
        "permissions": ["contacts:read"],
        "workspace": {"id": str(cast.workspace.id), "name": "Lotus Shop"},
    }
