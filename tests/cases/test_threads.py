"""What the row, the thread and REST show of messages that are changed later, or hold something unusual."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.test import Client

from regulars.api.tests.client import Api
from regulars.conversations.models import Conversation, Message
from tests.cases.bodies import receive_case
from tests.cast import REPLY_WINDOW, Cast, make_cast

pytestmark = pytest.mark.django_db


class Desk:
    """What an agent sees of the one conversation, and what REST says of it."""

    def __init__(self, cast: Cast, case: str) -> None:
        self.browser, self.api = Client(), Api(cast.token("admin"))
        self.browser.force_login(cast.agent.user)
        receive_case(cast, case)
        self.conversation = Conversation.objects.get()
        self.path = f"/conversations/{self.conversation.id}"

    def row(self) -> str:
        page = self._page(f"{self.path}/row")
        (preview,) = re.findall(r'<span class="row-preview.*?</span>', page, re.DOTALL)
        return _words(preview)

    def bubbles(self) -> list[str]:
        return re.findall(r"<article.*?</article>", self._page(self.path), re.DOTALL)

    def _page(self, path: str) -> str:
        answer = self.browser.get(path, headers={"X-Fragment": "1"})
        assert answer.status_code == 200
        return answer.content.decode()

    def messages(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api.get(f"{self.path}/messages").json()["items"]
        return items

    def last(self) -> dict[str, Any]:
        (item,) = self.api.get("/conversations").json()["items"]
        last: dict[str, Any] = item["last_message"]
        return last


def _words(markup: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_edit_in_the_list(cast: Cast) -> None:
    desk = Desk(cast, "edit-in-the-list")
    first, edit = desk.messages()
    assert desk.row() == "Edited: Deliver to Elm Street 9"
    assert (desk.last()["text"], desk.last()["is_edited"]) == ("Deliver to Elm Street 9", True)
    assert (first["text"], [each["text"] for each in first["earlier_texts"]]) == (
        "Deliver to Elm Street 9",
        ["Deliver to Oak Street 5"],
    )
    assert edit["changes"] == first["id"]


def test_revoke_in_the_list(cast: Cast) -> None:
    desk = Desk(cast, "revoke-in-the-list")
    assert desk.row() == "Deleted a message"
    assert (desk.last()["is_revoked"], desk.messages()[0]["revoked_by"]["name"]) == (True, "Rolf Dane")


def test_shop_deletes_its_own(cast: Cast) -> None:
    desk = Desk(cast, "shop-deletes-its-own")
    (bubble,) = desk.bubbles()
    assert _words(bubble).startswith("Deleted from the phone app Yes, until 8")
    assert desk.row().endswith("Deleted from the phone app")
    assert desk.messages()[0]["revoked_by"]["kind"] == "phone_app"


def test_reaction_taken_back(cast: Cast) -> None:
    desk = Desk(cast, "reaction-taken-back")
    said = Message.objects.get(kind="text")
    assert (desk.row(), desk.conversation.unread_count) == ("Please send the bill", 1)
    assert desk.conversation.window_closes_at == said.sent_at + REPLY_WINDOW
    assert (len(desk.bubbles()), "reaction" in desk._page(desk.path)) == (1, False)
    assert (desk.last()["text"], desk.messages()[0]["reactions"]) == ("Please send the bill", [])


def test_flow_answers_hidden(cast: Cast) -> None:
    desk = Desk(cast, "flow-answers-hidden")
    (bubble,) = desk.bubbles()
    answer = r'<dt title="(.*?)"><bdi>(.*?)</bdi></dt>\s*<dd[^>]*>(.*?)</dd>'
    assert re.findall(answer, bubble) == [
        ("screen_0_Date_0", "Date", "2026-12-04"),
        ("screen_0_People_1", "People", "4"),
        ("screen_0_Notes_2", "Notes", "window table, one guest is allergic to nuts"),
    ]
    assert "ft-1" not in bubble
    assert desk.row() == "Answered the form: 2026-12-04 · 4 · window table, one guest is allergic to nuts"


def test_product_enquiry(cast: Cast) -> None:
    desk = Desk(cast, "product-enquiry")
    (bubble,) = desk.bubbles()
    assert _words(bubble).startswith("About a product SKU-RED-42 Is this still available?")
    assert 'title="Catalog 194836987003835"' in bubble


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("location-without-coordinates", "Pier 4 Harbour Road 12 · position not given"),
        ("location-null", "Location position not given"),
    ],
)
def test_location_without_coordinates(cast: Cast, case: str, told: str) -> None:
    (bubble,) = Desk(cast, case).bubbles()
    assert _words(bubble).startswith(told)
    assert "<a " not in bubble


@pytest.mark.parametrize(
    ("case", "links"),
    [
        ("link-in-marks", ["https://shop.example/sale/42", "https://shop.example/help"]),
        (
            "link-without-spaces",
            ["https://shop.example/p/7", "https://shop.example/p/10", "https://shop.example/p/8"],
        ),
    ],
)
def test_links(cast: Cast, case: str, links: list[str]) -> None:
    bubbles = Desk(cast, case).bubbles()
    assert re.findall(r'<a href="([^"]*)"', "".join(bubbles)) == links
    assert not any(mark in _words("".join(bubbles)) for mark in "*_")


def test_marks_italic_around_bold(cast: Cast) -> None:
    (bubble,) = Desk(cast, "marks-italic-around-bold").bubbles()
    assert "<i><strong>urgent</strong></i> please" in bubble
