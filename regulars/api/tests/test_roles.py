from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regulars.api.tests.client import Api, problem
from regulars.workspaces.models import Member, Role
from regulars.workspaces.permissions import BUILT_IN, THINGS
from tests.cast import Cast

DESK = {"name": "Night desk", "permissions": ["conversations:read", "messages:send"]}


@pytest.fixture
def api(as_role: Callable[[str], Api]) -> Api:
    return as_role("admin")


def make(api: Api, **more: object) -> dict[str, Any]:
    response = api.post("/roles", {**DESK, **more})
    assert response.status_code == 201
    made: dict[str, Any] = response.json()
    return made


def test_the_built_in_roles_are_rows(as_role: Callable[[str], Api]):
    items = as_role("lead").get("/roles").json()["items"]
    assert [each["key"] for each in items] == list(BUILT_IN)
    admin = items[1]
    assert admin["permissions"] == sorted(BUILT_IN["admin"].permissions)
    assert (admin["reach"], admin["members"]) == (dict.fromkeys(THINGS, "all"), 1)
    assert as_role("lead").get(f"/roles/{admin['id']}").json() == admin


def test_a_role_is_made_changed_and_removed(api: Api, cast: Cast):
    made = make(api, reach={"conversations": "teams"})
    assert (made["key"], made["permissions"]) == (None, sorted(DESK["permissions"]))
    assert made["reach"] == {**dict.fromkeys(THINGS, "own"), "conversations": "teams"}
    path = f"/roles/{made['id']}"
    changed = api.patch(path, {"permissions": ["conversations:read"], "reach": {"files": "all"}}).json()
    assert (changed["permissions"], changed["name"]) == (["conversations:read"], "Night desk")
    assert (changed["reach"]["files"], changed["reach"]["conversations"]) == ("all", "teams")
    member = f"/members/{cast.mate.id}"
    assert api.patch(member, {"role": made["id"]}).json()["role"] == made["id"]
    assert api.get(path).json()["members"] == 1
    assert problem(api.delete(path)) == (422, "invalid")
    assert problem(api.delete(f"{path}?to=boss")) == (422, "invalid")
    assert api.delete(f"{path}?to=agent").status_code == 204
    assert api.get(member).json()["role"] == "agent"
    assert problem(api.get(path)) == (404, "not-found")


def test_tokens_and_invitations_name_a_role_by_its_id(as_role: Callable[[str], Api], cast: Cast):
    api = as_role("admin")
    made = make(api)
    token = api.post("/tokens", {"name": "shop", "role": made["id"]}).json()
    assert (token["role"], token["permissions"]) == (made["id"], sorted(DESK["permissions"]))
    assert Api(token["token"]).get("/me").json()["role"] == made["id"]
    invited = api.post("/members/invitations", {"email": "n@lotus.example", "role": made["id"]}).json()
    assert invited["role"] == made["id"]


def test_what_may_not_be_is_refused(api: Api, as_role: Callable[[str], Api], cast: Cast):
    made = make(api)
    path = f"/roles/{made['id']}"
    owner = Role.objects.get(workspace=cast.workspace, key="owner")
    theirs = Role.objects.get(workspace=cast.stranger.workspace, key="agent")
    assert problem(api.post("/roles", DESK)) == (409, "conflict")
    assert problem(api.post("/roles", {**DESK, "name": "x", "permissions": ["moon:fly"]})) == (422, "invalid")
    assert problem(api.post("/roles", {**DESK, "name": "x", "reach": {"moons": "all"}})) == (422, "invalid")
    assert problem(api.post("/roles", {"name": "x", "permissions": ["workspace:manage"]})) == (
        403,
        "not-allowed",
    )
    assert problem(api.patch(path, {"reach": {"files": "far"}})) == (422, "invalid")
    assert problem(api.patch(path, {"permissions": ["workspace:manage"]})) == (403, "not-allowed")
    assert problem(api.patch(f"/roles/{owner.id}", {"name": "Boss"})) == (409, "conflict")
    assert problem(api.get(f"/roles/{theirs.id}")) == (404, "not-found")
    assert problem(as_role("lead").patch(path, {"name": "Mine"})) == (403, "not-allowed")
    assert problem(as_role("agent").get("/roles")) == (403, "not-allowed")
    assert Member.objects.filter(role_id=made["id"]).count() == 0


def test_a_change_can_be_meant_for_the_version_that_was_read(api: Api):
    made = make(api)
    path, tag = f"/roles/{made['id']}", f'"{made["version"]}"'
    assert api.get(path)["ETag"] == tag
    changed = api.patch(path, {"name": "Late desk"}, if_match=tag)
    assert (changed.status_code, changed["ETag"] == tag) == (200, False)
    late = api.patch(path, {"permissions": []}, if_match=tag)
    assert (problem(late), late.json()["version"]) == (
        (412, "changed-meanwhile"),
        changed.json()["version"],
    )
    assert api.get(path).json()["name"] == "Late desk"
    either = f"{tag}, {changed['ETag']}"
    for good in ("*", either, f" {changed['ETag']} "):
        assert api.patch(path, {}, if_match=good).status_code == 200
    for bad in ("loose", '"a" "b"', 'W/"a"', '"a', '"a", '):
        assert problem(api.patch(path, {}, if_match=bad)) == (422, "invalid")
    assert problem(api.delete(path, if_match=tag)) == (412, "changed-meanwhile")
    assert api.delete(path, if_match=changed["ETag"]).status_code == 204
