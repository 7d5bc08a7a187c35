"""Notifications over REST: a member's own, by a token that they made."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.api.tests.client import Api, problem
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.notifications.models import MutedConversation, Notification
from regulars.workspaces.models import Member
from regulars.workspaces.operations import create_api_token
from tests.cast import ALICE, BORIS, Cast


def told_of(cast: Cast, phone: str, member: Member) -> Conversation:
    conversation = cast.hears(phone, "hello")
    assign_conversation(conversation, to=member, by=cast.actor(cast.lead))
    Notification.objects.create(
        workspace=cast.workspace, member=member, conversation_id=conversation.id, kind="reply"
    )
    return conversation


@pytest.fixture
def mine(cast: Cast) -> Api:
    """As the owner's own token."""
    _row, plain = create_api_token(cast.workspace, "mine", "owner", by=cast.owner)
    return Api(plain)


def test_they_are_listed_page_by_page_and_marked_as_seen(mine: Api, cast: Cast):
    first, second = told_of(cast, ALICE, cast.owner), told_of(cast, BORIS, cast.owner)
    told_of(cast, "+12025550177", cast.agent)
    page = mine.get("/notifications", limit=1).json()
    rest = mine.get("/notifications", limit=1, cursor=page["next_cursor"]).json()
    listed = [each["conversation_id"] for each in (*page["items"], *rest["items"])]
    assert (listed, rest["next_cursor"]) == ([str(second.id), str(first.id)], None)
    assert mine.post("/notifications/read", {"conversation_ids": [str(first.id)]}).json() == {"count": 1}
    (left,) = mine.get("/notifications", unread="true").json()["items"]
    assert left["conversation_id"] == str(second.id)
    assert mine.post("/notifications/read", {}).json() == {"count": 1}
    assert mine.get("/notifications", unread="true").json()["items"] == []
    refused = mine.post("/notifications/read", {"conversation_ids": ["no id"]})
    assert problem(refused) == (422, "invalid")


def test_what_is_chosen_has_a_version(mine: Api):
    before = mine.get("/me/notification-settings")
    assert before.json()["levels"]["assigned"] == ["badge"]
    changes = {"levels": {"assigned": ["mail"]}, "quiet": {"start": "22:00:00", "end": "07:00:00"}}
    after = mine.patch("/me/notification-settings", changes, if_match=before["ETag"])
    assert after.json()["levels"]["assigned"] == ["mail"]
    assert after.json()["quiet"] == {"start": "22:00:00", "end": "07:00:00"}
    stale = mine.patch("/me/notification-settings", {"is_private": True}, if_match=before["ETag"])
    assert stale.status_code == 412
    assert mine.patch("/me/notification-settings", {"quiet": None}).json()["quiet"] is None
    several: tuple[dict[str, Any], ...] = (
        {"levels": {"reply": ["pigeon"]}},
        {"levels": {"birthday": []}},
        {"quiet": {"start": "22:00:00"}},
    )
    for wrong in several:
        assert problem(mine.patch("/me/notification-settings", wrong)) == (422, "invalid")
    same = {"quiet": {"start": "22:00:00", "end": "22:00:00"}}
    assert problem(mine.patch("/me/notification-settings", same)) == (422, "invalid")


def test_a_conversation_is_muted_twice_as_once_and_heard_again(mine: Api, cast: Cast):
    conversation = told_of(cast, ALICE, cast.owner)
    for _ in range(2):
        assert mine.post(f"/conversations/{conversation.id}/mute").status_code == 204
    assert MutedConversation.objects.get().member_id == cast.owner.id
    assert mine.post(f"/conversations/{conversation.id}/unmute").status_code == 204
    assert not MutedConversation.objects.exists()
    foreign = cast.stranger.hears(ALICE, "elsewhere")
    assert problem(mine.post(f"/conversations/{foreign.id}/mute")) == (404, "not-found")


def test_a_token_of_nobody_has_none(cast: Cast):
    nobodys = Api(cast.token("owner"))
    for path in ("/notifications", "/me/notification-settings"):
        assert problem(nobodys.get(path)) == (404, "not-found")
