"""A group on screen: it says so everywhere, bubbles name their writers, nobody's private facts stand beside it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.contacts.events import GroupRenamed
from regulars.contacts.models import Contact, Group
from regulars.contacts.operations.tagging import set_contact_tags
from regulars.conversations.events import MessageReceived
from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.conversations.operations.tagging import set_conversation_tags
from regulars.message_templates.models import MessageTemplate
from regulars.message_templates.operations import replace_templates
from regulars.web.inbox.live import changes_of, render_changes
from regulars.web.inbox.tests.test_templates import SHIPPED, VALUES
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}
G = "Y2FwaV9ncm91cDpib29rcw=="


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    """Alice and Boris have written in a group whose subject nobody has told us."""
    cast.hears(ALICE, "Does Thursday suit everybody?", group=G)
    return cast.hears(BORIS, "Yes, and my door code is 4471", group=G)


@pytest.fixture
def client(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.agent)


def _html(client: Client, path: str) -> str:
    response = client.get(path, headers=FRAGMENT)
    assert response.status_code == 200
    return response.content.decode()


def _name(html: str, name: str) -> str:
    found = re.search(rf'class="{name} truncate"[^>]*>\s*(?:<bdi>)?(.*?)\s*</', html)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("subject", "shown"),
    [("", "Group b29rcw"), ("Thursday book club", "Thursday book club"), ("<b>", "&lt;b&gt;")],
)
def test_row_and_head_name_the_group(
    client: Client, conversation: Conversation, subject: str, shown: str
) -> None:
    Group.objects.update(subject=subject)
    row = _html(client, f"/conversations/{conversation.id}/row")
    assert _name(row, "row-name") == shown
    assert ("row-kind" in row) == bool(subject)
    head = _html(client, f"/conversations/{conversation.id}/head")
    assert _name(head, "thread-name") == shown
    assert "<span>Group</span>" in head
    for html in (row, head):
        assert "Alice" not in html
        assert ALICE not in html


def test_the_row_says_who_spoke_last(client: Client, conversation: Conversation) -> None:
    row = _html(client, f"/conversations/{conversation.id}/row")
    assert re.search(r'class="speaker"><bdi[^>]*>Борис</bdi>:', row)


def test_every_bubble_names_its_writer(client: Client, conversation: Conversation, cast: Cast) -> None:
    Contact.objects.filter(id=cast.boris.id).update(profile_name="")
    html = _html(client, f"/conversations/{conversation.id}")
    names = re.findall(r'class="message-author">.*?<bdi[^>]*>(.*?)</bdi>', html, re.DOTALL)
    assert names == ["Alice", BORIS]


def test_a_private_thread_looks_as_before(client: Client, cast: Cast) -> None:
    cast.hears(ALICE, "in a group", group=G)
    private = cast.hears(ALICE, "only to you")
    html = _html(client, f"/conversations/{private.id}")
    for words in ("message-author", "composer-audience", "data-group", "in a group"):
        assert words not in html
    assert "+1 202-555-0101" in html


def test_the_panel_is_about_the_group(client: Client, conversation: Conversation, cast: Cast) -> None:
    Contact.objects.filter(id=cast.alice.id).update(about="pays late", username="alice.a")
    set_contact_tags(cast.alice, ["vip"], by=cast.actor())
    set_conversation_tags(conversation, ["wholesale"], by=cast.actor())
    html = _html(client, f"/conversations/{conversation.id}/context")
    assert [name in html for name in ("Alice", "Борис", "Does Thursday suit everybody?", G)] == [True] * 4
    assert [fact in html for fact in ("pays late", "vip", "alice.a", "202-555", ALICE)] == [False] * 5
    assert ("Off" in html, "wholesale" in html) == (True, True)


def test_the_composer_says_who_will_read(client: Client, conversation: Conversation) -> None:
    html = _html(client, f"/conversations/{conversation.id}")
    assert "Everybody in the group will read the answer" in html
    assert 'data-extra="' not in html


def test_an_answer_from_the_screen_goes_to_the_group(client: Client, conversation: Conversation) -> None:
    response = client.post(f"/conversations/{conversation.id}/messages", {"text": "Thursday it is"})
    assert response.status_code == 201
    message = Message.objects.get(direction="out")
    assert (message.conversation_id, message.contact_id) == (conversation.id, None)


def test_promotions_are_not_offered_and_refused_with_words(
    client: Client, conversation: Conversation, cast: Cast
) -> None:
    sale = {**SHIPPED, "id": "2", "name": "sale", "category": "MARKETING"}
    replace_templates(cast.connection, [SHIPPED, sale])
    picker = client.get(f"/conversations/{conversation.id}/templates", headers=FRAGMENT)
    assert [each.template.name for each in picker.context["templates"]] == ["order_shipped"]
    chosen = {"template": str(MessageTemplate.objects.get(name="sale").id)}
    response = client.post(f"/conversations/{conversation.id}/template", {**VALUES, **chosen})
    assert (response.status_code, response["X-Refusal"]) == (409, "promotion-in-group")
    assert "Promotions never go to groups" in response.content.decode()


def test_a_reaction_in_a_group_is_refused_with_words(client: Client, conversation: Conversation) -> None:
    target = Message.objects.filter(conversation=conversation).first()
    assert target
    response = client.post(f"/messages/{target.id}/reaction", {"emoji": "👍"})
    assert (response.status_code, response["X-Refusal"]) == (409, "not-for-groups")


def test_the_command_box_finds_the_group(client: Client, conversation: Conversation) -> None:
    Group.objects.update(subject="Thursday book club")
    (found,) = client.get("/search/suggestions?q=book").json()["items"]
    assert (found["label"], found["detail"], found["icon"]) == ("Thursday book club", "Group · Shop", "team")


def test_the_list_asks_as_often_with_groups_as_without(client: Client, cast: Cast) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            _html(client, "/inbox/open")
        return len(captured)

    cast.hears(ALICE, "private")
    before = asked()
    for number in range(3):
        cast.hears(ALICE, "hello", group=f"G{number}")
    assert asked() == before


def test_live_lines_name_the_writer_and_follow_the_subject(cast: Cast, conversation: Conversation) -> None:
    message = Message.objects.get(text__startswith="Yes")
    group = Group.objects.get()
    Group.objects.update(subject="Thursday book club")
    events = [
        MessageReceived(cast.workspace.id, conversation.id, cast.boris.id, message.id, "text", "in"),
        GroupRenamed(cast.workspace.id, group.id),
    ]
    drawn = render_changes(changes_of(events), [cast.workspace.id], ["en"], [conversation.id])
    assert "Борис" in next(each.html["en"] for each in drawn.items)
    assert [(_name(row.html["en"], "row-name"), row.head_changed) for row in drawn.rows] == [
        ("Thursday book club", True)
    ]


def test_an_unknown_result_in_a_group_stands_on_the_ledger_page(
    cast: Cast, sign_in: SignIn, conversation: Conversation
) -> None:
    Message.objects.filter(conversation=conversation).update(contact=None)
    message = Message.objects.filter(conversation=conversation).latest("id")
    OutgoingMessage.objects.create(
        message=message, inbox=message.inbox, conversation=conversation, state="unknown"
    )
    html = sign_in(cast.owner).get("/settings/ledger").content.decode()
    assert "Group b29rcw" in html
