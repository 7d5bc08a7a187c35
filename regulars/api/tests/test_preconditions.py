"""``ETag`` and ``If-Match`` on whatever people edit: of two who change it at once, the later one is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from regulars.api.preconditions import takes_versions
from regulars.api.routes import BY_PATH, ROUTES
from regulars.api.tests.client import Api, problem
from regulars.cases.operations.arranging import create_category
from regulars.cases.operations.opening import NewCase, open_case
from regulars.tags.operations import create_tag
from tests.cast import ALICE, BORIS, Cast

HOURS = {"episode_hours": 12}


def paths_of(cast: Cast) -> dict[str, tuple[str, dict[str, Any]]]:
    tag = create_tag(cast.workspace.id, "vip", by=cast.actor())
    conversation = cast.hears(ALICE, "hello")
    category = create_category(cast.workspace.id, "Repair", by=cast.actor())
    case = open_case(NewCase(category=category), by=cast.actor())
    return {
        "/contacts/{contact_id}": (f"/contacts/{cast.alice.id}", {"about": "Comes on Fridays"}),
        "/conversations/{conversation_id}": (f"/conversations/{conversation.id}", {"priority": "high"}),
        "/members/{member_id}": (f"/members/{cast.mate.id}", {"role": "lead"}),
        "/tags/{tag_id}": (f"/tags/{tag.id}", {"color": "red"}),
        "/teams/{team_id}": (f"/teams/{cast.team.id}", {"name": "Night"}),
        "/business-hours": ("/business-hours", HOURS),
        "/cases/{case_id}": (f"/cases/{case.id}", {"priority": "high"}),
        "/case-categories/{category_id}": (f"/case-categories/{category.id}", {"color": "red"}),
        "/case-settings": ("/case-settings", {"reopen_hours": 12}),
    }


ELSEWHERE = {"/roles/{role_id}", "/mail/server"}
"""roles have a version of their own (``test_roles``); the server is put, not patched (``test_mail``)"""


def test_everything_that_is_edited_has_a_version():
    edited = {route.path for route in ROUTES if takes_versions(route, BY_PATH[route.path])}
    assert edited == {
        *ELSEWHERE,
        *("/contacts/{contact_id}", "/conversations/{conversation_id}", "/members/{member_id}"),
        *("/tags/{tag_id}", "/teams/{team_id}", "/business-hours"),
        *("/cases/{case_id}", "/case-categories/{category_id}", "/case-settings"),
    }


@pytest.mark.parametrize(
    "route", [path for path in BY_PATH if "PATCH" in BY_PATH[path] if path not in ELSEWHERE]
)
def test_a_change_to_what_was_changed_meanwhile_is_refused(api: Api, cast: Cast, route: str):
    path, change = paths_of(cast)[route]
    read = api.get(path)
    changed = api.patch(path, change, if_match=read["ETag"])
    assert (changed.status_code, changed["ETag"] == read["ETag"]) == (200, False)
    assert api.get(path)["ETag"] == changed["ETag"]
    assert problem(api.patch(path, change, if_match=read["ETag"])) == (412, "changed-meanwhile")
    assert api.patch(path, change, if_match=f"{read['ETag']}, {changed['ETag']}").status_code == 200
    assert api.patch(path, change).status_code == 200
    assert problem(api.patch(path, change, if_match="loose")) == (422, "invalid")


def test_what_moves_by_itself_makes_no_other_version(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}"
    before = api.get(path)["ETag"]
    cast.hears(ALICE, "anybody there?")
    assert api.get(path)["ETag"] == before


def test_whoever_removes_what_was_changed_meanwhile_is_told(
    api: Api, as_role: Callable[[str], Api], cast: Cast
):
    cast.hears(BORIS, "hello")
    path = f"/contacts/{cast.boris.id}"
    read = api.get(path)["ETag"]
    as_role("agent").patch(path, {"about": "Moves next week"})
    assert problem(api.delete(path, if_match=read)) == (412, "changed-meanwhile")
    assert api.get(path).json()["about"] == "Moves next week"
    assert api.delete(path, if_match=api.get(path)["ETag"]).status_code == 204
    assert problem(api.delete(path, if_match=read)) == (404, "not-found")
