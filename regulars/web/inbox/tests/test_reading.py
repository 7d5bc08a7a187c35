from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from regulars.contacts.models import MergeSuggestion
from regulars.conversations.models import Conversation
from regulars.conversations.operations.handling import assign_conversation
from regulars.inboxes.ports import MessageContent, Reaction
from regulars.kernel import clock
from regulars.web.inbox.view_models import position_of
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, CHAI, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


def queries_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path, headers=FRAGMENT).status_code == 200
    return len(captured)


def test_signed_out_people_go_to_sign_in_and_come_back(cast: Cast) -> None:
    response = Client().get("/inbox/open?order=newest")
    assert (response.status_code, response["Location"]) == (302, "/sign-in?next=/inbox/open%3Forder%3Dnewest")


def test_a_fragment_of_a_signed_out_screen_reloads_the_page(cast: Cast) -> None:
    response = Client().get("/inbox/open", headers=FRAGMENT)
    assert (response.status_code, response["X-Reload"]) == (401, "1")


def test_members_land_where_work_is(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    assert client.get("/inbox")["Location"] == "/inbox/open"
    conversation = cast.hears(ALICE, "hello")
    assert client.get("/inbox")["Location"] == "/inbox/unassigned"
    assign_conversation(conversation, to=cast.agent, by=cast.actor())
    assert client.get("/inbox")["Location"] == "/inbox/mine"


def test_the_list_shows_name_and_last_line(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "is the <b>blue</b> one left?", name="Alice")
    html = sign_in(cast.agent).get("/inbox/unassigned").content.decode()
    assert "Alice" in html
    assert "is the &lt;b&gt;blue&lt;/b&gt; one left?" in html


def test_a_reaction_in_the_list_names_what_it_is_to(cast: Cast, sign_in: SignIn) -> None:
    """Only a message of the same conversation: an id alone proves nothing."""
    client, thumb = sign_in(cast.agent), MessageContent(reaction=Reaction(emoji="👍"))
    cast.hears(ALICE, "is the blue one left?", provider_id="asked")
    cast.hears(ALICE, kind="reaction", target="asked", content=thumb)
    cast.hears(BORIS, kind="reaction", target="asked", content=thumb)
    html = client.get("/inbox/unassigned", headers=FRAGMENT).content.decode()
    assert "Reacted 👍 to “\u2068is the blue one left?\u2069”" in html
    assert "Reacted with 👍" in html


def test_the_demo_knows_whose_phone_belongs_to_a_conversation(
    cast: Cast, sign_in: SignIn, settings: Settings
) -> None:
    conversation = cast.hears(ALICE, "hello")
    client, path = sign_in(cast.agent), f"/conversations/{conversation.id}"
    assert "data-phone" not in client.get(path, headers=FRAGMENT).content.decode()
    settings.DEMO = True
    wanted = f'data-phone="?customer={ALICE.lstrip("+")}&amp;number={conversation.inbox.address}"'
    assert wanted in client.get(path, headers=FRAGMENT).content.decode().replace("%2B", "")


def test_whoever_has_just_joined_is_told_what_stands_here(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    html = client.get("/inbox/mine?welcome=1").content.decode()
    for words in (
        f"Welcome, {cast.agent}",
        "1 conversation is unassigned.",
        'data-form="waited"',
        "R replies",
    ):
        assert words in html
    assert "Nothing waiting for you" in client.get("/inbox/mine").content.decode()


def test_who_may_be_the_same_person_stands_in_the_panel_of_both(cast: Cast, sign_in: SignIn) -> None:
    one, other = cast.hears(ALICE, "hello", name="Alice"), cast.hears(BORIS, "hello", name="Alice B.")
    assert one.contact
    assert other.contact
    MergeSuggestion.objects.create(
        workspace_id=one.workspace_id, first=one.contact, second=other.contact, reason="number_changed"
    )
    client = sign_in(cast.agent)
    for here, there in ((one, other), (other, one)):
        html = client.get(f"/conversations/{here.id}/context").content.decode()
        assert "Perhaps the same person" in html
        assert f'href="/conversations/{there.id}"' in html
    assign_conversation(other, to=cast.mate, by=cast.actor())  # out of the agent's sight now
    assert "Perhaps the same person" not in client.get(f"/conversations/{one.id}/context").content.decode()


def test_what_others_took_is_not_in_an_agents_list(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    assign_conversation(conversation, to=cast.mate, by=cast.actor())
    response = sign_in(cast.agent).get("/inbox/open", headers=FRAGMENT)
    assert f"row-{conversation.id}" not in response.content.decode()


def test_a_stranger_never_sees_a_conversation(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.stranger.owner)
    paths = [
        f"/conversations/{conversation.id}{part}"
        for part in ("", "/head", "/row", "/context", "/earlier", "/later", "/templates")
    ]
    assert [client.get(path, headers=FRAGMENT).status_code for path in paths] == [404] * len(paths)
    assert client.get("/search/suggestions?q=alice").json() == {"items": []}


@pytest.mark.parametrize(
    "path", ["/conversations/nonsense", "/conversations/00000000-0000-0000-0000-000000000000"]
)
def test_an_address_of_nothing_is_not_found(cast: Cast, sign_in: SignIn, path: str) -> None:
    assert sign_in(cast.owner).get(path).status_code == 404


@pytest.mark.parametrize(
    ("address", "facts"),
    [
        ("/inbox/mine", ("mine", "longest_waiting", "", "", "Mine")),
        ("/inbox/resolved", ("resolved", "newest", "", "", "Resolved")),
        ("/inbox/open?order=newest&q=ali", ("open", "newest", "ali", "order=newest&amp;q=ali", "All open")),
        ("/inbox", ("unassigned", "longest_waiting", "", "", "Unassigned")),
    ],
)
def test_another_list_comes_as_a_pane_that_says_which_it_is(
    cast: Cast, sign_in: SignIn, address: str, facts: tuple[str, ...]
) -> None:
    cast.hears(ALICE, "hello", name="Alice")
    answer = sign_in(cast.agent).get(address, headers={"X-Fragment": "pane"}, follow=True)
    html = answer.content.decode()
    told = [re.search(rf'data-{name}="(.*?)"', html) for name in ("view", "order", "search", "query")]
    (title,) = re.findall(r"<h1[^>]*><bdi>(.*?)</bdi></h1>", html)
    assert (*(each and each[1] for each in told), title) == facts
    assert [part in html for part in ('class="rail"', "<inbox-screen", 'id="conversation"')] == [False] * 3
    assert ("row-" in html) == (facts[0] in {"open", "unassigned"})


def test_a_list_asks_as_much_for_three_rows_as_for_one(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    cast.hears(ALICE, "one")
    for_one = queries_of(client, "/inbox/open")
    cast.hears(BORIS, "two")
    cast.hears(CHAI, "three")
    assert queries_of(client, "/inbox/open") == for_one


def test_a_thread_asks_as_much_for_three_messages_as_for_one(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    conversation = cast.hears(ALICE, "one")
    for_one = queries_of(client, f"/conversations/{conversation.id}")
    cast.hears(ALICE, "two")
    cast.hears(ALICE, "three")
    assert queries_of(client, f"/conversations/{conversation.id}") == for_one


def test_looking_is_not_reading(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    client.get(f"/conversations/{conversation.id}", headers=FRAGMENT)
    client.get(f"/conversations/{conversation.id}")
    assert Conversation.objects.get(id=conversation.id).unread_count == 1


def test_older_messages_come_by_position(cast: Cast, sign_in: SignIn) -> None:
    start = clock.now().replace(microsecond=0) - timedelta(hours=2)
    conversation = cast.hears(ALICE, "message 00", at=start)
    for number in range(1, 60):
        cast.hears(ALICE, f"message {number:02}", at=start + timedelta(minutes=number))
    client = sign_in(cast.agent)
    newest = client.get(f"/conversations/{conversation.id}", headers=FRAGMENT)
    assert [f"message {number:02}" in newest.content.decode() for number in (9, 10, 59)] == [
        False,
        True,
        True,
    ]
    first = newest.context["items"][0]
    older = client.get(
        f"/conversations/{conversation.id}/earlier", {"before": first.position}, headers=FRAGMENT
    )
    assert [item.text for item in older.context["items"]] == [f"message {number:02}" for number in range(10)]
    assert "data-has-older" not in older.content.decode()
    path, day = (
        f"/conversations/{conversation.id}/later",
        position_of(start + timedelta(minutes=4), UUID(int=0)),
    )
    from_there = client.get(path, {"after": day}, headers=FRAGMENT)
    assert [item.text for item in from_there.context["items"]] == [
        f"message {each:02}" for each in range(4, 54)
    ]
    assert "data-has-newer" in from_there.content.decode()
    last = from_there.context["items"][-1].position
    rest = client.get(path, {"after": last}, headers=FRAGMENT)
    assert [item.text for item in rest.context["items"]] == [f"message {each}" for each in range(54, 60)]
    assert "data-has-newer" not in rest.content.decode()
    assert client.get(path, {"after": "2026-11-30"}, headers=FRAGMENT).status_code == 404


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/inbox/mine", "Nothing waiting for you"),
        ("/inbox/unassigned", "Queue is clear"),
        ("/inbox/resolved", "Nothing resolved yet"),
        ("/inbox/open", "No open conversations"),
        ("/inbox/open?q=zebra", "Nothing found for “zebra”"),
    ],
)
def test_every_empty_list_says_why(cast: Cast, sign_in: SignIn, path: str, said: str) -> None:
    assert said in sign_in(cast.owner).get(path).content.decode()


def test_a_list_in_pages_misses_nobody(cast: Cast, sign_in: SignIn) -> None:
    start = clock.now() - timedelta(hours=5)
    wanted = set()
    for number in range(55):
        conversation = cast.hears(f"+1202555{number:04}", "hi", at=start + timedelta(minutes=number))
        wanted.add(conversation.id)
    client = sign_in(cast.owner)
    first = client.get("/inbox/open?order=newest", headers=FRAGMENT)
    cursor = first.context["next_cursor"]
    second = client.get("/inbox/open", {"order": "newest", "cursor": cursor}, headers=FRAGMENT)
    assert {row.id for row in [*first.context["rows"], *second.context["rows"]]} == wanted
    assert second.context["next_cursor"] is None


def test_the_command_box_finds_a_number_in_any_writing(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello", name="Alice")
    found = sign_in(cast.agent).get("/search/suggestions", {"q": "(202) 555-0101"}).json()["items"]
    assert [each["url"] for each in found] == [f"/conversations/{conversation.id}"]


def test_the_command_box_tells_people_from_conversations(cast: Cast, sign_in: SignIn) -> None:
    """Somebody who writes to two numbers is one person; the older conversation stands below, with the groups."""
    older = cast.hears(
        ALICE, "hello", name="Alice", inbox=cast.second_inbox, at=clock.now() - timedelta(days=2)
    )
    cast.hears(BORIS, "hello", name="Boris Alicante", at=clock.now() - timedelta(days=1))
    cast.hears(ALICE, "again", name="Alice")
    found = sign_in(cast.owner).get("/search/suggestions", {"q": "alic"}).json()["items"]
    assert [(each["group"], each["label"]) for each in found] == [
        ("person", "Alice"),
        ("person", "Boris Alicante"),
        ("conversation", "Alice"),
    ]
    assert found[-1]["url"] == f"/conversations/{older.id}"


def test_the_window_is_told_to_the_composer(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "long ago", at=clock.now() - timedelta(hours=30))
    html = sign_in(cast.agent).get(f"/conversations/{conversation.id}", headers=FRAGMENT).content.decode()
    assert re.search(r'class="composer"\s+novalidate\s+data-mode="template"', html)
