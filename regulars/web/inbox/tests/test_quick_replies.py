"""Quick replies in the composer: found, drawn, filled in, counted when they go out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.conversations.access import access_media
from regulars.conversations.models import Conversation, Message
from regulars.media.operations import store_upload
from regulars.quick_replies.models import QuickReply
from regulars.quick_replies.operations import ReplyDraft, create_reply
from regulars.quick_replies.queries import MOST_OFFERED, is_advised, lines_of
from regulars.quick_replies.wordings import Wording
from regulars.workspaces.models import Member
from regulars.workspaces.operations import add_member
from regulars.workspaces.permissions import Rights, reaching
from regulars.workspaces.roles import create_role
from tests.cast import ALICE, PASSWORD, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "hello", name="Alice Doe")


def _keep(cast: Cast, shortcut: str, text: str = "Hi {{first_name}}", **more: Any) -> QuickReply:
    wordings = more.pop("wordings", (Wording(language="en", text=text),))
    return create_reply(ReplyDraft(shortcut, shortcut.title(), wordings, **more), by=cast.actor(cast.lead))


def test_the_picker_says_what_fits_by_folder(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    client, path = sign_in(cast.agent), f"/conversations/{conversation.id}/quick-replies"
    assert "There are no quick replies yet." in client.get(path, headers=FRAGMENT).content.decode()
    _keep(cast, "hello")
    with CaptureQueriesContext(connection) as few:
        client.get(path, headers=FRAGMENT)
    for place in range(MOST_OFFERED):
        _keep(cast, f"r{place}", folder=f"F{place % 3}")
    with CaptureQueriesContext(connection) as many:
        html = client.get(path, headers=FRAGMENT).content.decode()
    assert len(few) == len(many)
    assert html.count('role="option"') == MOST_OFFERED
    assert (html.count('role="group"'), "Type on to find others" in html) == (4, True)
    assert 'data-shortcuts="hello r0 r1 ' in html
    html = client.get(path, {"q": "hell"}, headers=FRAGMENT).content.decode()
    assert (html.count('role="option"'), 'data-key="hello"' in html) == (1, True)
    nothing = client.get(path, {"q": "zzz"}, headers=FRAGMENT).content.decode()
    assert "No quick reply has these words." in nothing


def test_one_is_filled_in_in_the_contacts_language(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    lead = cast.actor(cast.lead)
    file = store_upload(lead.workspace_id, "document", [b"%PDF-1.4 a"], "a.pdf", "application/pdf", by=lead)
    wordings = (
        Wording(language="en", text="{{first_name}}, {{price}}?", buttons=("Yes", "No")),
        Wording(language="ko", text="{{name}}님"),
    )
    reply = _keep(cast, "offer", wordings=wordings, media_ids=(file.id,))
    client, path = sign_in(cast.agent), f"/conversations/{conversation.id}/quick-replies/{reply.id}"
    told = client.get(path, {"as": "data"}, headers=FRAGMENT).json()
    assert told == {
        "id": str(reply.id),
        "text": "Alice, {{price}}?",
        "extra": [["extra", "buttons"], ["button", "Yes"], ["button", "No"]],
        "files": [{"id": str(file.id), "file": {"name": "a.pdf", "type": "application/pdf", "size": 10}}],
        "gaps": ["price"],
    }
    assert (
        client.get(path, {"as": "data", "language": "ko"}, headers=FRAGMENT).json()["text"] == "Alice Doe님"
    )
    cast.alice.language = "th"
    cast.alice.save(update_fields=["language"])
    html = client.get(path, headers=FRAGMENT).content.decode()
    assert "There is no text in Thai; this one is in English." in html
    assert "<code>price</code>" in html
    assert access_media(cast.actor(cast.agent), file.id) == file


def test_what_is_out_of_sight_is_not_inserted(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    reply = _keep(cast, "hello")
    path = f"/conversations/{conversation.id}/quick-replies"
    stranger = sign_in(cast.stranger.owner)
    assert [stranger.get(each).status_code for each in (path, f"{path}/{reply.id}")] == [404, 404]
    assert sign_in(cast.agent).get(f"{path}/{uuid4()}").status_code == 404


def test_it_counts_once_when_it_goes_out(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    reply, client = _keep(cast, "hello"), sign_in(cast.agent)
    client.get(f"/conversations/{conversation.id}/quick-replies/{reply.id}", {"as": "data"}, headers=FRAGMENT)
    body = {"text": "Hi Alice", "id": str(uuid4()), "quick_reply": [str(reply.id), "odd"]}
    for _again in range(2):
        client.post(f"/conversations/{conversation.id}/messages", body, headers=FRAGMENT)
    (line,) = lines_of([reply])
    assert (line.uses.count, Message.objects.filter(direction="out").count()) == (1, 1)


def test_advice_is_switched_off_for_oneself(cast: Cast, sign_in: SignIn, conversation: Conversation) -> None:
    client, path = sign_in(cast.agent), f"/conversations/{conversation.id}"
    assert 'data-on="yes"' in client.get(path).content.decode()
    assert client.post("/writing-advice", {"advice": "off"}, headers=FRAGMENT).status_code == 204
    assert 'data-on=""' in client.get(path).content.decode()
    assert is_advised(cast.actor(cast.lead))


def test_who_may_not_use_them_is_offered_none(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    rights = Rights(frozenset({"conversations:read", "messages:send"}), reaching("all"))
    role = create_role(
        cast.workspace, "Plain", permissions=rights.permissions, reach=rights.reach, by=cast.actor()
    )
    member = add_member(cast.workspace, "plain@shop.example", PASSWORD, name="Plain", role=str(role.id))
    client, path = sign_in(member), f"/conversations/{conversation.id}"
    assert "quick-replies-url" not in client.get(path).content.decode()
    assert client.get(f"{path}/quick-replies").status_code == 403
