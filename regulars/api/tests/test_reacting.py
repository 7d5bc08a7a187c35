"""Reactions and quotes over REST: they name messages of ours, of the same conversation."""

from __future__ import annotations

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Message, OutgoingMessage
from regulars.conversations.operations.sending import outgoing_of
from regulars.inboxes.ports import OutgoingReaction
from tests.cast import ALICE, CHAI, Cast


def test_a_reaction_and_a_quote_name_our_ids(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", provider_id="wamid.hello")
    target = str(conversation.last_message_id)
    path = f"/conversations/{conversation.id}/messages"
    reaction = api.post(path, {"kind": "reaction", "message_id": target, "emoji": "👍"}).json()
    assert (reaction["kind"], reaction["text"], reaction["changes"]) == ("reaction", "👍", target)
    assert outgoing_of(Message.objects.get(id=reaction["id"])) == OutgoingReaction(
        target_provider_id="wamid.hello", emoji="👍"
    )
    assert api.post(path, {"kind": "text", "text": "yes", "reply_to": target}).json()["reply_to"] == target


def test_a_reaction_that_never_was_is_not_taken_back(api: Api, cast: Cast):
    conversation = cast.hears(ALICE, "hello", provider_id="wamid.hello")
    path = f"/conversations/{conversation.id}/messages"
    back = {"kind": "reaction", "message_id": str(conversation.last_message_id), "emoji": ""}
    refused = api.post(path, back)
    assert (*problem(refused), refused.json()["detail"]) == (
        409,
        "no-reaction",
        "We have not reacted to this message",
    )
    assert not OutgoingMessage.objects.exists()
    assert [api.post(path, back | {"emoji": emoji}).status_code for emoji in ("👍", "")] == [201, 201]


def test_only_messages_of_the_thread_can_be_quoted(api: Api, cast: Cast):
    conversation, other = cast.hears(ALICE, "hello", provider_id="wamid.hello"), cast.hears(CHAI, "other")
    path = f"/conversations/{conversation.id}/messages"
    for body in (
        {"kind": "text", "text": "yes", "reply_to": str(other.last_message_id)},
        {"kind": "reaction", "message_id": "nothing", "emoji": "👍"},
    ):
        assert problem(api.post(path, body)) == (422, "invalid")
    queued = api.post(path, {"kind": "text", "text": "first"}).json()
    refused = api.post(path, {"kind": "text", "text": "yes", "reply_to": queued["id"]})
    assert problem(refused) == (409, "conflict")
