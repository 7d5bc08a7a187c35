"""Send later, and not over anybody, over REST."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from regulars.answering.holding import take_hold
from regulars.api.tests.client import Api
from regulars.conversations.models import Conversation, Message
from regulars.conversations.operations.composing import Composition, compose
from regulars.inboxes.channels import facts_of
from regulars.inboxes.ports import OutgoingText
from regulars.kernel import clock
from regulars.scheduling.operations import send_due
from tests.cast import ALICE, BORIS, Cast


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "Where is my parcel?")


def _at(hours: float) -> str:
    return (clock.now() + timedelta(hours=hours)).isoformat()


def _later(api: Api, conversation: Conversation, hours: float = 1, **more: Any) -> Any:
    body = {"kind": "text", "text": "At nine", "send_at": _at(hours), **more}
    return api.post(f"/conversations/{conversation.id}/messages", body)


def test_a_message_is_written_for_later_changed_and_leaves(api: Api, conversation: Conversation):
    made = _later(api, conversation, cancel_if_answered=True)
    message = made.json()
    assert (made.status_code, message["status"], message["text"]) == (201, "scheduled", "At nine")
    path = f"/scheduled-messages/{message['id']}"
    read = api.get(path)
    assert (read.json()["send_at"], read.json()["cancel_if_answered"]) == (message["send_at"], True)
    changed = api.patch(
        path,
        {"text": "At ten", "send_at": _at(2), "cancel_if_answered": False},
        if_match=read["ETag"],
    ).json()
    assert (changed["text"], changed["status"], changed["cancel_if_answered"]) == ("At ten", "waiting", False)
    stale = api.patch(path, {"text": "At eleven"}, if_match=read["ETag"])
    assert (stale.status_code, stale.json()["code"]) == (412, "changed-meanwhile")
    with clock.frozen_at(clock.now() + timedelta(hours=3)):
        assert send_due()
    left = api.get(f"/messages/{message['id']}").json()
    assert (left["status"], left["text"], left["send_at"]) == ("queued", "At ten", None)
    assert api.get(path).json()["status"] == "sent"
    refused = api.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_it_is_listed_narrowed_paged_and_canceled(api: Api, cast: Cast, conversation: Conversation):
    ids = [_later(api, conversation).json()["id"] for _ in range(3)]
    other = _later(api, cast.hears(BORIS, "Привет")).json()["id"]
    first = api.get("/scheduled-messages", limit=3).json()
    rest = api.get("/scheduled-messages", limit=3, cursor=first["next_cursor"]).json()
    assert [each["id"] for each in first["items"] + rest["items"]] == [other, *reversed(ids)]
    assert api.delete(f"/scheduled-messages/{ids[0]}").status_code == 204
    waiting = api.get("/scheduled-messages", status="waiting", conversation=str(conversation.id)).json()
    assert [each["id"] for each in waiting["items"]] == [ids[2], ids[1]]


def test_it_is_sent_at_once(api: Api, conversation: Conversation):
    message = _later(api, conversation).json()
    sent = api.post(f"/scheduled-messages/{message['id']}/send").json()
    assert (sent["id"], sent["status"]) == (message["id"], "queued")


@pytest.mark.parametrize(
    ("hours", "status", "code"),
    [(-1, 422, "invalid"), (9000, 422, "invalid"), (48, 409, "reply-window-closed")],
)
def test_a_time_at_which_it_may_not_leave_is_refused(
    api: Api, conversation: Conversation, hours: float, status: int, code: str
):
    refused = _later(api, conversation, hours)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_strangers_is_not_there(cast: Cast, api: Api, conversation: Conversation):
    path = f"/scheduled-messages/{_later(api, conversation).json()['id']}"
    stranger = Api(cast.stranger.token("admin"))
    answers = [
        stranger.get(path),
        stranger.patch(path, {}),
        stranger.delete(path),
        stranger.post(f"{path}/send"),
    ]
    assert [each.status_code for each in answers] == [404] * 4
    assert stranger.get("/scheduled-messages").json()["items"] == []


def test_whoever_says_what_they_know_of_does_not_answer_over_a_member(
    cast: Cast, api: Api, conversation: Conversation
):
    path = f"/conversations/{conversation.id}/messages"
    body = {"kind": "text", "text": "It left today"}
    asked = str(Message.objects.get(direction="in").id)
    take_hold(conversation.id, cast.agent.id)
    held = api.post(path, {**body, "last_answer": asked}).json()
    assert (held["code"], held["name"]) == ("being-answered", "Ann Agent")
    conversation.refresh_from_db()
    (answer,) = compose(
        Composition(conversation, [OutgoingText(body="Tomorrow")]),
        by=cast.actor(cast.agent),
        channel=facts_of("whatsapp"),
    )
    over = api.post(path, {**body, "last_answer": asked}).json()
    assert (over["code"], over["text"], over["message_id"]) == (
        "answered-meanwhile",
        "Tomorrow",
        str(answer.id),
    )
    assert api.post(path, body).status_code == 201
