"""History over REST: what was so when, by whom and why; narrowed by fact and moment, page by page."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation
from tests.cast import ALICE, Cast


@pytest.fixture
def path(api: Api, cast: Cast) -> str:
    """Of a conversation that went from hand to hand."""
    conversation = cast.hears(ALICE, "hello")
    for body in (
        {"assignee": str(cast.agent.id)},
        {"assignee": None, "team": str(cast.team.id)},
        {"status": "resolved"},
        {"status": "open"},
    ):
        assert api.patch(f"/conversations/{conversation.id}", body).status_code == 200
    return f"/conversations/{conversation.id}/history"


def test_a_conversation_says_who_had_it_when(api: Api, cast: Cast, path: str):
    items = api.get(path).json()["items"]
    assert [item["from"] for item in items] == sorted((item["from"] for item in items), reverse=True)
    assert {item["fact"] for item in items if item["until"] is None} == {"status", "assignee", "team"}
    assignees = [item for item in reversed(items) if item["fact"] == "assignee"]
    assert [(item["value"], item["name"], item["why"]) for item in assignees] == [
        (None, None, "started"),
        (str(cast.agent.id), "Ann Agent", "assigned"),
        (None, None, "unassigned"),
    ]
    assert [item["until"] for item in assignees] == [*(item["from"] for item in assignees[1:]), None]
    assert {item["by"]["kind"] for item in assignees} == {"system", "api"}
    assert {item["since_unknown"] for item in items} == {False}


def test_it_is_narrowed_by_fact_and_moment(api: Api, cast: Cast, path: str):
    statuses = api.get(path, fact="status").json()["items"]
    assert [item["value"] for item in statuses] == ["open", "resolved", "open"]
    then = api.get(path, at=statuses[1]["from"]).json()["items"]
    assert {item["fact"]: item["value"] for item in then} == {
        "status": "resolved",
        "assignee": None,
        "team": str(cast.team.id),
    }
    assert api.get(path, at="2020-01-01T00:00:00Z").json()["items"] == []


def test_pages_hold_every_row_once(api: Api, path: str):
    found: list[Any] = []
    page = api.get(path, limit=1).json()
    while page["next_cursor"]:
        found += page["items"]
        page = api.get(path, limit=1, cursor=page["next_cursor"]).json()
    assert found + page["items"] == api.get(path).json()["items"]


def test_a_contact_says_what_they_allowed(api: Api, cast: Cast):
    cast.opt(cast.boris, "opted_out")
    newest, oldest = api.get(f"/contacts/{cast.boris.id}/history").json()["items"]
    assert (newest["fact"], newest["value"], newest["until"]) == (
        "consent.marketing.whatsapp",
        "opted_out",
        None,
    )
    assert (oldest["value"], oldest["until"]) == ("opted_in", newest["from"])
    assert oldest["by"] == {"kind": "contact", "id": str(cast.boris.id), "name": ""}


def test_what_is_wrong_is_named(api: Api, path: str):
    wrong: dict[str, object] = {"at": "yesterday", "limit": 0, "cursor": "WyJhIiwxXQ", "who": 1}
    for field, value in wrong.items():
        refused = api.get(path, **{field: value})
        assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])


def test_nobody_sees_the_history_of_what_they_do_not_see(api: Api, cast: Cast):
    theirs = cast.stranger.hears(ALICE, "hello")
    assert problem(api.get(f"/conversations/{theirs.id}/history"))[0] == 404
    assert problem(api.get(f"/contacts/{theirs.contact_id}/history"))[0] == 404
    narrow = Api(cast.token("agent", scopes=["members:read"]))
    own = Conversation.objects.create(workspace=cast.workspace, inbox=cast.inbox, contact=cast.alice)
    assert problem(narrow.get(f"/conversations/{own.id}/history"))[0] == 403


def test_a_page_costs_the_same_for_few_and_many(api: Api, path: str):
    def queries(limit: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            api.get(path, limit=limit)
        return len(captured)

    queries(1)
    assert queries(1) == queries(8)
