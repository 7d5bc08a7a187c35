"""The screen that searches everything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from regulars.conversations.operations.handling import resolve_conversation, write_note
from regulars.kernel import clock
from regulars.search.tests.following import follow
from regulars.workspaces.models import Member
from tests.cast import ALICE, BORIS, Cast

SignIn = Callable[[Member], Client]
FRAGMENT = {"X-Fragment": "1"}


def test_results_show_where_they_are_and_what_was_found(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "is the <b>blue</b> umbrella left?", name="Alice")
    follow()
    html = sign_in(cast.agent).get("/search?q=brella").content.decode()
    assert "is the &lt;b&gt;blue&lt;/b&gt; um<mark>brella</mark> left?" in html
    anchor = (
        f"/conversations/{conversation.id}?view=open&amp;from=search#message-{conversation.last_message_id},"
    )
    assert anchor in html
    assert ">Alice</bdi>" in html


def test_each_kind_has_its_tab_and_counts_end_at_a_hundred(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "umbrella", name="Alice")
    for number in range(101):
        write_note(conversation, f"umbrella {number}", by=cast.actor(cast.agent))
    follow()
    client = sign_in(cast.agent)
    tabs = client.get("/search/counts?q=umbrella", headers=FRAGMENT).context["tabs"]
    assert [(tab.key, tab.count, tab.has_more) for tab in tabs] == [
        ("messages", 1, False),
        ("contacts", 0, False),
        ("notes", 100, True),
        ("files", 0, False),
        ("cases", 0, False),
    ]
    page = client.get("/search?q=umbrella&in=notes", headers=FRAGMENT)
    more = client.get(page.context["next_url"], headers={"X-Fragment": "more"})
    ids = [line.id for each in (page, more) for line in each.context["lines"]]
    assert len(ids) == len(set(ids)) == 60
    assert page.context["lines"][0].author == "Ann Agent"


def test_nothing_found_says_what_was_searched_and_how_to_widen(cast: Cast, sign_in: SignIn) -> None:
    resolve_conversation(cast.hears(ALICE, "umbrella"), by=cast.actor())
    follow()
    page = sign_in(cast.agent).get('/search?q="umbrella hat" status:open after:yesterday', headers=FRAGMENT)
    assert page.context["narrowings"][0] == "status: open"
    first, *others = page.context["widening"]
    assert (first.label, first.url) == (
        "Also in resolved conversations",
        "/search?q=%22umbrella+hat%22+after%3Ayesterday&in=messages",
    )
    assert [way.label for way in others] == [
        "At any time",
        "Only the words",
        "The words anywhere, not side by side",
    ]
    assert "open and resolved" in page.content.decode()


def test_a_wrong_operator_is_told_and_harms_nothing(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)
    page = client.get("/search?q=has:dog")
    assert page.status_code == 200
    assert "“has:” knows no “dog”. It can be file, picture, voice, video, link" in page.content.decode()
    assert client.get("/search/counts?q=has:dog").status_code == 200
    assert client.get("/search/suggestions?q=has:dog").json() == {"items": []}


def test_operators_are_offered_in_the_members_language(cast: Cast, sign_in: SignIn) -> None:
    cast.agent.user.language = "ko"
    cast.agent.user.save()
    client = sign_in(cast.agent)
    client.cookies["regulars_language"] = "ko"
    assert [each.word for each in client.get("/search").context["help"]] == [
        "보낸사람:", "위치:", "태그:", "이전:", "이후:", "포함:", "상태:", "조건:"
    ]  # fmt: skip


def test_days_are_the_members(cast: Cast, sign_in: SignIn) -> None:
    cast.agent.user.time_zone = "Pacific/Kiritimati"
    cast.agent.user.save()
    now = clock.now()
    cast.hears(ALICE, "umbrella", at=now - timedelta(hours=1))
    cast.hears(BORIS, "umbrella", at=now - timedelta(days=3))
    follow()
    page = sign_in(cast.agent).get("/search?q=umbrella after:yesterday", headers=FRAGMENT)
    assert len(page.context["lines"]) == 1


def test_a_contact_leads_to_their_newest_conversation(cast: Cast, sign_in: SignIn) -> None:
    cast.hears(ALICE, "hi", name="Alice", at=clock.now() - timedelta(days=1))
    newest = cast.hears(ALICE, "hi", name="Alice", inbox=cast.second_inbox)
    follow()
    (line,) = sign_in(cast.owner).get("/search?q=alice&in=contacts", headers=FRAGMENT).context["lines"]
    assert (line.name, line.url) == ("Alice", f"/conversations/{newest.id}?view=open&from=search")


def test_a_page_costs_the_same_however_much_is_found(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in(cast.agent)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get("/search?q=umbrella", headers=FRAGMENT)
        return len(captured)

    cast.hears(ALICE, "umbrella")
    follow()
    queries()
    one = queries()
    for number in range(30):
        cast.hears(f"+1202555{number:04}", f"umbrella {number}")
    follow()
    assert queries() <= one


@pytest.mark.parametrize("path", ["/search?q=umbrella", "/search/counts?q=umbrella"])
def test_strangers_see_nothing(cast: Cast, sign_in: SignIn, path: str) -> None:
    cast.hears(ALICE, "the umbrella", name="Alice")
    follow()
    html = sign_in(cast.stranger.owner).get(path).content.decode()
    assert "the <mark>" not in html
    assert "Alice" not in html


def test_the_command_box_finds_what_was_said(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "ขอบคุณมากครับ", name="Alice")
    follow()
    (found,) = sign_in(cast.agent).get("/search/suggestions", {"q": "คุณ"}).json()["items"]
    assert (found["group"], found["label"], found["detail"]) == ("message", "ขอบคุณมากครับ", "Alice")
    assert found["url"].startswith(f"/conversations/{conversation.id}?view=open&from=search#message-")


def test_a_conversation_opened_from_a_search_leads_back(cast: Cast, sign_in: SignIn) -> None:
    conversation = cast.hears(ALICE, "hello")
    client = sign_in(cast.agent)
    shown = [
        client.get(f"/conversations/{conversation.id}{end}").content.decode() for end in ("", "?from=search")
    ]
    assert ["Back to the results" in html for html in shown] == [False, True]
