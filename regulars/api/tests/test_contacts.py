"""Contacts over REST: shapes, search, changes, refusals."""

from __future__ import annotations

from uuid import uuid4

import pytest

from regulars.api.tests.client import Api, problem
from regulars.contacts.models import Contact
from regulars.conversations.models import Conversation
from tests.cast import ALICE, BORIS, Cast


def test_a_contact_has_the_published_shape(api: Api, cast: Cast):
    body = api.get(f"/contacts/{cast.chai.id}").json()
    at = body["consent"]["marketing"].pop("at")
    created, updated = body.pop("created_at"), body.pop("updated_at")
    assert all(time.endswith("Z") for time in (at, created, updated))
    assert body == {
        "id": str(cast.chai.id),
        "name": "ชัย",
        "person": str(cast.chai.id),
        "identities": [{"channel": "whatsapp", "kind": "phone", "value": "+66810000103"}],
        "language": "th",
        "time_zone": "Asia/Bangkok",
        "tags": [],
        "tier": None,
        "stage": None,
        "score": None,
        "owner": None,
        "fields": {},
        "consent": {"marketing": {"state": "opted_out", "channel": "whatsapp", "source": "tests"}},
        "profile_name": "ชัย",
        "username": None,
        "country": "TH",
        "about": None,
        "unreachable_reason": None,
    }


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("", ["ชัย", "Борис", "Alice"]),
        ("alice", ["Alice"]),
        ("(202) 555-0101", ["Alice"]),
        ("081 000 0103", ["ชัย"]),
        ("vip", ["Борис"]),
        ("nobody", []),
    ],
)
def test_contacts_are_found(api: Api, cast: Cast, question: str, names: list[str]):
    api.patch(f"/contacts/{cast.boris.id}", {"tags": ["vip"]})
    page = api.get("/contacts", q=question).json()
    assert ([each["name"] for each in page["items"]], page["next_cursor"]) == (names, None)


def test_a_contact_is_made_with_what_is_known(api: Api, cast: Cast):
    made = api.post(
        "/contacts",
        {
            "identities": [{"kind": "phone", "value": "+82 (0)10-1234-5678"}],
            "name": "김민지",
            "tags": ["new"],
            "owner": str(cast.agent.id),
            "fields": {"size": "M"},
        },
    )
    body = made.json()
    assert made.status_code == 201
    assert (body["name"], body["language"], body["owner"]) == (
        "김민지",
        "ko",
        {"id": str(cast.agent.id), "name": "Ann Agent"},
    )
    assert body["identities"] == [{"channel": "whatsapp", "kind": "phone", "value": "+821012345678"}]
    assert api.get(f"/contacts/{body['id']}").json() == body


def test_whoever_has_the_number_already_is_named(api: Api, cast: Cast):
    refused = api.post("/contacts", {"identities": [{"kind": "phone", "value": ALICE}], "name": "Another"})
    assert problem(refused) == (409, "contact-exists")
    assert refused.json()["contact"] == str(cast.alice.id)
    assert Contact.objects.get(id=cast.alice.id).name == ""


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"identities": []}, "identities"),
        ({"name": "x"}, "identities"),
        ({"identities": [{"kind": "phone", "value": "12345"}]}, "identities[0].value"),
        ({"identities": [{"kind": "phone", "value": "+1 2"}]}, "identities[0].value"),
        ({"identities": [{"kind": "bsuid", "value": "nonsense"}]}, "identities[0].value"),
        ({"identities": [{"kind": "fax", "value": "+12025550188"}]}, "identities[0].kind"),
        ({"identities": [{"kind": "phone", "value": "+12025550188"}], "nmae": "x"}, "nmae"),
        ({"identities": [{"kind": "phone", "value": "+12025550188"}], "language": "klingonese"}, "language"),
        ({"identities": [{"kind": "phone", "value": "+12025550188"}], "time_zone": "Mars/Base"}, "time_zone"),
        ({"identities": [{"kind": "phone", "value": "+12025550188"}], "owner": "x"}, "owner"),
        ({"identities": [{"kind": "phone", "value": "+12025550188"}], "name": "a\x00b"}, "name"),
        ([], "body"),
    ],
)
def test_a_wrong_contact_is_refused_by_field(api: Api, cast: Cast, body: object, field: str):
    before = Contact.objects.count()
    refused = api.post("/contacts", body)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]
    assert Contact.objects.count() == before


def test_what_is_left_out_of_a_patch_stays(api: Api, cast: Cast):
    api.patch(f"/contacts/{cast.alice.id}", {"name": "Alice Adams", "tier": "A", "about": "likes tea"})
    body = api.patch(f"/contacts/{cast.alice.id}", {"tier": None, "owner": str(cast.lead.id)}).json()
    assert (body["name"], body["tier"], body["about"]) == ("Alice Adams", None, "likes tea")
    assert body["owner"] == {"id": str(cast.lead.id), "name": "Leo Lead"}


def test_a_member_of_another_workspace_owns_nothing_here(api: Api, cast: Cast):
    refused = api.patch(f"/contacts/{cast.alice.id}", {"owner": str(cast.stranger.owner.id)})
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == ["owner"]


def test_a_deleted_contact_is_gone(api: Api, cast: Cast):
    assert api.delete(f"/contacts/{cast.alice.id}").status_code == 204
    assert problem(api.get(f"/contacts/{cast.alice.id}")) == (404, "not-found")


def test_strangers_do_not_exist(api: Api, cast: Cast):
    theirs = cast.stranger.contact("+12025550177", "Theirs")
    for response in (
        api.get(f"/contacts/{theirs.id}"),
        api.patch(f"/contacts/{theirs.id}", {"name": "x"}),
        api.delete(f"/contacts/{theirs.id}"),
        api.get(f"/contacts/{uuid4()}"),
        api.get("/contacts/none-such"),
    ):
        assert problem(response) == (404, "not-found")
    assert api.get("/contacts", q="Theirs").json()["items"] == []
    assert Contact.objects.filter(id=theirs.id, name="").exists()


def test_agents_find_and_change_the_people_of_their_conversations_only(cast: Cast):
    mine, theirs = cast.hears(ALICE, "hello"), cast.hears(BORIS, "hello")
    Conversation.objects.filter(id=theirs.id).update(assignee=cast.mate)
    agent = Api(cast.token("agent"))
    assert [each["name"] for each in agent.get("/contacts").json()["items"]] == ["Alice"]
    assert agent.get("/contacts", q="Борис").json()["items"] == []
    assert agent.patch(f"/contacts/{mine.contact_id}", {"tags": ["vip"]}).status_code == 200
    for hidden in (theirs.contact_id, cast.chai.id):
        assert problem(agent.get(f"/contacts/{hidden}")) == (404, "not-found")
        assert problem(agent.patch(f"/contacts/{hidden}", {"name": "x"})) == (404, "not-found")
    refused = agent.post("/contacts", {"identities": [{"kind": "phone", "value": BORIS}]})
    assert problem(refused) == (409, "contact-exists")
    assert "contact" not in refused.json()


def nested(levels: int) -> list[object]:
    return [nested(levels - 1)] if levels else []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"fields": {"a": 2**64}}, "fields.a"),
        ({"fields": {"a": "x" * 64_000}}, "fields"),
        ({"fields": {"a": nested(100)}}, "body"),
        ({"fields": {"a": nested(2)}}, "fields[...][0]"),
        ({"tags": [f"tag {number}" for number in range(101)]}, "tags"),
    ],
)
def test_what_is_kept_of_a_contact_has_bounds(api: Api, cast: Cast, body: dict[str, object], field: str):
    refused = api.patch(f"/contacts/{cast.alice.id}", body)
    assert problem(refused) == (422, "invalid")
    assert list(refused.json()["fields"]) == [field]
    kept = {
        "a": ["M", 2, None],
        "price": {"amount": "12.50", "currency": "EUR"},
        "b": 2**63 - 1,
        "c": "x" * 60_000,
    }
    assert api.patch(f"/contacts/{cast.alice.id}", {"fields": kept}).json()["fields"] == kept
