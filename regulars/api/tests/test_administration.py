"""Ledger, inboxes, tokens and message templates over REST."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from regulars.api.resources import message_templates
from regulars.api.tests.client import Api, problem
from regulars.channels.record import Templates
from regulars.channels.register import channel_of
from regulars.channels.whatsapp.graph import GraphError
from regulars.inboxes.models import Connection, Delivery
from regulars.inboxes.ports import Deferred, ProviderError
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.operations import replace_templates
from regulars.workspaces.models import ApiToken, AuditEntry
from tests.cast import ALICE, BORIS, FIRST_NUMBER, SECOND_NUMBER, Cast

EMPTY_IN = {"received": 0, "stored": 0, "duplicate": 0, "rejected": {}, "pending": 0, "adds_up": True}
EMPTY_OUT = {"intended": 0, "accepted": 0, "refused": {}, "unknown": 0, "pending": 0, "adds_up": True}


def test_the_ledger_adds_up(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", provider_id="wamid.1")
    cast.hears(ALICE, "hello", provider_id="wamid.1")
    cast.hears(BORIS, "hello", inbox=cast.second_inbox)
    api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "hi"})
    Delivery.objects.create(connection=cast.connection, body=b"{}", update_counts={FIRST_NUMBER: 2})
    body = api.get("/ledger").json()
    inboxes = {each["address"]: each for each in body.pop("inboxes")}
    assert body == {
        "inbound": {**EMPTY_IN, "received": 3, "stored": 2, "duplicate": 1, "pending": 2, "adds_up": False},
        "outbound": {**EMPTY_OUT, "intended": 1, "pending": 1},
        "deliveries": {"received": 3, "refused": 0},
        "adds_up": False,
    }
    assert set(inboxes) == {FIRST_NUMBER, SECOND_NUMBER}
    assert inboxes[SECOND_NUMBER] == {
        "inbox": str(cast.second_inbox.id),
        "name": "Support",
        "connection": str(cast.connection.id),
        "address": SECOND_NUMBER,
        "inbound": {**EMPTY_IN, "received": 1, "stored": 1},
        "outbound": EMPTY_OUT,
        "deliveries": {"received": 1, "refused": 0},
        "adds_up": True,
    }


def test_the_ledger_knows_nothing_of_strangers(api: Api, cast: Cast):
    cast.stranger.hears(ALICE, "hello")
    body = api.get("/ledger").json()
    assert (body["inbound"], body["adds_up"]) == (EMPTY_IN, True)
    assert [each["address"] for each in body["inboxes"]] == [FIRST_NUMBER, SECOND_NUMBER]


def test_inboxes_are_listed_and_read(api: Api, cast: Cast):
    cast.second_inbox.teams.add(cast.team)
    page = api.get("/inboxes").json()
    assert [item["name"] for item in page["items"]] == ["Support", "Shop"]
    body = api.get(f"/inboxes/{cast.second_inbox.id}").json()
    assert body == page["items"][0]
    del body["created_at"]
    assert body == {
        "id": str(cast.second_inbox.id),
        "name": "Support",
        "channel": "whatsapp",
        "connection": {"id": str(cast.connection.id), "name": "Lotus Shop"},
        "address": SECOND_NUMBER,
        "display_address": "+1 202-555-0198",
        "teams": [{"id": str(cast.team.id), "name": "Care"}],
        "messages_per_second": 80,
        "quality": None,
        "paused_reason": None,
        "problem": None,
    }


def test_an_agents_token_sees_the_inboxes_that_everybody_staffs(cast: Cast):
    cast.second_inbox.teams.add(cast.team)
    agent = Api(cast.token("agent"))
    assert [item["name"] for item in agent.get("/inboxes").json()["items"]] == ["Shop"]
    assert problem(agent.get(f"/inboxes/{cast.second_inbox.id}")) == (404, "not-found")
    assert problem(agent.get(f"/inboxes/{cast.stranger.inbox.id}")) == (404, "not-found")


def test_a_page_of_inboxes_with_teams_costs_what_one_costs(
    api: Api, cast: Cast, django_assert_max_num_queries
):
    cast.inbox.teams.add(cast.team)
    cast.second_inbox.teams.add(cast.team)
    api.get("/me")
    with django_assert_max_num_queries(3):
        assert len(api.get("/inboxes").json()["items"]) == 2


# --- tokens ----------------------------------------------------------------------------------------


def test_a_token_is_made_used_and_revoked(api: Api, cast: Cast):
    made = api.post("/tokens", {"name": "shop script", "role": "agent", "scopes": ["contacts:read"]})
    body = made.json()
    assert (made.status_code, body["permissions"], body["last_used_at"]) == (201, ["contacts:read"], None)
    script = Api(body["token"])
    assert script.get("/contacts").status_code == 200
    listed = next(item for item in api.get("/tokens").json()["items"] if item["id"] == body["id"])
    assert ("token" in listed, listed["last_used_at"] is not None) == (False, True)
    assert api.delete(f"/tokens/{body['id']}").status_code == 204
    assert api.delete(f"/tokens/{body['id']}").status_code == 204
    assert problem(script.get("/contacts")) == (401, "unauthorized")
    verbs = AuditEntry.objects.filter(workspace=cast.workspace, object_id=body["id"]).order_by("id")
    assert [entry.verb for entry in verbs] == ["tokens:create", "tokens:revoke"]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"name": "x", "role": "owner"}, (403, "not-allowed")),
        ({"name": "x", "role": "king"}, (422, "invalid")),
        ({"name": "x", "role": "agent", "scopes": ["world:rule"]}, (422, "invalid")),
        ({"role": "agent"}, (422, "invalid")),
    ],
)
def test_a_token_makes_none_above_itself(api: Api, body: dict[str, object], answer: tuple[int, str]):
    before = ApiToken.objects.count()
    assert problem(api.post("/tokens", body)) == answer
    assert ApiToken.objects.count() == before


def test_a_narrowed_token_makes_none_beyond_its_scopes(cast: Cast):
    narrow = Api(cast.token("owner", scopes=["tokens:manage", "contacts:read"]))
    assert problem(narrow.post("/tokens", {"name": "x", "role": "agent"})) == (403, "not-allowed")
    made = narrow.post("/tokens", {"name": "x", "role": "agent", "scopes": ["contacts:read"]})
    assert made.status_code == 201


def test_tokens_of_strangers_do_not_exist(api: Api, cast: Cast):
    cast.stranger.token("owner")
    theirs = ApiToken.objects.get(workspace=cast.stranger.workspace)
    assert problem(api.delete(f"/tokens/{theirs.id}")) == (404, "not-found")
    assert str(theirs.id) not in {item["id"] for item in api.get("/tokens").json()["items"]}
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


# --- message templates -----------------------------------------------------------------------------

LISTED = {
    "id": "501",
    "name": "order_ready",
    "language": "en",
    "category": "UTILITY",
    "status": "APPROVED",
    "components": [
        {"type": "BODY", "text": "Hello {{1}}", "example": {"body_text": [["Ann"]]}},
        {"type": "FOOTER", "text": "Bye"},
    ],
}


def test_templates_are_listed_with_what_to_fill_in(api: Api, cast: Cast):
    replace_templates(cast.connection, [LISTED, {**LISTED, "id": "502", "name": "sale", "status": "PAUSED"}])
    (body,) = api.get("/message-templates", status="APPROVED").json()["items"]
    del body["id"], body["synced_at"]
    assert body == {
        "connection": {"id": str(cast.connection.id), "name": "Lotus Shop"},
        "name": "order_ready",
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "quality": None,
        "reason": None,
        "is_sendable": True,
        "is_gone": False,
        "header_kind": None,
        "header": None,
        "body": "Hello {{1}}",
        "footer": "Bye",
        "buttons": [],
        "variables": [{"key": "body.1", "kind": "text", "sample": "Ann", "is_optional": False}],
    }
    assert [item["name"] for item in api.get("/message-templates", name="sale").json()["items"]] == ["sale"]


def test_templates_of_strangers_do_not_exist(api: Api, cast: Cast):
    replace_templates(cast.stranger.connection, [LISTED])
    assert api.get("/message-templates").json()["items"] == []
    refused = api.post("/message-templates/sync", {"connection": str(cast.stranger.connection.id)})
    assert problem(refused) == (404, "not-found")


def answer_with(monkeypatch: pytest.MonkeyPatch, sync: Callable[[Connection], bool]) -> None:
    """Whatever is asked of the platform about templates, this is the answer."""
    channel = replace(channel_of("whatsapp"), templates=Templates(sync, lambda _: None, lambda: None))
    monkeypatch.setattr(message_templates, "channel_of", lambda _kind: channel)


def test_a_list_is_fetched_anew_once_per_key(api: Api, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []

    def answer(connection_row: Connection) -> bool:
        asked.append(connection_row.account_id)
        replace_templates(connection_row, [LISTED])
        return True

    answer_with(monkeypatch, answer)
    first = api.post("/message-templates/sync", {}, key="k-1")
    assert (first.status_code, first.json()) == (200, {"connections": 1, "templates": 1})
    second = api.post("/message-templates/sync", {}, key="k-1")
    assert (second.json(), second["Idempotency-Replayed"]) == (first.json(), "true")
    assert asked == [cast.connection.account_id]
    assert problem(api.post("/message-templates/sync", {"connection": "x"})) == (422, "invalid")


def test_a_silent_provider_is_502(api: Api, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    from datetime import timedelta

    error = ProviderError(code=-1, title="unreachable")

    def fail(_row: Connection) -> bool:
        raise GraphError(Deferred(error=error, wait=timedelta(seconds=1)), error)

    answer_with(monkeypatch, fail)
    assert problem(api.post("/message-templates/sync", {})) == (502, "provider-failed")
    answer_with(monkeypatch, lambda _row: False)
    assert problem(api.post("/message-templates/sync", {}, key="k-1")) == (502, "provider-failed")
    assert MessageTemplate.objects.count() == 0
