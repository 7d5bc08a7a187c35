"""Send later, undo and two who answer, as the screen asks for them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from regulars.answering.holding import holders_of
from regulars.conversations.models import Conversation, Message, OutgoingMessage
from regulars.kernel import clock
from regulars.kernel.errors import Invalid
from regulars.kernel.ids import new_id
from regulars.scheduling.models import ScheduledMessage
from regulars.web.inbox.later_times import offered, read_time
from regulars.web.inbox.views import scheduling
from regulars.workspaces.models import Member, User
from tests.cast import ALICE, Cast

pytestmark = pytest.mark.django_db
SEOUL, LISBON = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Lisbon")
NOON = datetime(2026, 12, 2, 12, 2, tzinfo=UTC)


@pytest.fixture
def conversation(cast: Cast) -> Conversation:
    return cast.hears(ALICE, "Where is my parcel?")


def _client(member: Member) -> Client:
    client = Client(headers={"X-Fragment": "1"})
    client.force_login(member.user)
    return client


def _send(client: Client, conversation: Conversation, **form: object):
    values = {"text": "It left today", "id": str(new_id()), **form}
    return client.post(f"/conversations/{conversation.id}/messages", values)


def test_times_are_offered_in_order_and_say_whether_a_text_may_leave_then():
    found = offered(NOON, LISBON, SEOUL, closes=NOON + timedelta(hours=10))
    told = [(str(each.label), each.at.isoformat(timespec="minutes"), each.is_open) for each in found]
    assert told == [
        ("This afternoon", "2026-12-02T13:00+00:00", True),
        ("In an hour", "2026-12-02T13:05+00:00", True),
        ("In three hours", "2026-12-02T15:05+00:00", True),
        ("This evening", "2026-12-02T19:00+00:00", True),
        ("Their next morning", "2026-12-03T00:00+00:00", False),
        ("Tomorrow morning", "2026-12-03T09:00+00:00", False),
        ("Monday morning", "2026-12-07T09:00+00:00", False),
    ]
    assert "Their next morning" not in [str(each.label) for each in offered(NOON, SEOUL, SEOUL, None)]


def test_a_time_without_a_zone_is_the_readers():
    assert read_time("2026-12-02T09:00", SEOUL) == datetime(2026, 12, 2, 0, 0, tzinfo=UTC)
    assert read_time("2026-12-02T09:00Z", SEOUL) == datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    for odd in ("", "soon", "0001-01-01T00:00", "9999-12-31T23:59Z"):
        with pytest.raises(Invalid):
            read_time(odd, SEOUL)


def test_what_is_sent_later_stands_below_the_thread_until_it_is_canceled(
    cast: Cast, conversation: Conversation
):
    client = _client(cast.agent)
    at = (clock.now() + timedelta(hours=2)).isoformat()
    answer = _send(client, conversation, send_at=at, stops_on_answer="yes", undoable="yes")
    (row,) = ScheduledMessage.objects.all()
    assert (answer.status_code, answer["X-Scheduled"], row.stops_on_answer) == (201, "1", True)
    assert f'id="scheduled-{row.id}"' in answer.content.decode()
    assert Message.objects.filter(direction="out").count() == 0
    page = client.get(f"/conversations/{conversation.id}").content.decode()
    assert page.count(f'id="scheduled-{row.id}"') == 1
    canceled = client.post(f"/scheduled-messages/{row.id}/cancel")
    assert (canceled.status_code, f"scheduled-{row.id}" in canceled.content.decode()) == (200, False)


def test_the_list_shows_ones_own_or_everybodys(cast: Cast, conversation: Conversation):
    at = (clock.now() + timedelta(hours=2)).isoformat()
    _send(_client(cast.agent), conversation, send_at=at, text="By Ann")
    lead = _client(cast.lead)
    shown = [
        "By Ann" in lead.get(f"/scheduled{query}").content.decode()
        for query in ("", "?whose=all", "?show=refused&whose=all", "?show=done&whose=all")
    ]
    assert shown == [False, True, False, False]


def test_the_list_goes_on_where_it_ended_whatever_left_meanwhile(
    cast: Cast, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(scheduling, "PAGE_SIZE", 2)
    client = _client(cast.agent)
    at = (clock.now() + timedelta(hours=2)).isoformat()
    words = ["one", "two", "three", "four", "five"]
    for word in words:
        _send(client, conversation, send_at=at, text=f"the {word} parcel")

    def shown(page: str) -> list[str]:
        return re.findall(r"the (\w+) parcel", page)

    page = client.get("/scheduled").content.decode()
    pages = [shown(page)]
    ScheduledMessage.objects.order_by("id")[0].delete()  # of the page that was read
    while more := re.search(r'href="([^"]+)" rel="next"', page):
        page = client.get(unescape(more[1])).content.decode()
        pages.append(shown(page))
    assert pages == [words[:2], words[2:4], words[4:]]
    assert client.get("/scheduled?cursor=nonsense").status_code == 422


def test_the_dialog_offers_times_for_text_template_and_snooze(cast: Cast, conversation: Conversation):
    client = _client(cast.agent)
    url = f"/conversations/{conversation.id}/send-later"
    for query in ("", "?template=1", "?purpose=snooze", f"?scheduled={new_id()}"):
        assert client.get(url + query).content.decode().count("later-time") >= 4


@pytest.mark.parametrize(("seconds", "form"), [(5, {}), (10, {}), (0, {}), (5, {"undoable": ""})])
def test_a_screen_that_offers_it_gets_the_members_time_to_undo(
    cast: Cast, conversation: Conversation, seconds: int, form: dict[str, str]
):
    User.objects.filter(id=cast.agent.user_id).update(undo_send_seconds=seconds)
    asked = {} if "undoable" in form else {"undoable": "yes"}
    answer = _send(_client(cast.agent), conversation, **asked)
    wanted = seconds if asked else 0
    job = OutgoingMessage.objects.get()
    assert (job.not_before - job.created_at).total_seconds() == wanted
    assert answer.get("X-Undo") == (str(wanted) if wanted else None)


def test_undo_takes_the_answer_back_and_opens_what_was_resolved_with_it(
    cast: Cast, conversation: Conversation
):
    client = _client(cast.agent)
    intent = str(new_id())
    _send(client, conversation, undoable="yes", then="resolve", id=intent)
    conversation.refresh_from_db()
    assert conversation.status == "resolved"
    back = client.post(f"/conversations/{conversation.id}/take-back", {"message": intent, "then": "resolve"})
    conversation.refresh_from_db()
    assert (back.status_code, conversation.status, conversation.unread_count) == (204, "open", 1)
    assert intent not in client.get(f"/conversations/{conversation.id}").content.decode()


def test_send_and_snooze(cast: Cast, conversation: Conversation):
    until = clock.now() + timedelta(days=2)
    _send(_client(cast.agent), conversation, then="snooze", until=until.isoformat())
    conversation.refresh_from_db()
    assert (conversation.status, conversation.snoozed_until) == ("snoozed", until)


def test_of_two_who_answer_the_second_sees_what_the_first_said(cast: Cast, conversation: Conversation):
    asked = str(Message.objects.get().id)
    _send(_client(cast.agent), conversation, known=asked)
    second = _client(cast.lead)
    refused = _send(second, conversation, known=asked, text="On its way")
    told = json.loads(refused["X-Conflict"])
    assert (refused.status_code, refused["X-Refusal"], told["text"], told["name"]) == (
        409,
        "answered-meanwhile",
        "It left today",
        "Ann Agent",
    )
    assert Message.objects.filter(direction="out").count() == 1
    assert _send(second, conversation, known=asked, anyway="yes", text="On its way").status_code == 201


def test_who_begins_to_write_holds_the_conversation_until_they_stop(cast: Cast, conversation: Conversation):
    agent, lead = _client(cast.agent), _client(cast.lead)
    url = f"/conversations/{conversation.id}/presence"
    holders = []
    for client, state in (
        (agent, "writing"),
        (lead, "writing"),
        (agent, "noting"),
        (lead, "writing"),
        (lead, "gone"),
    ):
        assert client.post(url, {"state": state}).status_code == 204
        holders.append(holders_of([conversation.id]).get(conversation.id))
    assert holders == [cast.agent.id, cast.agent.id, None, cast.lead.id, None]
