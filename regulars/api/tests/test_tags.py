"""Tags over REST: the table, and what is on contacts and conversations with who put it there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.api.tests.client import Api, problem
from regulars.kernel import clock
from tests.cast import ALICE, BORIS, Cast


def test_a_tag_is_made_changed_found_and_removed_with_its_uses(api: Api, cast: Cast):
    made = api.post("/tags", {"name": " VIP ", "color": "green"})
    assert made.status_code == 201
    tag = made.json()
    assert {name: tag[name] for name in ("name", "color", "description", "uses")} == {
        "name": "VIP",
        "color": "green",
        "description": "",
        "uses": 0,
    }
    assert api.post("/tags", {"name": "\uff36\uff29\uff30"}).json()["code"] == "conflict"
    changed = api.patch(f"/tags/{tag['id']}", {"name": "Vip", "color": "red", "description": "often"}).json()
    assert (changed["name"], changed["color"], changed["description"]) == ("Vip", "red", "often")
    api.patch(f"/contacts/{cast.alice.id}", {"tags": ["vip"]})
    (listed,) = api.get("/tags", q="vi").json()["items"]
    assert (listed["uses"], listed["contacts"], listed["conversations"]) == (1, 1, 0)
    assert api.delete(f"/tags/{tag['id']}").status_code == 204
    assert api.get(f"/tags/{tag['id']}").status_code == 404
    assert api.get(f"/contacts/{cast.alice.id}").json()["tags"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": ""}, "name"), ({"name": "x" * 65}, "name"), ({"name": "a", "color": "x"}, "color")],
)
def test_wrong_tags_name_what_is_wrong(api: Api, body: dict[str, str], field: str):
    refused = api.post("/tags", body)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])


def test_one_tag_goes_into_another(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    api.patch(f"/conversations/{conversation.id}", {"tags": ["late", "slow"]})
    late, slow = api.get("/tags").json()["items"]
    kept = api.post(f"/tags/{slow['id']}/merge", {"into": "LATE"}).json()
    assert (kept["id"], kept["uses"]) == (late["id"], 1)
    assert api.get(f"/conversations/{conversation.id}").json()["tags"] == ["late"]
    assert api.post(f"/tags/{late['id']}/merge", {"into": "nothing"}).status_code == 404


@pytest.mark.parametrize("kind", ["contacts", "conversations"])
def test_a_tagging_says_who_why_how_sure_and_until_when(api: Api, cast: Cast, kind: str):
    conversation = cast.hears(ALICE, "hello")
    path = f"/{kind}/{cast.alice.id if kind == 'contacts' else conversation.id}/taggings"
    until = (clock.now() + timedelta(days=3)).replace(microsecond=0)
    body = {
        "tag": "high intent",
        "by": {"kind": "model", "name": "intent 3"},
        "reason": "asked for the price twice",
        "confidence": 0.92,
        "expires_at": until.isoformat(),
    }
    put = api.post(path, body)
    assert put.status_code == 201
    tagging = put.json()
    assert (tagging["by"]["kind"], tagging["by"]["name"]) == ("model", "intent 3")
    assert (tagging["tag"], tagging["reason"], tagging["confidence"], tagging["until"]) == (
        "high intent",
        "asked for the price twice",
        0.92,
        None,
    )
    assert tagging["expires_at"] == until.isoformat().replace("+00:00", "Z")
    assert api.post(path, {"tag": "HIGH intent"}).json()["id"] == tagging["id"]
    api.post(path, {"tag": "other"})
    assert api.delete(f"{path}/High%20Intent").status_code == 204
    assert api.delete(f"{path}/{tagging['tag_id']}").status_code == 404
    ended = api.get(path).json()["items"][1]
    assert (ended["id"], ended["until"] is None, ended["ended_by"]["kind"]) == (tagging["id"], False, "sync")
    (there,) = api.get(path, ended="false").json()["items"]
    assert (there["tag"], there["by"]["kind"]) == ("other", "sync")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tag": " "}, "tag"),
        ({"tag": "x" * 65}, "tag"),
        ({"tag": "a", "confidence": 2}, "confidence"),
        ({"tag": "a", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"tag": "a", "reason": "x" * 501}, "reason"),
        ({"tag": "a", "by": {"kind": "member", "name": "Ann"}}, "by.kind"),
    ],
)
def test_wrong_taggings_name_what_is_wrong_and_leave_nothing(
    api: Api, cast: Cast, body: dict[str, object], field: str
):
    refused = api.post(f"/contacts/{cast.alice.id}/taggings", body)
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])
    assert api.get("/tags").json()["items"] == []


def test_a_list_is_narrowed_by_name_or_id(api: Api, cast: Cast):
    one, _other = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    api.patch(f"/conversations/{one.id}", {"tags": ["VIP"]})
    (tag,) = api.get("/tags").json()["items"]
    for order in ("newest", "longest_waiting"):
        for written in ("vip", "\uff36\uff29\uff30", tag["id"]):
            found = api.get("/conversations", tag=written, order=order).json()["items"]
            assert [(each["id"], each["tags"]) for each in found] == [(str(one.id), ["VIP"])]
    assert api.get("/conversations", tag="nothing").json()["items"] == []
    assert len(api.get("/conversations").json()["items"]) == 2


@pytest.mark.parametrize("path", ["/contacts", "/conversations", "/tags"])
def test_a_page_costs_the_same_for_one_and_three(api: Api, cast: Cast, path: str):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    first = cast.hears(ALICE, "hello")
    api.patch(f"/conversations/{first.id}", {"tags": ["a"]})
    api.patch(f"/contacts/{cast.alice.id}", {"tags": ["a"]})
    few = queries()
    for number, phone in enumerate((BORIS, "+12025550177")):
        more = cast.hears(phone, "hello")
        api.patch(f"/conversations/{more.id}", {"tags": ["a", f"b{number}"]})
        api.patch(f"/contacts/{more.contact_id}", {"tags": ["a", f"b{number}"]})
    assert queries() == few


def test_agents_read_tags_and_do_not_manage_them(as_role: Callable[[str], Api], api: Api):
    agent = as_role("agent")
    made = api.post("/tags", {"name": "vip"}).json()
    assert agent.get("/tags").status_code == 200
    for refused in (
        agent.post("/tags", {"name": "new"}),
        agent.patch(f"/tags/{made['id']}", {"name": "new"}),
        agent.delete(f"/tags/{made['id']}"),
        agent.post(f"/tags/{made['id']}/merge", {"into": "vip"}),
    ):
        assert (refused.status_code, refused.json()["permission"]) == (403, "tags:manage")


def test_a_workspace_has_only_so_many_tags(api: Api, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """Else whoever may tag could fill everybody's menus."""
    monkeypatch.setattr("regulars.tags.operations.MOST_OF_WORKSPACE", 2)
    path = f"/contacts/{cast.alice.id}"
    assert api.patch(path, {"tags": ["one", "two"]}).status_code == 200
    assert problem(api.patch(path, {"tags": ["two", "three"]})) == (422, "invalid")
    assert problem(api.post(f"{path}/taggings", {"tag": "three"})) == (422, "invalid")
    assert problem(api.post("/tags", {"name": "three"})) == (422, "invalid")
    assert api.post(f"/contacts/{cast.boris.id}/taggings", {"tag": "ONE"}).status_code == 201
