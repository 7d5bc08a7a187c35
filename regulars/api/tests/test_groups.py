"""Groups over REST: no contact, the group, and each message's own author."""

from __future__ import annotations

import pytest

from regulars.api.tests.client import Api, problem
from regulars.contacts.models import Group
from regulars.conversations.models import Conversation, Message
from tests.cast import ALICE, BORIS, Cast

G = "Y2FwaV9ncm91cDpib29rcw=="


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    cast.hears(ALICE, "Does Thursday suit everybody?", group=G)
    return cast.hears(BORIS, "Yes", group=G)


@pytest.mark.parametrize("subject", ["", "Book club"])
def test_a_group_stands_in_place_of_the_contact(
    api: Api, cast: Cast, conversation: Conversation, subject: str
):
    Group.objects.update(subject=subject)
    body = api.get(f"/conversations/{conversation.id}").json()
    assert body["contact"] is None
    assert body["group"] == {
        "id": str(conversation.group_id),
        "subject": subject or None,
        "address": G,
        "allows_automation": False,
    }
    assert body["last_message"]["author"] == {"kind": "contact", "id": str(cast.boris.id), "name": "Борис"}


def test_messages_name_who_wrote_them(api: Api, cast: Cast, conversation: Conversation):
    api.post(f"/conversations/{conversation.id}/messages", {"kind": "text", "text": "Thursday it is"})
    items = api.get(f"/conversations/{conversation.id}/messages").json()["items"]
    authors = [(each["author"]["kind"], each["author"]["id"]) for each in items]
    assert authors == [("contact", str(cast.alice.id)), ("contact", str(cast.boris.id)), ("api", None)]
    assert Message.objects.get(direction="out").contact_id is None


def test_a_writers_conversations_are_their_own(api: Api, cast: Cast, conversation: Conversation):
    private = cast.hears(ALICE, "only to you")
    found = api.get("/conversations", contact=cast.alice.id).json()["items"]
    assert [each["id"] for each in found] == [str(private.id)]


def test_groups_are_found_by_subject(api: Api, conversation: Conversation):
    Group.objects.update(subject="Thursday book club")
    assert [each["id"] for each in api.get("/conversations", q="book").json()["items"]] == [
        str(conversation.id)
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "reaction"},
        {"kind": "location", "location": {"latitude": 1, "longitude": 2}},
    ],
)
def test_what_groups_do_not_take_is_refused(api: Api, conversation: Conversation, body: dict[str, object]):
    if body["kind"] == "reaction":
        target = Message.objects.filter(conversation=conversation).first()
        assert target
        body = {"kind": "reaction", "message_id": str(target.id), "emoji": "👍"}
    response = api.post(f"/conversations/{conversation.id}/messages", body)
    assert problem(response) == (409, "not-for-groups")


def test_removing_a_member_keeps_the_others_words(api: Api, cast: Cast, conversation: Conversation):
    assert api.delete(f"/contacts/{cast.alice.id}").status_code == 204
    items = api.get(f"/conversations/{conversation.id}/messages").json()["items"]
    assert [each["text"] for each in items] == ["Yes"]
