"""Quick replies over REST: kept, filled in, counted when sent, imported and exported."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.api.tests.client import Api
from tests.cast import ALICE, Cast

TEXTS: list[dict[str, Any]] = [
    {"language": "en", "text": "Hello {{first_name|there}}, {{product}} costs {{price}}."},
    {"language": "ko", "text": "안녕하세요 {{name|고객}}님", "buttons": ["네", "아니요"]},
]


def _made(api: Api, shortcut: str = "hello", **more: Any) -> dict[str, Any]:
    answer = api.post("/quick-replies", {"shortcut": shortcut, "name": "Greeting", "texts": TEXTS, **more})
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


def test_one_is_made_changed_found_and_removed(api: Api):
    made = _made(api, "/Hello", folder="Greetings")
    assert (made["shortcut"], made["folder"], made["audience"], made["uses"]) == (
        "Hello",
        "Greetings",
        "all",
        0,
    )
    assert made["texts"][1] == {**TEXTS[1], "link_label": "", "link_url": ""}
    path = f"/quick-replies/{made['id']}"
    assert api.get(path)["ETag"] == f'"{made["version"]}"'
    changed = api.patch(path, {"name": "Welcome"}, if_match='"1"')
    assert (changed.status_code, changed.json()["name"], changed["ETag"]) == (200, "Welcome", '"2"')
    assert api.patch(path, {"name": "Late"}, if_match='"1"').status_code == 412
    assert [each["id"] for each in api.get("/quick-replies", q="고객").json()["items"]] == [made["id"]]
    assert api.get("/quick-replies", language="ru").json()["items"] == []
    taken = api.post("/quick-replies", {"shortcut": "HELLO", "name": "a", "texts": TEXTS})
    assert (taken.status_code, list(taken.json()["fields"])) == (409, ["shortcut"])
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"shortcut": "a b"}, "shortcut"),
        ({"texts": []}, "texts"),
        ({"texts": [{"language": "en", "text": "{{nmae}}"}]}, "texts.0.text"),
        ({"teams": ["x"]}, "teams.0"),
        ({"files": ["x"]}, "files.0"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(api: Api, wrong: dict[str, Any], field: str):
    refused = api.post("/quick-replies", {"shortcut": "hello", "name": "a", "texts": TEXTS, **wrong})
    assert (refused.status_code, list(refused.json()["fields"])) == (422, [field])


def test_it_is_filled_in_for_a_conversation(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", name="Alice Doe")
    made = _made(api)
    api.patch(f"/contacts/{conversation.contact_id}", {"language": "th", "fields": {"product": "Tea"}})
    told = api.post(f"/quick-replies/{made['id']}/preview", {"conversation": str(conversation.id)}).json()
    assert (told["text"], told["gaps"]) == ("Hello Alice, Tea costs {{price}}.", ["price"])
    assert (told["language"], told["is_theirs"], told["advice"]) == ("en", False, [])
    in_korean = {"conversation": str(conversation.id), "language": "ko"}
    told = api.post(f"/quick-replies/{made['id']}/preview", in_korean).json()
    assert (told["text"], told["content"]["type"], told["is_theirs"]) == (
        "안녕하세요 Alice Doe님",
        "interactive",
        True,
    )


def test_it_counts_when_it_is_sent_and_is_archived_then(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello")
    made = _made(api)
    path = f"/quick-replies/{made['id']}"
    api.post(f"{path}/preview", {"conversation": str(conversation.id)})
    assert api.get(path).json()["uses"] == 0
    body = {"kind": "text", "text": "Hello there", "quick_reply": made["id"]}
    answers = [
        api.post(f"/conversations/{conversation.id}/messages", body, key="once") for _twice in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert (api.get(path).json()["uses"], api.get("/quick-replies", unused="true").json()["items"]) == (1, [])
    assert api.delete(path).status_code == 204
    assert api.get("/quick-replies").json()["items"] == []
    (archived,) = api.get("/quick-replies", archived="true").json()["items"]
    assert (archived["id"], archived["archived_at"] is None) == (made["id"], False)
    assert api.post(f"{path}/restore").json()["archived_at"] is None


def test_a_file_goes_out_and_comes_back(api: Api):
    _made(api, "hello")
    for written_as in ("csv", "json"):
        file = api.get("/quick-replies/export", format=written_as).json()
        told = api.post("/quick-replies/import", {**file, "dry_run": True}).json()
        assert [line["outcome"] for line in told["lines"]] == ["same"]
    written = "shortcut,name,text\nhello,Greeting,Hi\nnew,New,Hi\nbad word,Bad,Hi\n"
    order = {"content": written, "format": "csv"}
    planned = api.post("/quick-replies/import", {**order, "dry_run": True}).json()["lines"]
    assert [(line["line"], line["outcome"], line["fields"]) for line in planned] == [
        (2, "change", ["wordings"]),
        (3, "create", []),
        (4, "wrong", []),
    ]
    assert len(api.get("/quick-replies").json()["items"]) == 1
    assert api.post("/quick-replies/import", order).json()["lines"] == planned
    assert [each["shortcut"] for each in api.get("/quick-replies").json()["items"]] == ["hello", "new"]
    assert api.post("/quick-replies/import", {**order, "content": "a,b"}).status_code == 422
