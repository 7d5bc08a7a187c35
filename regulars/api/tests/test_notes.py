"""Notes by themselves and following, by a token for the member who made it."""

from __future__ import annotations

import pytest

from regulars.api.tests.client import Api, problem
from regulars.attention.models import Following
from regulars.attention.operations.mentioning import leave_note
from regulars.conversations.models import Note
from regulars.workspaces.operations import create_api_token
from tests.cast import ALICE, Cast


@pytest.fixture
def mine(cast: Cast) -> Api:
    _row, plain = create_api_token(cast.workspace, "mine", "owner", by=cast.owner)
    return Api(plain)


@pytest.fixture
def note(cast: Cast) -> Note:
    return leave_note(cast.hears(ALICE, "hello"), "first words", by=cast.actor(cast.owner)).note


def test_a_note_is_edited_withdrawn_and_brought_back(mine: Api, note: Note):
    path = f"/notes/{note.id}"
    before = mine.get(path)
    assert (before.json()["text"], before.json()["edited_at"]) == ("first words", None)
    after = mine.patch(path, {"text": "other words"}, if_match=before["ETag"])
    assert after.json()["text"] == "other words"
    assert after.json()["edited_at"]
    assert mine.patch(path, {"text": "late"}, if_match=before["ETag"]).status_code == 412
    assert [each["text"] for each in mine.get(f"{path}/wordings").json()["items"]] == ["first words"]
    assert [mine.delete(path).status_code for _ in range(2)] == [204, 204]
    assert mine.get(path).json()["text"] == ""
    assert mine.get(f"{path}/wordings").json()["items"] == []
    assert problem(mine.patch(path, {"text": "after all"})) == (409, "conflict")
    assert mine.post(f"{path}/restore").json()["text"] == "other words"


def test_only_who_wrote_it_changes_it(cast: Cast, mine: Api):
    other = leave_note(cast.hears(ALICE, "hello"), "theirs", by=cast.actor(cast.agent)).note
    for answer in (mine.patch(f"/notes/{other.id}", {"text": "mine"}), mine.delete(f"/notes/{other.id}")):
        assert problem(answer) == (403, "not-allowed")
    stranger = cast.stranger.hears(ALICE, "next door")
    hidden = leave_note(stranger, "hidden", by=cast.stranger.actor(cast.stranger.owner)).note
    assert mine.get(f"/notes/{hidden.id}").status_code == 404


def test_the_maker_follows_and_stops(cast: Cast, mine: Api):
    conversation = cast.hears(ALICE, "hello")
    for verb, follows in (("follow", True), ("follow", True), ("unfollow", False), ("unfollow", False)):
        assert mine.post(f"/conversations/{conversation.id}/{verb}").status_code == 204
        assert Following.objects.filter(member=cast.owner).exists() is follows
