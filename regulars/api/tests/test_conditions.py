"""Conditions over REST: which fields there are, lists that take one, and refusals that name the leaf."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from regulars.api.tests.client import Api, problem
from regulars.conversations.queries import asking
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from tests.cast import ALICE, Cast


def _asked(api: Api, path: str, condition: Any) -> list[str]:
    answer = api.get(path, conditions=json.dumps(condition))
    assert answer.status_code == 200, answer.content
    return sorted(each["id"] for each in answer.json()["items"])


def test_every_field_is_listed_with_what_it_takes(api: Api, cast: Cast) -> None:
    fields = {each["name"]: each for each in api.get("/condition-fields").json()["items"]}
    counted = fields["messages.in_count"]
    assert (counted["type"], counted["where"], counted["window"], counted["has_history"]) == (
        "number",
        True,
        True,
        True,
    )
    assert "is_empty" not in counted["operators"]
    assert [each["name"] for each in counted["where_fields"]] == [
        "kind",
        "inbox",
        "channel",
        "text",
        "author",
    ]
    assert [each["value"] for each in fields["consent.promotion"]["values"]] == ["opted_in", "opted_out"]
    assert {each["label"] for each in fields["conversation.inbox"]["values"]} == {"Shop", "Support"}
    assert fields["contact.fields.<key>"]["type"] == "any"
    assert fields["event.to_member_id"]["subjects"] == ["event"]
    about_contacts = {
        each["name"] for each in api.get("/condition-fields", subject="contact").json()["items"]
    }
    assert "contact.tier" in about_contacts
    assert "conversation.status" not in about_contacts
    assert problem(api.get("/condition-fields", subject="kettle")) == (422, "invalid")


def test_lists_take_a_condition(api: Api, cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    wrote = {"field": "messages.in_count", "window": {"last": "P90D"}, "op": ">=", "value": 1}
    opted_out = {"field": "consent.promotion", "op": "is", "value": "opted_out"}
    assert _asked(api, "/contacts", wrote) == [str(cast.alice.id)]
    assert _asked(api, "/contacts", {"any": [wrote, opted_out]}) == sorted(
        [str(cast.alice.id), str(cast.chai.id)]
    )
    assert _asked(api, "/contacts", {"none": [wrote, opted_out]}) == [str(cast.boris.id)]
    assert _asked(
        api, "/conversations", {"all": [wrote, {"field": "conversation.unread", "op": "is", "value": 1}]}
    ) == [str(conversation.id)]
    assert _asked(api, "/conversations", {"none": [wrote]}) == []


def test_a_list_by_condition_goes_on_from_page_to_page(api: Api, cast: Cast) -> None:
    everybody = json.dumps({"all": []})
    first = api.get("/contacts", conditions=everybody, limit=2).json()
    second = api.get("/contacts", conditions=everybody, limit=2, cursor=first["next_cursor"]).json()
    assert len({each["id"] for each in first["items"] + second["items"]}) == 3
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ("{", "conditions"),
        ('{"all":[{"field":"contact.score","op":"is","value":"x"}]}', "conditions.all[0].value"),
        ('{"any":[{"field":"conversation.status","op":"is","value":"open"}]}', "conditions.any[0].field"),
        (
            '{"field":"contact.owner","op":"is","value":"00000000-0000-0000-0000-000000000001"}',
            "conditions.value",
        ),
        ('{"field":"messages.in_count","op":">","value":1,"window":{"last":"x"}}', "conditions.window.last"),
        ('{"field":"contact.name","op":"is","value":"\\u0000"}', "conditions.value"),
    ],
)
def test_a_wrong_condition_is_refused_with_the_path_of_its_leaf(
    api: Api, cast: Cast, written: str, field: str
) -> None:
    refused = api.get("/contacts", conditions=written)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]


_ASKED = (
    {"field": "messages.in_count", "op": ">", "value": 0},
    {
        "none": [
            {
                "field": "said.count",
                "op": "is",
                "value": 0,
                "where": [{"field": "word", "op": "is", "value": "x"}],
            }
        ]
    },
    {"any": [{"field": "messages.last_in_days_ago", "op": "is_empty", "value": True}]},
)
"""what stands on all threads with a contact"""


@pytest.mark.parametrize("condition", _ASKED)
@pytest.mark.parametrize(
    ("role", "scopes", "path"),
    [
        ("agent", (), "/contacts"),
        ("lead", (), "/conversations"),
        ("owner", ("contacts:read",), "/contacts"),
        ("agent", ("conversations:read",), "/conversations"),
    ],
)
def test_nobody_learns_by_asking_what_was_said_where_they_do_not_look(
    cast: Cast, role: str, scopes: tuple[str, ...], path: str, condition: Any
) -> None:
    """A word at a time, the words of a thread on another number could be read."""
    cast.hears(ALICE, "xylophone")
    narrow = Api(cast.token(role, scopes=scopes))
    refused = narrow.get(path, conditions=json.dumps(condition))
    assert problem(refused) == (422, "invalid")
    (field,) = refused.json()["fields"]
    assert field.endswith("field")
    assert Api(cast.token("owner")).get(path, conditions=json.dumps(condition)).status_code == 200


@pytest.mark.parametrize("factor", [10**18, -(10**18), 1e-9])
def test_a_factor_may_be_as_large_as_a_number_may(api: Api, cast: Cast, factor: float) -> None:
    for number in range(10):
        cast.hears(ALICE, f"{number}")
    windows = {"window": {"last": "P1D"}, "compare": {"last": "P2D"}}
    more = {"field": "messages.in_count", **windows, "op": ">", "value": factor}
    assert len(_asked(api, "/contacts", more)) == (factor < 1)
    between = {"field": "messages.in_count", **windows, "op": "between", "value": sorted([0, factor])}
    assert str(cast.chai.id) in _asked(api, "/contacts", between)


def test_what_is_known_of_contacts_is_for_those_who_may_read_them(cast: Cast) -> None:
    cast.hears(ALICE, "hello")
    about = {"field": "contact.score", "op": ">", "value": 50}
    mine = {"field": "conversation.unread", "op": "is", "value": 1}
    narrow = Api(cast.token("owner", scopes=["conversations:read"]))
    assert problem(narrow.get("/conversations", conditions=json.dumps(about))) == (422, "invalid")
    assert len(_asked(narrow, "/conversations", mine)) == 1


def test_only_what_may_be_asked_is_listed(cast: Cast) -> None:
    listed = Api(cast.token("agent")).get("/condition-fields").json()["items"]
    names = {each["name"] for each in listed}
    assert "contact.tier" in names
    assert not {"said.count", "messages.in_count"} & names


def test_what_takes_too_long_is_given_up_and_everything_else_goes_on(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LONGEST_SECONDS", 0.05)
    with pytest.raises(Invalid) as refused, asking.in_time(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    assert list(refused.value.facts["fields"]) == ["conditions"]  # type: ignore[call-overload]
    with asking.in_time():
        pass
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


WROTE = {"field": "messages.in_count", "window": {"last": "P90D"}, "op": ">=", "value": 1}
IS_KOREAN = {"field": "contact.language", "op": "is", "value": "ko"}


def test_a_segment_is_counted_and_its_first_ten_are_shown(
    api: Api, as_role: Callable[[str], Api], cast: Cast
) -> None:
    cast.hears(ALICE, "hello")
    found = api.post("/segments/preview", {"conditions": {"none": [WROTE]}}).json()
    assert found["count"] == 2
    assert {each["id"] for each in found["contacts"]} == {str(cast.boris.id), str(cast.chai.id)}
    wrote = as_role("agent").post("/segments/preview", {"conditions": {"none": []}}).json()
    assert (wrote["count"], [each["id"] for each in wrote["contacts"]]) == (1, [str(cast.alice.id)])
    refused = api.post("/segments/preview", {"conditions": {"all": [WROTE, {"field": "contact.hat"}]}})
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == ["conditions.all[1].field"]


def test_why_a_condition_holds_is_told_leaf_by_leaf_also_of_the_past(api: Api, cast: Cast) -> None:
    conversation = cast.hears(ALICE, "hello")
    asked = {"all": [WROTE, {"any": [IS_KOREAN, {"field": "contact.tier", "op": "is_empty"}]}]}
    path = f"/contacts/{cast.alice.id}/explanation"
    told = api.get(path, conditions=json.dumps(asked)).json()
    assert told["holds"]
    first, either = told["conditions"]["all"]
    assert (first["saw"], first["holds"]) == (1, True)
    assert [(each["saw"], each["holds"]) for each in either["any"]] == [("en", False), (None, True)]
    assert told["sentence"].startswith("Messages from them, in the last 90 days: at least 1")
    yesterday = (clock.now() - timedelta(days=1)).isoformat()
    before = api.get(path, conditions=json.dumps(asked), as_of=yesterday).json()
    assert (before["holds"], before["conditions"]["all"][0]["saw"]) == (False, 0)
    is_open = {"field": "conversation.status", "op": "is", "value": "open"}
    of_thread = api.get(
        f"/conversations/{conversation.id}/explanation", conditions=json.dumps(is_open)
    ).json()
    assert (of_thread["holds"], of_thread["conditions"]["saw"]) == (True, "open")
    assert problem(api.get(path, conditions="{}"))[0] == 422
    assert problem(api.get(path))[0] == 422
    far = api.get(path, conditions=json.dumps(asked), as_of="9999-01-01T00:00:00Z")
    assert list(far.json()["fields"]) == ["as_of"]
