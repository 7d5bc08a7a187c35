from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from regulars.conversations.models import Conversation, Draft, Note
from regulars.conversations.operations.handling import assign_conversation
from regulars.kernel.ids import new_id
from regulars.kernel.models import Event
from regulars.workspaces.models import Member
from tests.cast import ALICE, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


def now(conversation: Conversation) -> Conversation:
    return Conversation.objects.get(id=conversation.id)


def test_assigning_answers_with_the_head_and_a_way_back(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    path = f"/conversations/{conversation.id}/assignment"
    client = sign_in(cast.agent)
    response = client.post(path, {"member": "me"}, headers=FRAGMENT)
    assert now(conversation).assignee == cast.agent
    assert response.content.decode().count('id="thread-head"') == 1
    client.post(json.loads(response["X-Toast"])["undo_url"], headers=FRAGMENT)
    assert now(conversation).assignee is None


def test_putting_back_among_the_unassigned(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    assign_conversation(conversation, to=cast.agent, by=cast.actor())
    sign_in(cast.agent).post(f"/conversations/{conversation.id}/assignment", {"member": ""}, headers=FRAGMENT)
    assert now(conversation).assignee is None


def test_nobody_is_assigned_who_is_not_a_member(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    path = f"/conversations/{conversation.id}/assignment"
    answers = [
        client.post(path, {"member": who}, headers=FRAGMENT) for who in (str(cast.stranger.owner.id), "x")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert now(conversation).assignee is None


def test_resolving_and_opening_again(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    path = f"/conversations/{conversation.id}/status"
    response = client.post(path, {"status": "resolved"}, headers=FRAGMENT)
    assert (now(conversation).status, "data-reopen" in response.content.decode()) == ("resolved", True)
    client.post(json.loads(response["X-Toast"])["undo_url"], headers=FRAGMENT)
    after = now(conversation)
    assert (after.status, after.unread_count, after.waiting_since) == (
        "open",
        conversation.unread_count,
        conversation.waiting_since,
    )


@pytest.mark.parametrize(
    "part", ["assignment", "status", "reading", "notes", "draft", "messages", "template"]
)
def test_another_agents_conversation_cannot_be_touched(cast: Cast, sign_in: SignIn, part: str) -> None:
    conversation = cast.hears(ALICE, "hello")
    assign_conversation(conversation, to=cast.mate, by=cast.actor())
    before = now(conversation).updated_at
    response = sign_in(cast.agent).post(
        f"/conversations/{conversation.id}/{part}", {"text": "x"}, headers=FRAGMENT
    )
    assert (response.status_code, now(conversation).updated_at) == (404, before)


def test_unread_marks_go_both_ways(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    counts = []
    for state in ("read", "unread"):
        client.post(f"/conversations/{conversation.id}/reading", {"state": state}, headers=FRAGMENT)
        counts.append(now(conversation).unread_count)
    assert counts == [0, 1]


def test_a_note_stays_in_the_house(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    client.post(
        f"/conversations/{conversation.id}/draft", {"mode": "note", "text": "careful"}, headers=FRAGMENT
    )
    assert Draft.objects.get().text == "careful"
    response = client.post(f"/conversations/{conversation.id}/notes", {"text": "careful"}, headers=FRAGMENT)
    assert (response.status_code, Note.objects.get().text, Draft.objects.count()) == (201, "careful", 0)
    assert conversation.messages.filter(direction="out").count() == 0


def test_an_empty_note_is_refused_with_a_sentence(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(
        f"/conversations/{conversation.id}/notes", {"text": " "}, headers=FRAGMENT
    )
    assert (response.status_code, response.content.decode()) == (422, "A note has 1 to 20000 characters")


def test_what_colleagues_should_know_is_kept(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "hello")
    response = sign_in(cast.agent).post(
        f"/contacts/{cast.alice.id}", {"about": "likes blue"}, headers=FRAGMENT
    )
    cast.alice.refresh_from_db()
    assert (response.status_code, cast.alice.about) == (204, "likes blue")
    refused = sign_in(cast.stranger.owner).post(
        f"/contacts/{cast.alice.id}", {"about": "x"}, headers=FRAGMENT
    )
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("unread", "status"), [("1", 409), ("2", 200), ("", 200), ("x", 200), ("9" * 30, 200)]
)
def test_a_row_that_has_grown_is_not_resolved_unseen(
    cast: Cast, sign_in: SignIn, unread: str, status: int
) -> None:
    conversation = cast.hears(ALICE, "hello")
    cast.hears(ALICE, "one more thing")
    path = f"/conversations/{conversation.id}/status"
    answer = sign_in(cast.agent).post(path, {"status": "resolved", "unread": unread}, headers=FRAGMENT)
    assert (answer.status_code, now(conversation).status == "resolved") == (status, status == 200)


def test_what_was_not_on_the_screen_is_not_decided_about(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    seen = conversation.messages.get().id
    cast.hears(ALICE, "wait, one more thing")
    client = sign_in(cast.agent)
    path = f"/conversations/{conversation.id}"
    answer = client.post(f"{path}/status", {"status": "resolved", "seen": seen}, headers=FRAGMENT)
    assert (answer.status_code, "wrote meanwhile" in answer.content.decode()) == (409, True)
    client.post(f"{path}/reading", {"state": "read", "seen": seen}, headers=FRAGMENT)
    conversation.refresh_from_db()
    assert (conversation.status, conversation.unread_count) == ("open", 1)
    assign_conversation(conversation, to=cast.agent, by=cast.actor())
    lead = sign_in(cast.lead)
    taken = lead.post(f"{path}/assignment", {"member": "me", "seen": ""}, headers=FRAGMENT)
    assert (taken.status_code, str(cast.agent) in taken.content.decode()) == (409, True)


@pytest.mark.parametrize("door", ["messages", "and resolve", "again"])
def test_what_was_not_on_the_screen_is_not_answered(cast: Cast, sign_in: SignIn, door: str) -> None:
    conversation = cast.hears(ALICE, "hello")
    seen = conversation.messages.get().id
    client = sign_in(cast.agent)
    path = f"/conversations/{conversation.id}/messages"
    if door == "again":
        client.post(path, {"text": "first try", "id": str(new_id())}, headers=FRAGMENT)
        failed = conversation.messages.get(direction="out")
        conversation.messages.filter(id=failed.id).update(status="failed", error={"code": 131000})
        path = f"/messages/{failed.id}/retry"
    cast.hears(ALICE, "wait, one more thing")
    form = {"text": "yes", "id": str(new_id()), "seen": str(seen)}
    answer = client.post(
        path, form | {"then": "resolve"} if door == "and resolve" else form, headers=FRAGMENT
    )
    conversation.refresh_from_db()
    assert (answer.status_code, conversation.unread_count, conversation.status) == (201, 1, "open")
    assert conversation.waiting_since is not None


@pytest.mark.parametrize(
    ("form", "status", "typing"),
    [
        ({"state": "looking"}, 204, 0),
        ({"state": "writing"}, 204, 0),
        ({"state": "writing", "typing": "1"}, 204, 1),
        ({"state": "noting", "typing": "1"}, 204, 0),
        ({"state": "dancing"}, 422, 0),
    ],
)
def test_a_beat_is_told_and_not_kept(
    cast: Cast, sign_in: SignIn, form: dict[str, str], status: int, typing: int
) -> None:
    """Colleagues hear of it by NOTIFY; only what the contact may see is an event."""
    conversation = cast.hears(ALICE, "hello")
    before = Event.objects.count()
    client = sign_in(cast.agent)
    assert (
        client.post(f"/conversations/{conversation.id}/presence", form, headers=FRAGMENT).status_code
        == status
    )
    assert Event.objects.count() - before == typing
    client.post(
        f"/conversations/{conversation.id}/presence", form, headers=FRAGMENT
    )  # sooner than screens do
    assert Event.objects.count() - before == typing


def test_who_may_not_see_a_conversation_is_not_there(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.stranger.owner)
    path = f"/conversations/{conversation.id}/presence"
    answers = [
        client.post(path, {"state": state}, headers=FRAGMENT) for state in ("looking", "writing", "gone")
    ]
    assert [answer.status_code for answer in answers] == [404, 404, 204]
