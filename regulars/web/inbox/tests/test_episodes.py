"""The panel lists what a conversation was about so far, with how long each first answer took."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from regulars.conversations.events import ConversationResolved, EpisodeAnswered
from regulars.conversations.models import Conversation, Episode
from regulars.conversations.operations.handling import resolve_conversation
from regulars.conversations.operations.settling import record_results
from regulars.conversations.tests.saying import claim, fresh, queue
from regulars.inboxes.ports import Accepted
from regulars.kernel import clock
from regulars.kernel.events import Doer
from regulars.web.design.tags import duration
from regulars.web.inbox.live import changes_of
from regulars.workspaces.business_hours import HoursOfWork, change_hours_of_work, parse_week
from regulars.workspaces.models import Member
from tests.cast import ALICE, Cast

SignIn = Callable[[Member], Client]
FRIDAY = datetime(2026, 11, 20, 17, 50, tzinfo=UTC)


def _panel(client: Client, conversation: Conversation) -> str:
    html = client.get(f"/conversations/{conversation.id}/context").content.decode()
    return " ".join(html.split())


def test_the_panel_lists_them_the_last_one_first(cast: Cast, sign_in: SignIn) -> None:
    hours = parse_week({"friday": [("09:00", "18:00")]}, ())
    change_hours_of_work(cast.workspace.id, HoursOfWork("UTC", hours, 24), by=cast.actor())
    with clock.frozen_at(FRIDAY):
        thread = cast.hears(ALICE, "hello", at=FRIDAY)
    with clock.frozen_at(FRIDAY + timedelta(hours=2, minutes=5)):
        queue(cast, fresh(thread), by=cast.agent)
        record_results([(claim(cast)[0], Accepted(provider_id="w.1"))])
        resolve_conversation(fresh(thread), by=cast.actor(cast.agent))
    cast.hears(ALICE, "and now?", at=FRIDAY + timedelta(days=3))
    panel = _panel(sign_in(cast.owner), thread)
    assert "First answer after 2 h 5 min, 10 min of business time" in panel
    assert panel.index("goes on") < panel.index("First answer after")


def test_of_many_the_panel_shows_the_last(cast: Cast, sign_in: SignIn) -> None:
    thread = cast.hears(ALICE, "hello")
    for number in range(2, 9):
        Episode.objects.update(resolved_at=clock.now())
        Episode.objects.create(
            workspace=cast.workspace, conversation=thread, number=number, opened_at=clock.now()
        )
    panel = _panel(sign_in(cast.owner), thread)
    assert (panel.count("<li value="), "Earlier ones are not shown here." in panel) == (5, True)


def test_open_panels_are_told(cast: Cast) -> None:
    thread = cast.hears(ALICE, "hello")
    by, place = Doer("member", cast.agent.id, "Ann"), (cast.workspace.id, thread.id)
    for told in (
        ConversationResolved(*place, from_status="open", by=by),
        EpisodeAnswered(*place, episode_id=thread.id, message_id=thread.id),
    ):
        assert changes_of([told]).panels == {thread.id}


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_599, "59 min"),
        (3_600, "1 h"),
        (7_500, "2 h 5 min"),
        (86_400, "1 d"),
        (100_000, "1 d 3 h"),
    ],
)
def test_waits_in_words(seconds: int, words: str) -> None:
    assert duration(seconds) == words
